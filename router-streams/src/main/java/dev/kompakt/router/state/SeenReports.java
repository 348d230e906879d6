package dev.kompakt.router.state;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/// Reports taken in lately, so that one delivered again is known. Kept in buckets of time that are
/// dropped as they grow old; a plain store, because Streams takes a window store that was never
/// written for a corrupted one at every start.
public final class SeenReports {
  private static final Duration BUCKET = Duration.ofMinutes(30);
  private static final int DROPPED_AT_ONCE = 100;
  private static final byte[] SEEN = {};

  private final KeyValueStore<Bytes, byte[]> store;

  public SeenReports(KeyValueStore<Bytes, byte[]> store) {
    this.store = store;
  }

  /// Whether the report is seen for the first time in the last half hour, or hour at most. The same
  /// attempt made again by another worker, or at another time, is another report.
  public boolean first(String report, Instant now) {
    long bucket = now.toEpochMilli() / BUCKET.toMillis();
    dropBefore(bucket - 1);
    if (store.get(key(bucket, report)) != null || store.get(key(bucket - 1, report)) != null) {
      return false;
    }
    store.put(key(bucket, report), SEEN);
    return true;
  }

  private void dropBefore(long bucket) {
    try (KeyValueIterator<Bytes, byte[]> old = store.range(key(0, ""), key(bucket, ""))) {
      for (int i = 0; i < DROPPED_AT_ONCE && old.hasNext(); i++) {
        KeyValue<Bytes, byte[]> entry = old.next();
        store.delete(entry.key);
      }
    }
  }

  private static Bytes key(long bucket, String report) {
    byte[] text = report.getBytes(StandardCharsets.UTF_8);
    return Bytes.wrap(
        ByteBuffer.allocate(Long.BYTES + text.length).putLong(bucket).put(text).array());
  }
}
