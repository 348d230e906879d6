package dev.kompakt.schemas.record;

import dev.kompakt.schemas.id.CompactionId;
import dev.kompakt.schemas.id.TenantId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Where a compaction stands; the records of `kompakt.compactions`, one at every change.
///
/// @param sequence counts the changes of this compaction from 0, so that a late reader can order
///   them
/// @param content SHA-256 of the canonical request, hex
/// @param idempotencyKey as in [Submission.Submitted]
/// @param expiresAt from then on the same request starts anew; null while running
/// @param completion null while running
/// @param replay what the latest run is of; null if it is a client's
public record CompactionStatus(
    CompactionId compaction,
    TenantId tenant,
    String content,
    @Nullable String idempotencyKey,
    String model,
    Mode mode,
    long sequence,
    Instant acceptedAt,
    Instant updatedAt,
    @Nullable Instant expiresAt,
    Progress progress,
    Size before,
    @Nullable Completion completion,
    @Nullable Replay replay) {

  /// Whether it has ended.
  public boolean ended() {
    return completion != null;
  }

  /// How far the work has come.
  ///
  /// @param jobs known so far, merges included; grows when a chunk is split again
  /// @param calls upstream calls made
  public record Progress(int jobs, int done, int running, int calls) {}

  /// The history that was submitted.
  public record Size(int items, long bytes, long estimatedTokens) {}
}
