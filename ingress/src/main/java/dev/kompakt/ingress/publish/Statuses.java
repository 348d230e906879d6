package dev.kompakt.ingress.publish;

import dev.kompakt.schemas.id.CompactionId;
import dev.kompakt.schemas.record.CompactionStatus;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/// What is known of compactions: the newest status of each.
public interface Statuses {
  /// The newest status; null if nothing is known of the compaction.
  @Nullable CompactionStatus find(CompactionId compaction);

  /// The newest status of every compaction known, in no order.
  Collection<CompactionStatus> all();
}
