package dev.kompakt.schemas.record;

import dev.kompakt.schemas.history.PayloadRef;
import dev.kompakt.schemas.id.CompactionId;
import dev.kompakt.schemas.id.ProviderId;
import dev.kompakt.schemas.id.ReplayId;
import dev.kompakt.schemas.id.TenantId;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What is left of a compaction that failed, or of a record nobody could read; the records of
/// `kompakt.dead-letters`. Holds pointers and sizes, never payload text or a secret.
///
/// Of one failure there may be several: an attempt that was out when the compaction failed and came
/// in since changes what is remaining. The latest holds; all have the same `at`.
///
/// @param cause a class to count and filter by
/// @param at when the compaction failed
/// @param compaction null for an unreadable record of no known compaction
/// @param attempts in all its runs, as `calls`
/// @param bytes of the history
/// @param failure null for an unreadable record, as is all that follows but `source`
/// @param source where an unreadable record lies, as `topic-partition@offset`
/// @param expiresAt until when it can be replayed, if its payloads last
/// @param replay which replay failed so; null if it was no replay
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
    @Nullable String source,
    @Nullable ProviderId provider,
    @Nullable Instant expiresAt,
    @Nullable Remaining remaining,
    @Nullable Pointers pointers,
    @Nullable ReplayId replay) {
  /// A record nobody could read.
  public static DeadLetter unreadable(
      Instant at, @Nullable CompactionId compaction, String source) {
    return new DeadLetter(
        Cause.UNREADABLE_RECORD,
        at,
        compaction,
        null,
        null,
        0,
        0,
        0,
        null,
        source,
        null,
        null,
        null,
        null,
        null);
  }

  /// What is left to buy, as estimated: calls that merge what is not there yet included.
  ///
  /// @param calls 0 where it needs no upstream
  /// @param bytes of the requests
  /// @param tokens of the requests
  public record Remaining(int calls, long bytes, long tokens) {}

  /// What a replay reads.
  ///
  /// @param results of the jobs that succeeded
  public record Pointers(PayloadRef items, PayloadRef envelope, List<PayloadRef> results) {
    public Pointers {
      results = List.copyOf(results);
    }
  }

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
    /// Worker after worker went away in the same attempt.
    WORKER_LOST,
    UNREADABLE_RECORD
  }
}
