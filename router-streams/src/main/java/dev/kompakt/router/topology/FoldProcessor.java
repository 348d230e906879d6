package dev.kompakt.router.topology;

import dev.kompakt.router.state.SeenReports;
import dev.kompakt.schemas.record.Report;
import dev.kompakt.schemas.topic.Topics;
import java.time.Instant;
import java.util.Objects;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Folds reports into what is known for their key, and passes on what changed. A report that cannot
/// be folded is passed over.
final class FoldProcessor implements Processor<byte[], byte[], byte[], byte[]> {
  private static final Logger LOG = LoggerFactory.getLogger(FoldProcessor.class);

  private final String storeName;
  private final @Nullable String seenName;
  private final Fold fold;

  private @Nullable ProcessorContext<byte[], byte[]> context;
  private @Nullable KeyValueStore<Bytes, byte[]> known;
  private @Nullable SeenReports seen;

  /// Makes one.
  ///
  /// @param storeName where what is known is kept
  /// @param seenName where folded reports are remembered for a while, so that one delivered again
  ///   is folded once; null if the fold does not mind
  FoldProcessor(String storeName, @Nullable String seenName, Fold fold) {
    this.storeName = storeName;
    this.seenName = seenName;
    this.fold = fold;
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> opened) {
    context = opened;
    known = opened.getStateStore(storeName);
    seen = seenName == null ? null : new SeenReports(opened.getStateStore(seenName));
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    ProcessorContext<byte[], byte[]> in = Objects.requireNonNull(context, "init comes first");
    KeyValueStore<Bytes, byte[]> store = Objects.requireNonNull(known, "init comes first");
    Instant now = Instant.ofEpochMilli(in.currentSystemTimeMs());
    Bytes key = Bytes.wrap(record.key());
    byte[] next;
    try {
      Report event = Topics.OUTCOMES.values().decode(record.value());
      String once = fold.once(event);
      if (once != null && seen != null && !seen.first(once, now)) {
        return;
      }
      next = fold.next(store.get(key), event, now);
    } catch (KafkaException e) {
      throw e;
    } catch (RuntimeException e) {
      LOG.atError()
          .addKeyValue("store", storeName)
          .addKeyValue("error", e.getClass().getSimpleName())
          .log("a report cannot be folded and is passed over");
      return;
    }
    if (next != null) {
      store.put(key, next);
      in.forward(new Record<>(record.key(), next, now.toEpochMilli()));
    }
  }
}
