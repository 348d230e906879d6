package dev.kompakt.router.topology;

import dev.kompakt.router.budget.Call;
import dev.kompakt.router.state.SeenReports;
import dev.kompakt.schemas.record.AccountReport;
import dev.kompakt.schemas.record.AttemptEvent;
import dev.kompakt.schemas.record.Report;
import dev.kompakt.schemas.record.TurnFinished;
import dev.kompakt.schemas.topic.UnreadableRecordException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Folds reports into whatever is known by them, and publishes what changed: what is urgent at
/// once, the rest together a moment later, for thousands of reports change the same few values.
///
/// A report that cannot be folded is passed over; unreadable records are the concern of
/// [DecideProcessor] and [BindProcessor].
final class FoldProcessor implements Processor<byte[], byte[], byte[], byte[]> {
  /// What changed is published no later than this after it was folded.
  static final Duration LATEST = Duration.ofMillis(100);

  private static final Logger LOG = LoggerFactory.getLogger(FoldProcessor.class);

  private final List<Fold<?>> folds;
  private final String seenName;

  private @Nullable ProcessorContext<byte[], byte[]> context;
  private @Nullable SeenReports seen;
  private List<Folded<?>> folded = List.of();
  private @Nullable Cancellable publishing;

  /// Makes one.
  ///
  /// @param seenName where reports are remembered for a while that may be delivered again
  FoldProcessor(List<Fold<?>> folds, String seenName) {
    this.folds = folds;
    this.seenName = seenName;
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> opened) {
    context = opened;
    seen = new SeenReports(opened.getStateStore(seenName));
    publishing = null;
    folded = new ArrayList<>();
    for (Fold<?> fold : folds) {
      folded.add(open(fold));
    }
    publishSoon();
  }

  private <V> Folded<V> open(Fold<V> fold) {
    KeyValueStore<Bytes, byte[]> store = context().getStateStore(fold.store());
    return new Folded<>(
        fold,
        store,
        (key, value) ->
            context()
                .forward(new Record<>(key, value, context().currentSystemTimeMs()), fold.store()));
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    Instant now = Instant.ofEpochMilli(context().currentSystemTimeMs());
    boolean urgent = false;
    try {
      Report report = Reading.report(record);
      String once = once(report);
      if (once != null && !Objects.requireNonNull(seen).first(once, now)) {
        return;
      }
      for (Folded<?> each : folded) {
        urgent |= each.take(report, now);
      }
    } catch (UnreadableRecordException e) {
      return;
    } catch (KafkaException e) {
      throw e;
    } catch (RuntimeException e) {
      LOG.atError()
          .addKeyValue("error", e.getClass().getSimpleName())
          .log("a report cannot be folded and is passed over");
      return;
    }
    if (urgent) {
      context().commit();
    }
    publishSoon();
  }

  /// Tells a report from all others, the same each time it is delivered. Null for one that is never
  /// delivered twice, as a turn's, which is written once and not tried again, or that tells
  /// nothing.
  private static @Nullable String once(Report report) {
    return switch (report) {
      case TurnFinished _ -> null;
      case AttemptEvent attempt -> {
        Call call = Call.of(attempt);
        yield call == null ? null : call.report();
      }
      case AccountReport said ->
          said.key() + "|" + said.getClass().getSimpleName() + "|" + said.at();
    };
  }

  /// Not at a steady beat: Kafka Streams commits a transaction after every call.
  private void publishSoon() {
    if (publishing == null && folded.stream().anyMatch(Folded::unpublished)) {
      publishing = context().schedule(LATEST, PunctuationType.WALL_CLOCK_TIME, _ -> publish());
    }
  }

  private void publish() {
    if (publishing != null) {
      publishing.cancel();
      publishing = null;
    }
    folded.forEach(Folded::publish);
  }

  private ProcessorContext<byte[], byte[]> context() {
    return Objects.requireNonNull(context, "init comes first");
  }
}
