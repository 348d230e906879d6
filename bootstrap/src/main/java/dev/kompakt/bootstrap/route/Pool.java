package dev.kompakt.bootstrap.route;

import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.record.AccountState;
import dev.kompakt.schemas.record.AccountStatus;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The accounts of one provider, with what is known of each. For one thread at a time.
public final class Pool {
  private final Policy policy;
  private final Map<AccountId, Member> members = new LinkedHashMap<>();
  private final Map<AccountId, AccountStatus> statuses = new HashMap<>();
  private final Map<AccountId, Standing> standings = new HashMap<>();

  /// Makes one of accounts nothing is known of.
  ///
  /// @param members in the order of the config
  public Pool(List<Member> members, Policy policy) {
    this.policy = policy;
    members.forEach(member -> this.members.put(member.account(), member));
  }

  public boolean isEmpty() {
    return members.isEmpty();
  }

  /// Takes in what all processes know of an account; others' accounts are passed over.
  public void learn(AccountStatus status) {
    if (members.containsKey(status.account())) {
      statuses.put(status.account(), status);
    }
  }

  /// Takes in what this process noted of an account.
  public void note(Standing standing) {
    if (members.containsKey(standing.account())) {
      standings.put(standing.account(), standing);
    }
  }

  /// How the account stands here.
  public Standing standing(AccountId account) {
    Standing standing = standings.get(account);
    return standing == null ? Standing.fresh(account) : standing;
  }

  /// Where the call may go now.
  public Routing choose(Ask ask, Instant now) {
    return choose(ask, Map.of(), now);
  }

  /// Where the call may go now.
  ///
  /// @param changed standings that are to count in the place of those noted
  public Routing choose(Ask ask, Map<AccountId, Standing> changed, Instant now) {
    List<Verdict> verdicts = verdicts(ask, changed, now);
    Verdict session = find(verdicts, ask.session());
    if (ask.held()) {
      return held(session);
    }
    Verdict best = null;
    for (Verdict verdict : verdicts) {
      if (verdict.usable() && !ask.tried().contains(verdict.account())) {
        best = verdict;
        break;
      }
    }
    if (session != null && !ask.tried().contains(session.account())) {
      if (session.usable() && (session.safe() || best == null || !best.safe())) {
        return new Routing.Use(session.account(), Routing.Reason.SESSION);
      }
      if (session.until() != null && !session.until().isAfter(now.plus(policy.grace()))) {
        return new Routing.Wait(session.until(), cause(session.account(), changed, now));
      }
    }
    if (best == null) {
      best = verdicts.stream().filter(Verdict::usable).findFirst().orElse(null);
    }
    return best == null ? nowhere(verdicts, changed, now) : use(best);
  }

  /// What each account is worth to the call now, the best first.
  public List<Verdict> verdicts(Ask ask, Instant now) {
    return verdicts(ask, Map.of(), now);
  }

  private List<Verdict> verdicts(Ask ask, Map<AccountId, Standing> changed, Instant now) {
    return members.values().stream()
        .map(
            member ->
                Ranking.judge(
                    member,
                    statuses.get(member.account()),
                    changed.getOrDefault(member.account(), standing(member.account())),
                    ask.tokens(),
                    policy,
                    now))
        .sorted(Verdict.BEST_FIRST)
        .toList();
  }

  private static @Nullable Verdict find(List<Verdict> verdicts, @Nullable AccountId account) {
    for (Verdict verdict : verdicts) {
      if (verdict.account().equals(account)) {
        return verdict;
      }
    }
    return null;
  }

  private static Routing held(@Nullable Verdict session) {
    if (session == null) {
      return new Routing.Nowhere(Routing.Nowhere.Cause.NO_ACCOUNT);
    }
    if (session.usable()) {
      return new Routing.Use(session.account(), Routing.Reason.SESSION);
    }
    return session.until() == null
        ? new Routing.Nowhere(
            session.grade() == Verdict.Grade.TOO_SMALL
                ? Routing.Nowhere.Cause.TOO_LARGE
                : Routing.Nowhere.Cause.NO_ACCOUNT)
        : new Routing.Wait(session.until(), Pause.Cause.RATE_LIMITED);
  }

  private static Routing use(Verdict best) {
    return new Routing.Use(
        best.account(),
        switch (best.grade()) {
          case SAFE -> Routing.Reason.SAFE;
          case BUSY -> Routing.Reason.BUSY;
          case PRESSED, RESTING, TOO_SMALL, OUT -> Routing.Reason.PRESSED;
        });
  }

  private Routing nowhere(List<Verdict> verdicts, Map<AccountId, Standing> changed, Instant now) {
    Instant until = null;
    boolean allQuota = true;
    boolean tooSmall = false;
    for (Verdict verdict : verdicts) {
      tooSmall |= verdict.grade() == Verdict.Grade.TOO_SMALL;
      Pause.Cause cause = cause(verdict.account(), changed, now);
      if (verdict.until() == null || cause == Pause.Cause.REFUSED) {
        continue;
      }
      allQuota &= cause == Pause.Cause.QUOTA_EXHAUSTED;
      until = until == null || verdict.until().isBefore(until) ? verdict.until() : until;
    }
    if (until == null) {
      return new Routing.Nowhere(
          tooSmall ? Routing.Nowhere.Cause.TOO_LARGE : Routing.Nowhere.Cause.NO_ACCOUNT);
    }
    return new Routing.Wait(
        until, allQuota ? Pause.Cause.QUOTA_EXHAUSTED : Pause.Cause.RATE_LIMITED);
  }

  /// Why a resting account rests.
  private Pause.Cause cause(AccountId account, Map<AccountId, Standing> changed, Instant now) {
    Pause pause = changed.getOrDefault(account, standing(account)).pauseAt(now);
    AccountStatus status = statuses.get(account);
    AccountState state = status == null ? new AccountState.Active() : status.stateAt(now);
    if (state instanceof AccountState.QuotaExceeded) {
      return Pause.Cause.QUOTA_EXHAUSTED;
    }
    if (pause != null) {
      return pause.cause();
    }
    return state instanceof AccountState.RateLimited
        ? Pause.Cause.RATE_LIMITED
        : Pause.Cause.QUOTA_EXHAUSTED;
  }
}
