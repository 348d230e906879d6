package dev.kompakt.schemas.record;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Why a compaction failed, in the terms of OpenAI's error envelope.
///
/// @param status the HTTP status a retry is answered with, 400 to 599
/// @param retryAfterSeconds 1 to 60, after which what was in the way is known to be gone; null
///   where nobody knows
/// @param resetsAt when quota is renewed, where its end is the reason; may be far off, and null if
///   not known
public record Failure(
    int status,
    String type,
    String code,
    String message,
    @Nullable Integer retryAfterSeconds,
    @Nullable Instant resetsAt) {
  private static final Duration UNKNOWN = Duration.ofSeconds(60);

  public Failure {
    if (status < 400 || status > 599) {
      throw new IllegalArgumentException("failure status " + status + " is not 400..599");
    }
    if (retryAfterSeconds != null && (retryAfterSeconds < 1 || retryAfterSeconds > 60)) {
      throw new IllegalArgumentException("retry-after " + retryAfterSeconds + " is not 1..60");
    }
  }

  /// One that no quota is the reason of.
  public Failure(
      int status, String type, String code, String message, @Nullable Integer retryAfterSeconds) {
    this(status, type, code, message, retryAfterSeconds, null);
  }

  /// How long the same request is answered with it, from the end of the run that failed: 1 to 60 s.
  /// Clients make all their tries within a minute where they are told no time.
  public Duration answersFor() {
    return retryAfterSeconds == null ? UNKNOWN : Duration.ofSeconds(retryAfterSeconds);
  }
}
