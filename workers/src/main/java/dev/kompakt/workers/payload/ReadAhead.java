package dev.kompakt.workers.payload;

import dev.kompakt.schemas.history.ByteRange;
import dev.kompakt.schemas.history.PayloadRef;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Payloads of which one is already being fetched while other things are waited for.
public final class ReadAhead implements Payloads {
  /// What was fetched: a stream that has its first segment.
  private record Fetched(PayloadRef ref, long offset, CompletableFuture<InputStream> in) {}

  private final Payloads payloads;
  private final AtomicReference<@Nullable Fetched> fetched = new AtomicReference<>();

  private ReadAhead(Payloads payloads) {
    this.payloads = payloads;
  }

  /// Begins to fetch what lies at this offset, if anything does.
  public static ReadAhead begin(Payloads payloads, PayloadRef ref, long offset) {
    ReadAhead ahead = new ReadAhead(payloads);
    if (offset < ref.bytes()) {
      CompletableFuture<InputStream> in = new CompletableFuture<>();
      ahead.fetched.set(new Fetched(ref, offset, in));
      Thread.ofVirtual()
          .name("read-ahead")
          .start(() -> fetch(payloads, ref, new ByteRange(offset, ref.bytes() - offset), in));
    }
    return ahead;
  }

  private static void fetch(
      Payloads payloads, PayloadRef ref, ByteRange range, CompletableFuture<InputStream> into) {
    try {
      InputStream in = payloads.open(ref, range);
      byte[] first = in.readNBytes(1);
      into.complete(new SequenceInputStream(new ByteArrayInputStream(first), in));
    } catch (Throwable e) {
      into.completeExceptionally(e); // whoever opens it reads again, and meets it then
    }
  }

  @Override
  public InputStream open(PayloadRef ref, ByteRange range) {
    Fetched ahead = fetched.get();
    if (ahead == null
        || !ahead.ref().equals(ref)
        || ahead.offset() != range.offset()
        || range.end() != ref.bytes()
        || !fetched.compareAndSet(ahead, null)) {
      return payloads.open(ref, range);
    }
    return new InputStream() {
      private @Nullable InputStream in;

      private InputStream in() {
        InputStream known = in;
        if (known == null) {
          known =
              ahead
                  .in()
                  .handle((read, failure) -> failure == null ? read : payloads.open(ref, range))
                  .join();
          in = known;
        }
        return known;
      }

      @Override
      public int read() throws IOException {
        return in().read();
      }

      @Override
      public int read(byte[] into, int offset, int length) throws IOException {
        return in().read(into, offset, length);
      }
    };
  }

  @Override
  public Draft create() {
    return payloads.create();
  }
}
