package dev.kompakt.schemas.record;

import dev.kompakt.schemas.id.CompactionId;
import dev.kompakt.schemas.id.TenantId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What is left of a compaction that failed, or of a record nobody could read; the records of
/// `kompakt.dead-letters`. Holds pointers and sizes, never payload text or a secret.
///
/// @param cause a class to count and filter by
/// @param compaction null for an unreadable record of no known compaction
/// @param failure null for an unreadable record
/// @param source where an unreadable record lies, as `topic-partition@offset`
public record DeadLetter(
    Cause cause,
    Instant at,
    @Nullable CompactionId compaction,
    @Nullable TenantId tenant,
    @Nullable String model,
    int attempts,
    int calls,
    long bytes,
    @Nullable Failure failure,
    @Nullable String source) {
  /// Why it ended here.
  public enum Cause {
    TOO_LARGE,
    RATE_LIMITED,
    QUOTA_EXHAUSTED,
    UNAUTHORIZED,
    UPSTREAM_UNAVAILABLE,
    UPSTREAM_MALFORMED,
    REJECTED,
    CALLS_EXHAUSTED,
    TIMED_OUT,
    PAYLOAD_LOST,
    UNREADABLE_RECORD
  }
}
