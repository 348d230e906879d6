package dev.kompakt.bootstrap.route;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Why and until when an account is left out, as far as one process has seen.
///
/// @param until the first moment it may be used again
/// @param since when that was seen; a later word that the account is active ends it. Null if not
///   known
public record Pause(Instant until, Cause cause, @Nullable Instant since) {
  /// How long an account rests whose quota is used up and nobody said until when: for jobs and
  /// turns alike, in what one process saw and in what routers tell all.
  public static final Duration UNKNOWN_QUOTA = Duration.ofMinutes(15);

  /// What made the account rest.
  public enum Cause {
    /// It answered "too many requests".
    RATE_LIMITED,
    /// Its window or credit is used up.
    QUOTA_EXHAUSTED,
    /// Its credential was refused.
    REFUSED,
    /// Its lane sent a job back: it has no room for long.
    BUSY
  }

  boolean over(Instant now) {
    return !until.isAfter(now);
  }
}
