package dev.kompakt.ingress.publish;

import dev.kompakt.schemas.id.CompactionId;

/// Submissions that are durable, at whichever ingress, and of which [Statuses] does not know yet.
@FunctionalInterface
public interface Undecided {
  /// Whether there may be one of this compaction: false only if every submission there is has been
  /// decided on and what was decided has been read here. Blocks for a moment.
  boolean mayHold(CompactionId compaction);
}
