package dev.kompakt.ingress.replay;

import dev.kompakt.bootstrap.kafka.KafkaClients;
import dev.kompakt.bootstrap.kafka.UnreachableException;
import dev.kompakt.schemas.topic.Topics;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartition;

/// From where on payloads are still kept.
public final class Retention {
  private static final Duration CLOSE_DEADLINE = Duration.ofSeconds(1);

  private final KafkaClients clients;

  public Retention(KafkaClients clients) {
    this.clients = clients;
  }

  /// The first offset that is kept of each partition of `kompakt.payloads`, asked for now; blocks
  /// for at most half a minute.
  ///
  /// @throws UnreachableException if Kafka does not answer
  public Map<Integer, Long> earliest() {
    Admin admin = clients.admin();
    try {
      String topic = Topics.PAYLOADS.name();
      Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
      for (TopicDescription described :
          admin.describeTopics(List.of(topic)).allTopicNames().get().values()) {
        described
            .partitions()
            .forEach(
                p -> asked.put(new TopicPartition(topic, p.partition()), OffsetSpec.earliest()));
      }
      Map<Integer, Long> earliest = new HashMap<>();
      admin
          .listOffsets(asked)
          .all()
          .get()
          .forEach((partition, found) -> earliest.put(partition.partition(), found.offset()));
      return earliest;
    } catch (ExecutionException e) {
      throw new UnreachableException("what is kept of payloads cannot be told", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UnreachableException("interrupted", e);
    } finally {
      admin.close(CLOSE_DEADLINE);
    }
  }
}
