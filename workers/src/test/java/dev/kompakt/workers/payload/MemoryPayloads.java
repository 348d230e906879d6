package dev.kompakt.workers.payload;

import dev.kompakt.bootstrap.kafka.NotWrittenException;
import dev.kompakt.bootstrap.stream.BlockStream;
import dev.kompakt.schemas.history.ByteRange;
import dev.kompakt.schemas.history.PayloadRef;
import dev.kompakt.schemas.id.PayloadId;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Payloads in memory, which fail when told to.
public final class MemoryPayloads implements Payloads {
  private final Map<PayloadId, byte[]> stored = new ConcurrentHashMap<>();
  private final AtomicInteger opened = new AtomicInteger();
  private final AtomicInteger failWrites = new AtomicInteger();
  private volatile @Nullable RuntimeException readFailure;
  private volatile @Nullable IOException readTrouble;

  public PayloadRef put(String text) {
    return put(text.getBytes(StandardCharsets.UTF_8));
  }

  public PayloadRef put(byte[] bytes) {
    PayloadId id = PayloadId.random();
    stored.put(id, bytes.clone());
    int segments = (bytes.length + PayloadRef.SEGMENT_BYTES - 1) / PayloadRef.SEGMENT_BYTES;
    return new PayloadRef(id, 0, Collections.nCopies(segments, 0L), bytes.length);
  }

  public byte[] get(PayloadRef ref) {
    byte[] bytes = stored.get(ref.id());
    if (bytes == null) {
      throw new AssertionError("nothing is stored as " + ref.id());
    }
    return bytes;
  }

  public String text(PayloadRef ref) {
    return new String(get(ref), StandardCharsets.UTF_8);
  }

  /// How many streams were opened.
  public int opened() {
    return opened.get();
  }

  /// Reads fail with this from now on.
  public void failReads(RuntimeException failure) {
    readFailure = failure;
  }

  /// Reads fail with this from now on.
  public void troubleReads(@Nullable IOException trouble) {
    readTrouble = trouble;
  }

  /// So many finishes fail before one succeeds.
  public void failWrites(int count) {
    failWrites.set(count);
  }

  @Override
  public InputStream open(PayloadRef ref, ByteRange range) {
    opened.incrementAndGet();
    byte[] bytes = get(ref);
    InputStream in =
        new ByteArrayInputStream(
            bytes, Math.toIntExact(range.offset()), Math.toIntExact(range.length()));
    return new BlockStream() {
      @Override
      public int read(byte[] into, int offset, int length) throws IOException {
        RuntimeException failure = readFailure;
        if (failure != null) {
          throw failure;
        }
        IOException trouble = readTrouble;
        if (trouble != null) {
          throw trouble;
        }
        return in.read(into, offset, length);
      }
    };
  }

  @Override
  public Draft create() {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    return new Draft() {
      @Override
      public void write(byte[] from, int offset, int length) {
        all.write(from, offset, length);
      }

      @Override
      public PayloadRef finish() {
        if (failWrites.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
          throw new NotWrittenException(null);
        }
        return put(all.toByteArray());
      }
    };
  }
}
