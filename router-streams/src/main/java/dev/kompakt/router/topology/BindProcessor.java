package dev.kompakt.router.topology;

import dev.kompakt.bootstrap.observe.Meters;
import dev.kompakt.router.decide.Bindings;
import dev.kompakt.schemas.record.SessionBinding;
import dev.kompakt.schemas.record.TurnFinished;
import dev.kompakt.schemas.topic.Topics;
import dev.kompakt.schemas.topic.UnreadableRecordException;
import java.util.Objects;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/// Binds the sessions of ordinary turns to the accounts that answered them. What cannot be read of
/// records that only count is told here; of the others, [DecideProcessor] does.
final class BindProcessor implements Processor<byte[], byte[], byte[], byte[]> {
  private final Bindings bindings;
  private final Journal journal;

  private @Nullable ProcessorContext<byte[], byte[]> context;

  BindProcessor(Bindings bindings, Meters meters) {
    this.bindings = bindings;
    journal = new Journal(meters);
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
      context()
          .forward(
              new Record<>(
                  Topics.SESSIONS.keys().encode(turn.session()),
                  Topics.SESSIONS.values().encode(binding),
                  record.timestamp()));
    }
  }

  private @Nullable TurnFinished turn(Record<byte[], byte[]> record) {
    if (!Reading.onlyCounts(Topics.OUTCOMES.name(), record)) {
      return null;
    }
    try {
      return Reading.report(record) instanceof TurnFinished turn ? turn : null;
    } catch (UnreadableRecordException e) {
      journal.passedOver(context().recordMetadata().orElseThrow(), e);
      return null;
    }
  }

  private ProcessorContext<byte[], byte[]> context() {
    return Objects.requireNonNull(context, "init comes first");
  }
}
