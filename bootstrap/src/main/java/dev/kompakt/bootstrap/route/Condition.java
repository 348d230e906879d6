package dev.kompakt.bootstrap.route;

import dev.kompakt.schemas.record.AccountState;
import dev.kompakt.schemas.record.AccountStatus;
import dev.kompakt.schemas.record.UsageReading;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What all processes know of an account, as it is at a moment. Unknown use counts as none; a
/// reading whose window has passed, too.
///
/// @param used percent of its fullest window
/// @param window that window's name; null if nothing is known of any
/// @param left percent points until a window is used up or at its ceiling; may be negative
/// @param resetDays whole days until the last of its windows is renewed, 0 if none is known
/// @param obstacle what keeps it from being used; null if nothing does
/// @param activeSince since when all may use it; null if that was not said
/// @param from the moment
/// @param until the first moment at which time alone may change this
record Condition(
    double used,
    @Nullable String window,
    double left,
    long resetDays,
    @Nullable Obstacle obstacle,
    @Nullable Instant activeSince,
    Instant from,
    Instant until) {
  /// How long a reading counts that does not tell when its window is renewed.
  private static final Duration UNKNOWN_RESET = Duration.ofMinutes(5);

  static Condition of(Member member, @Nullable AccountStatus status, Instant now) {
    return status == null
        ? new Condition(0, null, 100, 0, null, null, now, Instant.MAX)
        : new Reading(member, now).of(status);
  }

  boolean holdsAt(Instant now) {
    return !now.isBefore(from) && now.isBefore(until);
  }

  /// Puts one together.
  private static final class Reading {
    private final Member member;
    private final Instant now;
    private double used;
    private @Nullable String window;
    private double left = 100;
    private @Nullable Instant renewed;
    private @Nullable Obstacle obstacle;
    private Instant until = Instant.MAX;

    Reading(Member member, Instant now) {
      this.member = member;
      this.now = now;
    }

    Condition of(AccountStatus status) {
      if (status.readings() != null) {
        for (UsageReading reading : status.readings()) {
          read(reading, status.updatedAt());
        }
      }
      switch (status.stateAt(now)) {
        case AccountState.Active _ -> {}
        case AccountState.RateLimited(Instant end) ->
            rest(new Obstacle.Resting(end, Pause.Cause.RATE_LIMITED));
        case AccountState.QuotaExceeded(Instant end) ->
            rest(new Obstacle.Resting(end, Pause.Cause.QUOTA_EXHAUSTED));
        case AccountState.ReauthRequired _ -> obstacle = Obstacle.Out.REAUTH_REQUIRED;
        case AccountState.Deactivated _ -> obstacle = Obstacle.Out.DEACTIVATED;
        case AccountState.Paused _ -> obstacle = Obstacle.Out.PAUSED;
      }
      return new Condition(
          used,
          window,
          left,
          resetDays(),
          obstacle,
          status.state() instanceof AccountState.Active ? status.since() : null,
          now,
          until);
    }

    private void read(UsageReading reading, Instant updatedAt) {
      Instant end = reading.renewedAt();
      if (end == null) {
        end = (reading.at() == null ? updatedAt : reading.at()).plus(UNKNOWN_RESET);
      } else if (renewed == null || end.isAfter(renewed)) {
        renewed = end;
      }
      if (!end.isAfter(now)) {
        return;
      }
      holdsUntil(end);
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

    /// The one that ends last is what it rests for.
    private void rest(Obstacle.Rest another) {
      holdsUntil(another.until());
      obstacle = Obstacle.later(obstacle, another);
    }

    private long resetDays() {
      if (renewed == null || !renewed.isAfter(now)) {
        return 0;
      }
      long days = Duration.between(now, renewed).minusNanos(1).toDays();
      holdsUntil(renewed.minus(Duration.ofDays(days)));
      return days;
    }

    private void holdsUntil(Instant end) {
      if (end.isBefore(until)) {
        until = end;
      }
    }
  }
}
