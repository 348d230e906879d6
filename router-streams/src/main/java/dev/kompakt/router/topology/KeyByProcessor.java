package dev.kompakt.router.topology;

import dev.kompakt.schemas.record.Report;
import dev.kompakt.schemas.topic.Topics;
import java.util.Objects;
import java.util.function.Function;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/// Passes ended calls on under another key; drops everything else. Unreadable records are the
/// concern of [DecideProcessor].
final class KeyByProcessor implements Processor<byte[], byte[], byte[], byte[]> {
  private final Function<Report, byte @Nullable []> key;
  private @Nullable ProcessorContext<byte[], byte[]> context;

  /// Makes one.
  ///
  /// @param key null for a report that is of no interest
  KeyByProcessor(Function<Report, byte @Nullable []> key) {
    this.key = key;
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> opened) {
    context = opened;
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    byte[] next = next(record.value());
    if (next != null) {
      Objects.requireNonNull(context, "init comes first").forward(record.withKey(next));
    }
  }

  private byte @Nullable [] next(byte @Nullable [] value) {
    if (value == null) {
      return null;
    }
    try {
      return key.apply(Topics.OUTCOMES.values().decode(value));
    } catch (RuntimeException e) {
      return null;
    }
  }
}
