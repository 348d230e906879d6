package dev.kompakt.router.topology;

import dev.kompakt.schemas.topic.Topics;
import java.util.Objects;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/// Passes reports on under the key a fold has for them; drops those it has none for. Unreadable
/// records are the concern of [DecideProcessor].
final class KeyByProcessor implements Processor<byte[], byte[], byte[], byte[]> {
  private final Fold fold;
  private @Nullable ProcessorContext<byte[], byte[]> context;

  KeyByProcessor(Fold fold) {
    this.fold = fold;
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
      return fold.key(Topics.OUTCOMES.values().decode(value));
    } catch (RuntimeException e) {
      return null;
    }
  }
}
