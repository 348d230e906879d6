package dev.kompakt.schemas.topic;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// One topic of the catalogue. Producers and consumers are built from it, never from a bare name.
///
/// @param keyedBy what the key is, for people
/// @param flow who writes and who reads, for people
/// @param logCompacted whether Kafka keeps the newest record of each key beyond `retention`
/// @param retention how long records are kept; null where only log compaction removes them
/// @param sizing how many partitions it gets
/// @param maxRecordBytes the largest record it takes
public record Topic<K, V>(
    String name,
    String keyedBy,
    String flow,
    Codec<K> keys,
    Codec<V> values,
    boolean logCompacted,
    @Nullable Duration retention,
    Sizing sizing,
    int maxRecordBytes) {

  /// Partition counts come from the config; a topic only says which of them it takes.
  public enum Sizing {
    /// `kafka.partitions`, the unit of scale of ingress and router.
    SCALED,
    /// `kafka.lanes`, the unit of scale of workers.
    LANES,
    /// One partition: few keys, read whole by everyone.
    SINGLE
  }
}
