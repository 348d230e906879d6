package dev.kompakt.bootstrap.route;

import dev.kompakt.schemas.record.AccountState;
import dev.kompakt.schemas.record.AccountStatus;
import dev.kompakt.schemas.record.UsageReading;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Judges one account. Unknown use counts as none; a reading whose window has passed, too.
final class Ranking {
  /// How long an account at a ceiling rests when nobody said when its window is renewed.
  private static final Duration UNKNOWN_RESET = Duration.ofMinutes(5);

  /// Below this part of its budget an account is not counted as having none left.
  private static final double LEAST_LEFT = 0.01;

  private Ranking() {}

  static Verdict judge(
      Member member,
      @Nullable AccountStatus status,
      Standing standing,
      long tokens,
      Policy policy,
      Instant now) {
    double used = 0;
    long longest = 0;
    Instant reset = null;
    Instant rest = null;
    for (UsageReading reading : readings(status)) {
      double part = reading.usedAt(now);
      used = Math.max(used, part);
      if (reading.resetsAt() != null && reading.resetsAt().isAfter(now)) {
        long length =
            reading.length() == null
                ? Duration.between(now, reading.resetsAt()).toSeconds()
                : reading.length().toSeconds();
        if (length > longest) {
          longest = length;
          reset = reading.resetsAt();
        }
      }
      Integer ceiling = member.ceilings().get(reading.window());
      if (ceiling != null && part >= ceiling) {
        rest =
            later(rest, reading.resetsAt() == null ? now.plus(UNKNOWN_RESET) : reading.resetsAt());
      }
    }
    AccountState state = status == null ? new AccountState.Active() : status.stateAt(now);
    boolean out = false;
    switch (state) {
      case AccountState.Active _ -> {}
      case AccountState.RateLimited(Instant until) -> rest = later(rest, until);
      case AccountState.QuotaExceeded(Instant until) -> rest = later(rest, until);
      case AccountState.ReauthRequired _, AccountState.Deactivated _, AccountState.Paused _ ->
          out = true;
    }
    Pause pause = standing.pauseAt(now);
    if (pause != null && !lifted(pause, status, state)) {
      rest = later(rest, pause.until());
    }
    double pressure = used + policy.perCall() * standing.inFlight();
    double left = Math.max(LEAST_LEFT, 1 - used / 100);
    Verdict.Grade grade;
    if (out) {
      grade = Verdict.Grade.OUT;
    } else if (member.tokensPerMinute() != null && tokens > member.tokensPerMinute()) {
      grade = Verdict.Grade.TOO_SMALL;
    } else if (rest != null) {
      grade = Verdict.Grade.RESTING;
    } else if (pressure > policy.threshold()) {
      grade = Verdict.Grade.PRESSED;
    } else {
      grade = standing.inFlight() < member.concurrency() ? Verdict.Grade.SAFE : Verdict.Grade.BUSY;
    }
    return new Verdict(
        member.account(),
        grade,
        used,
        pressure,
        standing.inFlight(),
        (standing.inFlight() + 1) / (member.concurrency() * left),
        reset == null ? Long.MAX_VALUE : Duration.between(now, reset).toDays(),
        grade == Verdict.Grade.RESTING ? rest : null,
        standing.lastSent());
  }

  /// A later word that the account may be used ends what one process saw before.
  private static boolean lifted(Pause pause, @Nullable AccountStatus status, AccountState state) {
    return state instanceof AccountState.Active
        && status != null
        && status.since() != null
        && pause.since() != null
        && status.since().isAfter(pause.since())
        && status.state() instanceof AccountState.Active;
  }

  private static List<UsageReading> readings(@Nullable AccountStatus status) {
    return status == null || status.readings() == null ? List.of() : status.readings();
  }

  private static Instant later(@Nullable Instant one, Instant other) {
    return one == null || other.isAfter(one) ? other : one;
  }
}
