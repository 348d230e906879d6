package dev.kompakt.ingress.publish;

import dev.kompakt.ingress.answer.ApiError;
import dev.kompakt.schemas.id.CompactionId;
import dev.kompakt.schemas.record.CompactionStatus;
import org.jspecify.annotations.Nullable;

/// What became of a request.
public sealed interface Acceptance {
  /// There is a compaction for it: running, done, or durable and about to begin.
  ///
  /// @param outdated the status it had before it was submitted again, which says nothing of this
  ///   run; null if any status does
  record Accepted(CompactionId compaction, @Nullable CompactionStatus outdated)
      implements Acceptance {
    /// Whether a status says something of this run. Told by identity: each record that is read is
    /// an object of its own, and when the router repeats the old status, it stands by it.
    @SuppressWarnings("ReferenceEquality")
    public boolean concerns(CompactionStatus status) {
      return status != outdated;
    }
  }

  /// There is none.
  record Refused(ApiError error) implements Acceptance {}
}
