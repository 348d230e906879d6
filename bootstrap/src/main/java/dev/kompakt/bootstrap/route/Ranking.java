package dev.kompakt.bootstrap.route;

import dev.kompakt.schemas.record.AccountState;
import dev.kompakt.schemas.record.AccountStatus;
import dev.kompakt.schemas.record.UsageReading;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Judges one account at one moment. Unknown use counts as none; a reading whose window has passed,
/// too.
final class Ranking {
  /// How long a reading counts that does not tell when its window is renewed.
  private static final Duration UNKNOWN_RESET = Duration.ofMinutes(5);

  /// Below this part of its budget an account is not counted as having none left.
  private static final double LEAST_LEFT = 0.01;

  private final Member member;
  private final Instant now;
  private Instant holdsUntil = Instant.MAX;
  private double used;
  private @Nullable String window;
  private double left = 100;
  private @Nullable Instant renewed;
  private Obstacle.@Nullable Rest rest;

  private Ranking(Member member, Instant now) {
    this.member = member;
    this.now = now;
  }

  /// Judges an account.
  ///
  /// @param tokens of the call, 0 if that does not matter
  static Judgement judge(
      Member member,
      @Nullable AccountStatus status,
      Standing standing,
      long tokens,
      Policy policy,
      Instant now) {
    Ranking ranking = new Ranking(member, now);
    if (status != null) {
      ranking.read(status);
    }
    Obstacle obstacle = ranking.obstacle(status, standing, tokens);
    double full = (double) standing.inFlight() / member.concurrency();
    double pressure = ranking.used + policy.atCapacity() * full;
    Verdict verdict =
        new Verdict(
            member.account(),
            grade(pressure > policy.threshold(), full < 1, obstacle),
            ranking.used,
            ranking.window,
            pressure,
            standing.inFlight(),
            (standing.inFlight() + 1) / (member.concurrency() * ranking.partLeft()),
            ranking.resetDays(),
            standing.lastSent(),
            obstacle);
    return new Judgement(verdict, ranking.holdsUntil);
  }

  private static Verdict.Grade grade(boolean over, boolean room, @Nullable Obstacle obstacle) {
    return switch (obstacle) {
      case null -> over ? Verdict.Grade.PRESSED : room ? Verdict.Grade.SAFE : Verdict.Grade.BUSY;
      case Obstacle.Rest _ -> Verdict.Grade.RESTING;
      case Obstacle.TooSmall _ -> Verdict.Grade.TOO_SMALL;
      case Obstacle.Out _ -> Verdict.Grade.OUT;
    };
  }

  private void read(AccountStatus status) {
    if (status.readings() != null) {
      for (UsageReading reading : status.readings()) {
        Instant end = reading.renewedAt();
        if (end == null) {
          Instant said = reading.at() == null ? status.updatedAt() : reading.at();
          end = said.plus(UNKNOWN_RESET);
        } else if (end.isAfter(now)) {
          renewed = later(renewed, end);
        }
        if (end.isAfter(now)) {
          holdsUntil(end);
          read(reading, end);
        }
      }
    }
  }

  private void read(UsageReading reading, Instant end) {
    double percent = reading.usedPercent();
    if (window == null || percent > used) {
      used = percent;
      window = reading.window();
    }
    Integer most = member.ceilings().get(reading.window());
    left = Math.min(left, (most == null ? 100 : most) - percent);
    if (most != null && percent >= most) {
      rest(new Obstacle.Ceiling(reading.window(), percent, most, end));
    }
  }

  private @Nullable Obstacle obstacle(
      @Nullable AccountStatus status, Standing standing, long tokens) {
    Pause pause = standing.pauseAt(now);
    if (pause != null && !lifted(pause, status)) {
      rest(new Obstacle.Resting(pause.until(), pause.cause()));
    }
    Obstacle.Out out =
        switch (status == null ? new AccountState.Active() : status.stateAt(now)) {
          case AccountState.Active _ -> null;
          case AccountState.RateLimited(Instant until) -> {
            rest(new Obstacle.Resting(until, Pause.Cause.RATE_LIMITED));
            yield null;
          }
          case AccountState.QuotaExceeded(Instant until) -> {
            rest(new Obstacle.Resting(until, Pause.Cause.QUOTA_EXHAUSTED));
            yield null;
          }
          case AccountState.ReauthRequired _ -> Obstacle.Out.REAUTH_REQUIRED;
          case AccountState.Deactivated _ -> Obstacle.Out.DEACTIVATED;
          case AccountState.Paused _ -> Obstacle.Out.PAUSED;
        };
    if (out != null) {
      return out;
    }
    Integer most = member.tokensPerMinute();
    return most != null && tokens > most ? new Obstacle.TooSmall(tokens, most) : rest;
  }

  /// A later word that the account may be used ends what one process saw before.
  private static boolean lifted(Pause pause, @Nullable AccountStatus status) {
    return status != null
        && status.state() instanceof AccountState.Active
        && status.since() != null
        && pause.since() != null
        && status.since().isAfter(pause.since());
  }

  /// The one that ends last is what it rests for.
  private void rest(Obstacle.Rest another) {
    holdsUntil(another.until());
    if (rest == null || another.until().isAfter(rest.until())) {
      rest = another;
    }
  }

  private double partLeft() {
    return Math.max(LEAST_LEFT, left / 100);
  }

  private long resetDays() {
    if (renewed == null) {
      return 0;
    }
    long days = Duration.between(now, renewed).minusNanos(1).toDays();
    holdsUntil(renewed.minus(Duration.ofDays(days)));
    return days;
  }

  private void holdsUntil(Instant end) {
    if (end.isBefore(holdsUntil)) {
      holdsUntil = end;
    }
  }

  private static Instant later(@Nullable Instant one, Instant other) {
    return one == null || other.isAfter(one) ? other : one;
  }

  /// A verdict.
  ///
  /// @param holdsUntil the first moment at which time alone may change it
  record Judgement(Verdict verdict, Instant holdsUntil) {}
}
