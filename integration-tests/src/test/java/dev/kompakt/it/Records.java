package dev.kompakt.it;

import dev.kompakt.bootstrap.config.ConfigLoader;
import dev.kompakt.bootstrap.kafka.KafkaClients;
import dev.kompakt.schemas.record.CompactionStatus;
import dev.kompakt.schemas.topic.Topic;
import dev.kompakt.schemas.topic.Topics;
import dev.kompakt.testing.Deployment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;

/// What a deployment has written, read from the topics themselves.
final class Records {
  private static final Duration POLL = Duration.ofMillis(100);

  private Records() {}

  /// All records of a topic that are there and committed.
  static <V> List<V> of(Deployment kompakt, Topic<?, V> topic) {
    List<V> records = new ArrayList<>();
    try (KafkaClients clients = clients(kompakt);
        KafkaConsumer<byte[], byte[]> consumer = clients.consumer("records", Map.of())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic.name()).stream()
              .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (ends.entrySet().stream().anyMatch(e -> consumer.position(e.getKey()) < e.getValue())) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          records.add(topic.values().decode(record.value()));
        }
      }
    }
    return records;
  }

  /// How often each compaction has ended, by its id; 0 for one that runs.
  static Map<String, Integer> endings(Deployment kompakt) {
    Map<String, Integer> endings = new HashMap<>();
    for (CompactionStatus status : of(kompakt, Topics.COMPACTIONS)) {
      endings.merge(status.compaction().value(), status.ended() ? 1 : 0, Integer::sum);
    }
    return endings;
  }

  /// Deletes all payloads, as retention does.
  static void deletePayloads(Deployment kompakt) throws ExecutionException, InterruptedException {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", kompakt.broker()))) {
      String topic = Topics.PAYLOADS.name();
      Map<TopicPartition, RecordsToDelete> all = new HashMap<>();
      TopicDescription described =
          admin.describeTopics(List.of(topic)).allTopicNames().get().values().iterator().next();
      for (TopicPartitionInfo partition : described.partitions()) {
        all.put(new TopicPartition(topic, partition.partition()), RecordsToDelete.beforeOffset(-1));
      }
      admin.deleteRecords(all).all().get();
    }
  }

  private static KafkaClients clients(Deployment kompakt) {
    return new KafkaClients(
        ConfigLoader.load(
                null, Map.of(), Map.of("kafka.bootstrap", kompakt.broker(), "clientsFile", "/none"))
            .kafka(),
        "integration-tests");
  }
}
