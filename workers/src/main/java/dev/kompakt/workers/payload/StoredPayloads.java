package dev.kompakt.workers.payload;

import dev.kompakt.bootstrap.payload.PayloadStore;
import dev.kompakt.bootstrap.payload.PayloadWriter;
import dev.kompakt.schemas.history.ByteRange;
import dev.kompakt.schemas.history.PayloadRef;
import java.io.InputStream;

/// [Payloads] on Kafka.
public record StoredPayloads(PayloadStore store) implements Payloads {
  @Override
  public InputStream open(PayloadRef ref, ByteRange range) {
    return store.open(ref, range);
  }

  @Override
  public Draft create() {
    PayloadWriter writer = store.create();
    return new Draft() {
      @Override
      public void write(byte[] from, int offset, int length) {
        writer.write(from, offset, length);
      }

      @Override
      public PayloadRef finish() {
        return writer.finish();
      }
    };
  }
}
