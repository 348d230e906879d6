package dev.kompakt.schemas.record;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Why a compaction failed, in the terms of OpenAI's error envelope.
///
/// @param status the HTTP status a retry is answered with, 400 to 599
/// @param retryAfterSeconds 1 to 60, where a retry makes sense
/// @param resetsAt when quota is renewed, where its end is the reason; may be far off, and null if
///   not known
public record Failure(
    int status,
    String type,
    String code,
    String message,
    @Nullable Integer retryAfterSeconds,
    @Nullable Instant resetsAt) {
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
}
