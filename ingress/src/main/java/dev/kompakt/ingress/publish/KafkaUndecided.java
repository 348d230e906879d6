package dev.kompakt.ingress.publish;

import dev.kompakt.bootstrap.kafka.Groups;
import dev.kompakt.bootstrap.kafka.LogView;
import dev.kompakt.schemas.id.CompactionId;
import dev.kompakt.schemas.record.CompactionStatus;
import dev.kompakt.schemas.topic.Topics;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Utils;

/// [Undecided] by how far the router has come in `kompakt.submissions`, which it commits together
/// with what it decides. Where Kafka does not tell, there may be some.
public final class KafkaUndecided implements Undecided {
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final Admin admin;
  private final LogView<CompactionId, CompactionStatus> statuses;
  private final int partitions;

  /// Looks by this client, which stays the caller's.
  ///
  /// @param partitions of `kompakt.submissions`
  public KafkaUndecided(
      Admin admin, LogView<CompactionId, CompactionStatus> statuses, int partitions) {
    this.admin = admin;
    this.statuses = statuses;
    this.partitions = partitions;
  }

  @Override
  public boolean mayHold(CompactionId compaction) {
    byte[] key = Topics.SUBMISSIONS.keys().encode(compaction);
    TopicPartition partition =
        new TopicPartition(
            Topics.SUBMISSIONS.name(), Utils.toPositive(Utils.murmur2(key)) % partitions);
    try {
      long end =
          get(admin.listOffsets(Map.of(partition, OffsetSpec.latest())).partitionResult(partition))
              .offset();
      OffsetAndMetadata decided =
          get(admin.listConsumerGroupOffsets(Groups.ROUTER).partitionsToOffsetAndMetadata())
              .get(partition);
      if (end > 0 && (decided == null || decided.offset() < end)) {
        return true;
      }
      statuses.caughtUp().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      return false;
    } catch (ExecutionException | TimeoutException e) {
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  private static <T> T get(KafkaFuture<T> future)
      throws ExecutionException, TimeoutException, InterruptedException {
    return future.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
  }
}
