package dev.kompakt.testing.audit;

import dev.kompakt.bootstrap.kafka.KafkaClients;
import dev.kompakt.schemas.record.CompactionStatus;
import dev.kompakt.schemas.record.DeadLetter;
import dev.kompakt.schemas.record.Job;
import dev.kompakt.schemas.record.Report;
import dev.kompakt.schemas.record.Submission;
import dev.kompakt.schemas.topic.Topic;
import dev.kompakt.schemas.topic.Topics;
import dev.kompakt.schemas.topic.UnreadableRecordException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/// What lies on the topics, as whoever reads committed records sees it. What is of one compaction
/// is in order.
///
/// @param ends one past the last record of each partition that has any
record Trail(
    List<Submission> submissions,
    List<Job> jobs,
    List<Report> reports,
    List<CompactionStatus> statuses,
    List<DeadLetter> deadLetters,
    Map<TopicPartition, Long> ends) {
  private static final Duration POLL = Duration.ofMillis(200);

  Trail {
    submissions = List.copyOf(submissions);
    jobs = List.copyOf(jobs);
    reports = List.copyOf(reports);
    statuses = List.copyOf(statuses);
    deadLetters = List.copyOf(deadLetters);
    ends = Map.copyOf(ends);
  }

  /// Reads all there is now. Records nobody can read are left out.
  static Trail read(KafkaClients clients) {
    Map<TopicPartition, Long> ends = new HashMap<>();
    try (KafkaConsumer<byte[], byte[]> consumer = clients.consumer("trail", Map.of())) {
      return new Trail(
          all(consumer, Topics.SUBMISSIONS, ends),
          all(consumer, Topics.JOBS, ends),
          all(consumer, Topics.OUTCOMES, ends),
          all(consumer, Topics.COMPACTIONS, ends),
          all(consumer, Topics.DEAD_LETTERS, ends),
          ends);
    }
  }

  private static <V> List<V> all(
      KafkaConsumer<byte[], byte[]> consumer, Topic<?, V> topic, Map<TopicPartition, Long> ends) {
    List<TopicPartition> partitions =
        consumer.partitionsFor(topic.name()).stream()
            .map(info -> new TopicPartition(info.topic(), info.partition()))
            .toList();
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
    Map<TopicPartition, Long> until = consumer.endOffsets(partitions);
    List<V> values = new ArrayList<>();
    while (partitions.stream().anyMatch(p -> consumer.position(p) < until.getOrDefault(p, 0L))) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        ends.put(new TopicPartition(record.topic(), record.partition()), record.offset() + 1);
        if (record.value() != null) {
          try {
            values.add(topic.values().decode(record.value()));
          } catch (UnreadableRecordException e) {
            // its dead letter is looked for by whoever has written it
          }
        }
      }
    }
    return values;
  }
}
