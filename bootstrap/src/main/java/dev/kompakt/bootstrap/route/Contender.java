package dev.kompakt.bootstrap.route;

import dev.kompakt.schemas.record.AccountStatus;
import java.time.Instant;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/// An account in a [Roster]: what is known of it, and what it was found worth to a call that fits
/// any account.
final class Contender {
  /// The best first; equals as configured.
  static final Comparator<Contender> BEST_FIRST =
      Comparator.<Contender, Verdict>comparing(Contender::verdict, Verdict::compare)
          .thenComparingInt(contender -> contender.place);

  /// Those whose verdict time changes soonest first.
  static final Comparator<Contender> DUE_FIRST =
      Comparator.comparing(Contender::holdsUntil).thenComparingInt(contender -> contender.place);

  final Member member;

  /// Its place in the config.
  final int place;

  /// Its place by tokens a minute.
  final int seat;

  private final Policy policy;
  private @Nullable AccountStatus status;
  private Standing standing;
  private Ranking.Judgement filed;

  Contender(Member member, int place, int seat, Policy policy) {
    this.member = member;
    this.place = place;
    this.seat = seat;
    this.policy = policy;
    standing = Standing.fresh(member.account());
    filed = Ranking.judge(member, null, standing, 0, policy, Instant.EPOCH);
  }

  void learn(AccountStatus heard) {
    status = heard;
  }

  void note(Standing noted) {
    standing = noted;
  }

  Standing standing() {
    return standing;
  }

  /// What it is worth at a moment.
  ///
  /// @param as counts in the place of the standing noted
  /// @param tokens of the call
  Ranking.Judgement judge(Standing as, long tokens, Instant now) {
    return Ranking.judge(member, status, as, tokens, policy, now);
  }

  void file(Ranking.Judgement judgement) {
    filed = judgement;
  }

  Verdict verdict() {
    return filed.verdict();
  }

  Instant holdsUntil() {
    return filed.holdsUntil();
  }
}
