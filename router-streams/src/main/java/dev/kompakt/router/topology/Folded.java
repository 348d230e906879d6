package dev.kompakt.router.topology;

import dev.kompakt.router.state.RouterStores;
import dev.kompakt.schemas.record.Report;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/// What one fold has come to. Every change is stored at once, so that it is committed with the
/// report that made it; it is published at once if it is urgent, else when it is asked to.
final class Folded<V> {
  /// Values held decoded; the others are read from the store when they are needed.
  private static final int MOST_DECODED = 4096;

  private final Fold<V> fold;
  private final KeyValueStore<Bytes, byte[]> store;
  private final BiConsumer<byte[], byte[]> publish;
  private final Set<Bytes> unpublished = new LinkedHashSet<>();
  private final Map<Bytes, V> decoded =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Bytes, V> eldest) {
          return size() > MOST_DECODED;
        }
      };

  /// Takes up what is stored. What was not published before a stop is from now on.
  Folded(Fold<V> fold, KeyValueStore<Bytes, byte[]> store, BiConsumer<byte[], byte[]> publish) {
    this.fold = fold;
    this.store = store;
    this.publish = publish;
    try (KeyValueIterator<Bytes, byte[]> all = store.all()) {
      while (all.hasNext()) {
        KeyValue<Bytes, byte[]> entry = all.next();
        unpublished.add(entry.key);
      }
    }
  }

  /// Folds a report.
  ///
  /// @return whether that was urgent
  boolean take(Report report, Instant now) {
    byte[] key = fold.key(report);
    if (key == null) {
      return false;
    }
    Bytes name = Bytes.wrap(key);
    V known = known(name);
    V next = fold.next(known, report, now);
    if (next == null || next.equals(known)) {
      return false;
    }
    byte[] value = fold.codec().encode(next);
    store.put(name, value);
    decoded.put(name, next);
    boolean urgent = fold.urgent(known, next);
    if (urgent) {
      unpublished.remove(name);
      publish.accept(key, value);
    } else {
      unpublished.add(name);
    }
    return urgent;
  }

  private @Nullable V known(Bytes name) {
    V held = decoded.get(name);
    return held == null ? RouterStores.relearnable(fold.codec(), store.get(name)) : held;
  }

  boolean unpublished() {
    return !unpublished.isEmpty();
  }

  void publish() {
    for (Bytes name : unpublished) {
      byte[] value = store.get(name);
      if (value != null) {
        publish.accept(name.get(), value);
      }
    }
    unpublished.clear();
  }
}
