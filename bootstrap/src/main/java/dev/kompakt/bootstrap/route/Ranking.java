package dev.kompakt.bootstrap.route;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Judges one account: its condition, and how it stands here.
final class Ranking {
  /// Below this part of its budget an account is not counted as having none left.
  private static final double LEAST_LEFT = 0.01;

  private Ranking() {}

  /// Judges an account at a moment at which its condition holds.
  ///
  /// @param tokens of the call, 0 if that does not matter
  static Verdict judge(
      Member member,
      Condition condition,
      Standing standing,
      long tokens,
      Policy policy,
      Instant now) {
    Obstacle obstacle = obstacle(member, condition, standing, tokens, now);
    double full = (double) standing.inFlight() / member.concurrency();
    double pressure = condition.used() + policy.atCapacity() * full;
    return new Verdict(
        member.account(),
        grade(pressure > policy.threshold(), full < 1, obstacle),
        condition.used(),
        condition.window(),
        pressure,
        standing.inFlight(),
        (standing.inFlight() + 1)
            / (member.concurrency() * Math.max(LEAST_LEFT, condition.left() / 100)),
        condition.resetDays(),
        standing.lastSent(),
        obstacle);
  }

  private static Verdict.Grade grade(boolean over, boolean room, @Nullable Obstacle obstacle) {
    return switch (obstacle) {
      case null -> over ? Verdict.Grade.PRESSED : room ? Verdict.Grade.SAFE : Verdict.Grade.BUSY;
      case Obstacle.Rest _ -> Verdict.Grade.RESTING;
      case Obstacle.TooSmall _ -> Verdict.Grade.TOO_SMALL;
      case Obstacle.Out _ -> Verdict.Grade.OUT;
    };
  }

  private static @Nullable Obstacle obstacle(
      Member member, Condition condition, Standing standing, long tokens, Instant now) {
    if (condition.obstacle() instanceof Obstacle.Out out) {
      return out;
    }
    Integer most = member.tokensPerMinute();
    if (most != null && tokens > most) {
      return new Obstacle.TooSmall(tokens, most);
    }
    Pause pause = standing.pauseAt(now);
    return pause == null || lifted(pause, condition)
        ? condition.obstacle()
        : Obstacle.later(condition.obstacle(), new Obstacle.Resting(pause.until(), pause.cause()));
  }

  /// A later word that the account may be used ends what one process saw before.
  private static boolean lifted(Pause pause, Condition condition) {
    return condition.activeSince() != null
        && pause.since() != null
        && condition.activeSince().isAfter(pause.since());
  }
}
