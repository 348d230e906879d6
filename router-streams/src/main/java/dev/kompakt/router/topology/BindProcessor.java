package dev.kompakt.router.topology;

import dev.kompakt.router.decide.Bindings;
import dev.kompakt.schemas.id.TurnId;
import dev.kompakt.schemas.record.SessionBinding;
import dev.kompakt.schemas.record.TurnFinished;
import dev.kompakt.schemas.topic.Topics;
import dev.kompakt.schemas.topic.UnreadableRecordException;
import java.util.Objects;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/// Binds the sessions of ordinary turns to the accounts that answered them. Unreadable records are
/// the concern of [DecideProcessor].
final class BindProcessor implements Processor<byte[], byte[], byte[], byte[]> {
  private final Bindings bindings;

  private @Nullable ProcessorContext<byte[], byte[]> context;

  BindProcessor(Bindings bindings) {
    this.bindings = bindings;
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> opened) {
    context = opened;
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    TurnFinished turn = turn(record);
    if (turn == null || turn.session() == null || turn.refusal() != null) {
      return;
    }
    SessionBinding binding = bindings.renewed(turn.session(), turn.account(), turn.at());
    if (binding != null) {
      Objects.requireNonNull(context, "init comes first")
          .forward(
              new Record<>(
                  Topics.SESSIONS.keys().encode(turn.session()),
                  Topics.SESSIONS.values().encode(binding),
                  record.timestamp()));
    }
  }

  private static @Nullable TurnFinished turn(Record<byte[], byte[]> record) {
    if (record.key() == null
        || record.value() == null
        || !Topics.OUTCOMES.keys().decode(record.key()).startsWith(TurnId.PREFIX)) {
      return null;
    }
    try {
      return Topics.OUTCOMES.values().decode(record.value()) instanceof TurnFinished turn
          ? turn
          : null;
    } catch (UnreadableRecordException e) {
      return null;
    }
  }
}
