package dev.kompakt.bootstrap.kafka;

import dev.kompakt.bootstrap.observe.Meter;
import dev.kompakt.bootstrap.observe.Meters;
import dev.kompakt.schemas.topic.UnreadableRecordException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Counts records that cannot be read and logs where they lie, never what they hold. Thread-safe.
public final class UnreadableRecords {
  private static final Logger LOG = LoggerFactory.getLogger(UnreadableRecords.class);

  private final Meters meters;

  UnreadableRecords(Meters meters) {
    this.meters = meters;
  }

  /// A record was passed over.
  public void passedOver(ConsumerRecord<?, ?> record, UnreadableRecordException problem) {
    meters.count(Meter.UNREADABLE_RECORDS, record.topic());
    LOG.atWarn()
        .addKeyValue("topic", record.topic())
        .addKeyValue("partition", record.partition())
        .addKeyValue("offset", record.offset())
        .addKeyValue("problem", problem.getMessage())
        .log("a record cannot be read and is passed over");
  }
}
