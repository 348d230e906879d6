package dev.kompakt.router.route;

import java.time.Instant;

/// Why and until when an account is left out.
///
/// @param until the first moment it may be used again
public record Pause(Instant until, Cause cause) {
  /// What made the account rest.
  public enum Cause {
    /// It answered "too many requests".
    RATE_LIMITED,
    /// Its window or credit is used up.
    QUOTA_EXHAUSTED,
    /// Its credential was refused.
    REFUSED
  }

  boolean over(Instant now) {
    return !until.isAfter(now);
  }
}
