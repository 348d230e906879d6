package dev.kompakt.bootstrap.route;

import dev.kompakt.schemas.record.AccountStatus;
import java.time.Instant;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/// An account in a [Roster]: what is known of it, and what it was found worth.
final class Contender {
  /// The best first; equals as configured.
  static final Comparator<Contender> BEST_FIRST =
      Comparator.<Contender, Verdict>comparing(Contender::verdict, Verdict::compare)
          .thenComparingInt(contender -> contender.place);

  final Member member;

  /// Its place in the config.
  final int place;

  /// Its place by tokens a minute.
  final int seat;

  private final Policy policy;
  private @Nullable AccountStatus status;
  private Standing standing;
  private Condition condition;
  private Verdict verdict;

  /// Whether it waits to be judged again.
  private boolean stale;

  Contender(Member member, int place, int seat, Policy policy) {
    this.member = member;
    this.place = place;
    this.seat = seat;
    this.policy = policy;
    standing = Standing.fresh(member.account());
    condition = Condition.of(member, null, Instant.EPOCH);
    verdict = Ranking.judge(member, condition, standing, 0, policy, Instant.EPOCH);
  }

  void learn(AccountStatus heard, Instant now) {
    status = heard;
    condition = Condition.of(member, status, now);
  }

  void note(Standing noted) {
    standing = noted;
  }

  Standing standing() {
    return standing;
  }

  /// What it is worth to a call at a moment.
  ///
  /// @param as counts in the place of the standing noted
  Verdict worth(Standing as, long tokens, Instant at) {
    Condition then = condition.holdsAt(at) ? condition : Condition.of(member, status, at);
    return Ranking.judge(member, then, as, tokens, policy, at);
  }

  /// Marks it as to be judged again.
  ///
  /// @return whether it was not marked before
  boolean expire() {
    boolean first = !stale;
    stale = true;
    return first;
  }

  /// Judges it anew.
  ///
  /// @return the first moment at which time alone may change its verdict
  Instant judge(Instant now) {
    stale = false;
    if (!condition.holdsAt(now)) {
      condition = Condition.of(member, status, now);
    }
    verdict = Ranking.judge(member, condition, standing, 0, policy, now);
    Pause pause = standing.pauseAt(now);
    return pause != null && pause.until().isBefore(condition.until())
        ? pause.until()
        : condition.until();
  }

  /// What it was found worth to a call that fits any account.
  Verdict verdict() {
    return verdict;
  }
}
