package dev.kompakt.ingress.publish;

import dev.kompakt.bootstrap.kafka.LogView;
import dev.kompakt.schemas.id.CompactionId;
import dev.kompakt.schemas.record.CompactionStatus;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/// [Statuses] mirrored from `kompakt.compactions`.
public final class KafkaStatuses implements Statuses {
  private final LogView<CompactionId, CompactionStatus> view;

  public KafkaStatuses(LogView<CompactionId, CompactionStatus> view) {
    this.view = view;
  }

  @Override
  public @Nullable CompactionStatus find(CompactionId compaction) {
    return view.get(compaction).orElse(null);
  }

  @Override
  public Collection<CompactionStatus> all() {
    return view.all().values();
  }
}
