package dev.kompakt.router.topology;

import dev.kompakt.router.decide.Event;
import dev.kompakt.schemas.id.CompactionId;
import dev.kompakt.schemas.id.TurnId;
import dev.kompakt.schemas.record.AccountReport;
import dev.kompakt.schemas.record.AttemptEvent;
import dev.kompakt.schemas.record.Report;
import dev.kompakt.schemas.record.Submission;
import dev.kompakt.schemas.topic.Topics;
import dev.kompakt.schemas.topic.UnreadableRecordException;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/// Turns records of the two source topics into events.
final class Reading {
  private Reading() {}

  /// Whether the record is about an ordinary turn or an account, of which there is nothing to
  /// decide.
  static boolean onlyCounts(String topic, Record<byte[], byte[]> record) {
    if (!topic.equals(Topics.OUTCOMES.name()) || record.key() == null) {
      return false;
    }
    String key = Topics.OUTCOMES.keys().decode(record.key());
    return key.startsWith(TurnId.PREFIX) || key.startsWith(AccountReport.KEY_PREFIX);
  }

  static CompactionId compaction(Record<byte[], byte[]> record) {
    return Topics.SUBMISSIONS.keys().decode(present(record.key()));
  }

  /// The event of a record.
  ///
  /// @throws UnreadableRecordException if it is none, or one of another compaction than its key's
  static Event event(String topic, CompactionId compaction, Record<byte[], byte[]> record) {
    Event event;
    CompactionId about;
    if (topic.equals(Topics.SUBMISSIONS.name())) {
      Submission submission = Topics.SUBMISSIONS.values().decode(present(record.value()));
      about = submission.compaction();
      event = new Event.Asked(submission);
    } else {
      if (!(report(record) instanceof AttemptEvent attempt)) {
        throw new UnreadableRecordException("record has a compaction's key and is no attempt's");
      }
      about = attempt.attempt().compaction();
      event = new Event.Reported(attempt);
    }
    if (!about.equals(compaction)) {
      throw new UnreadableRecordException("record's key and value name different compactions");
    }
    return event;
  }

  /// What a record of outcomes reports.
  ///
  /// @throws UnreadableRecordException if it is no report
  static Report report(Record<byte[], byte[]> record) {
    return Topics.OUTCOMES.values().decode(present(record.value()));
  }

  private static byte[] present(byte @Nullable [] bytes) {
    if (bytes == null) {
      throw new UnreadableRecordException("record has no key or no value");
    }
    return bytes;
  }
}
