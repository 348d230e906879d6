package dev.kompakt.workers.lane;

import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Follows which lanes the group gives to this worker. Used by the poll thread.
final class LaneAssignments implements ConsumerRebalanceListener {
  private static final Logger LOG = LoggerFactory.getLogger(LaneAssignments.class);

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Lanes lanes;
  private final LaneCommits commits;

  /// Lanes just assigned, paused until it is known where they stand.
  private final Set<TopicPartition> fresh = new HashSet<>();

  private volatile boolean joined;

  LaneAssignments(KafkaConsumer<byte[], byte[]> consumer, Lanes lanes, LaneCommits commits) {
    this.consumer = consumer;
    this.lanes = lanes;
    this.commits = commits;
  }

  /// Whether the group was joined. Any thread.
  boolean joined() {
    return joined;
  }

  @Override
  public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
    joined = true;
    if (!partitions.isEmpty()) {
      consumer.pause(partitions);
      fresh.addAll(partitions);
      consumer.wakeup(); // so that the poll does not wait, with all lanes paused
    }
    log("assigned", partitions);
  }

  @Override
  public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
    fresh.removeAll(partitions);
    if (!commits.commitNow(lanes.revoked(numbers(partitions)))) {
      lanes.lost(numbers(partitions)); // nobody would know that calls go on here
    }
    log("revoked", partitions);
  }

  @Override
  public void onPartitionsLost(Collection<TopicPartition> partitions) {
    fresh.removeAll(partitions);
    lanes.lost(numbers(partitions));
    log("lost", partitions);
  }

  /// Takes the lanes assigned since the last time.
  ///
  /// @throws org.apache.kafka.common.KafkaException if Kafka does not say where they stand; to be
  ///   tried again
  void takeFresh() {
    if (fresh.isEmpty()) {
      return;
    }
    Set<TopicPartition> taken = Set.copyOf(fresh);
    Map<TopicPartition, OffsetAndMetadata> committed = consumer.committed(taken);
    Map<TopicPartition, Long> begins = consumer.beginningOffsets(taken);
    Map<TopicPartition, Long> ends = consumer.endOffsets(taken);
    for (TopicPartition partition : taken) {
      OffsetAndMetadata position = committed.get(partition);
      long begin = begins.getOrDefault(partition, 0L);
      lanes.assigned(
          partition.partition(),
          position == null ? begin : position.offset(),
          position == null ? CommitMetadata.none() : decode(partition, position.metadata()),
          ends.getOrDefault(partition, begin));
    }
    fresh.removeAll(taken);
  }

  private static CommitMetadata decode(TopicPartition partition, String metadata) {
    try {
      return CommitMetadata.decode(metadata);
    } catch (IllegalArgumentException e) {
      LOG.atWarn()
          .addKeyValue("lane", partition.partition())
          .log("what was committed beside the offset is not ours, jobs beyond it may repeat");
      return CommitMetadata.none();
    }
  }

  /// Pauses lanes that have enough jobs pending, and reads on where there is room.
  void regulate() {
    Set<TopicPartition> paused = consumer.paused();
    Set<TopicPartition> pause = new HashSet<>();
    Set<TopicPartition> resume = new HashSet<>();
    for (TopicPartition partition : consumer.assignment()) {
      boolean isPaused = paused.contains(partition);
      boolean wanted =
          !fresh.contains(partition) && lanes.wantsMore(partition.partition(), isPaused);
      if (wanted == isPaused) {
        (wanted ? resume : pause).add(partition);
      }
    }
    consumer.pause(pause);
    consumer.resume(resume);
  }

  private static Set<Integer> numbers(Collection<TopicPartition> partitions) {
    Set<Integer> numbers = new HashSet<>();
    partitions.forEach(partition -> numbers.add(partition.partition()));
    return numbers;
  }

  private static void log(String what, Collection<TopicPartition> partitions) {
    if (!partitions.isEmpty()) {
      LOG.atInfo().addKeyValue("lanes", numbers(partitions)).log("lanes {}", what);
    }
  }
}
