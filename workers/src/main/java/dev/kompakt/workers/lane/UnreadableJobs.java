package dev.kompakt.workers.lane;

import dev.kompakt.bootstrap.kafka.KafkaClients;
import dev.kompakt.bootstrap.kafka.TopicWriter;
import dev.kompakt.bootstrap.kafka.UnreadableRecords;
import dev.kompakt.schemas.record.DeadLetter;
import dev.kompakt.schemas.topic.Topics;
import dev.kompakt.schemas.topic.UnreadableRecordException;
import java.time.InstantSource;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/// Sets aside jobs that cannot be read. Nobody reports of such a job, so its compaction ends at its
/// deadline.
final class UnreadableJobs {
  private final UnreadableRecords records;
  private final TopicWriter<String, DeadLetter> letters;
  private final InstantSource clock;

  UnreadableJobs(KafkaClients clients, InstantSource clock) {
    records = clients.unreadable();
    letters = clients.writer(Topics.DEAD_LETTERS);
    this.clock = clock;
  }

  void setAside(ConsumerRecord<byte[], byte[]> record, UnreadableRecordException problem) {
    records.passedOver(record, problem);
    String source = record.topic() + "-" + record.partition() + "@" + record.offset();
    var _ = letters.send(source, DeadLetter.unreadable(clock.instant(), null, source));
  }
}
