package dev.kompakt.router.topology;

import dev.kompakt.schemas.record.Report;
import dev.kompakt.schemas.topic.Codec;
import dev.kompakt.schemas.topic.Topic;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A pure fold of reports into values, each of them under its key.
interface Fold<V> {
  /// Where the values are published; its name without the prefix is the sink's.
  Topic<?, V> topic();

  /// Which store holds them.
  String store();

  /// How they are stored.
  default Codec<V> codec() {
    return topic().values();
  }

  /// Where the report is folded; null if it is of no interest.
  byte @Nullable [] key(Report report);

  /// What is known after the report.
  ///
  /// @param known null if nothing is
  /// @return null, or what was known, if nothing changed
  @Nullable V next(@Nullable V known, Report report, Instant now);

  /// Whether others must know at once, not only within [FoldProcessor#LATEST].
  boolean urgent(@Nullable V known, V next);
}
