package dev.kompakt.bootstrap.route;

import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.record.AccountStatus;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/// The accounts of one provider, with what is known of each. A choice takes about as long among
/// thousands of them as among ten. For one thread at a time.
///
/// Time does not go back by less than a second: threads that ask at once may have read the clock in
/// another order. A clock that is set back further is followed.
public final class Pool {
  private final Policy policy;
  private final Roster roster;

  /// Makes one of accounts nothing is known of.
  ///
  /// @param members in the order of the config
  public Pool(List<Member> members, Policy policy) {
    this.policy = policy;
    roster = new Roster(members, policy);
  }

  public boolean isEmpty() {
    return roster.isEmpty();
  }

  /// Takes in what all processes know of an account; others' accounts are passed over.
  public void learn(AccountStatus status) {
    roster.learn(status);
  }

  /// Takes in what this process noted of an account.
  public void note(Standing standing) {
    roster.note(standing);
  }

  /// How the account stands here.
  public Standing standing(AccountId account) {
    return roster.standing(account);
  }

  /// Where the call may go now.
  public Routing choose(Ask ask, Instant now) {
    return choose(ask, Map.of(), now);
  }

  /// Where the call may go now.
  ///
  /// @param changed standings that are to count in the place of those noted; a few
  public Routing choose(Ask ask, Map<AccountId, Standing> changed, Instant now) {
    return new Choice(roster, policy, ask, changed, roster.turnTo(now)).make();
  }

  /// What each account is worth to the call now, the best first. Takes longer than a choice, the
  /// more accounts the longer.
  public List<Verdict> verdicts(Ask ask, Instant now) {
    return roster.verdicts(ask.tokens(), now);
  }
}
