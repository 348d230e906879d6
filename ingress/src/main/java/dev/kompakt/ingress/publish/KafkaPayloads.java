package dev.kompakt.ingress.publish;

import dev.kompakt.bootstrap.fault.CrashPoint;
import dev.kompakt.bootstrap.kafka.NotWrittenException;
import dev.kompakt.bootstrap.payload.PayloadStore;
import dev.kompakt.bootstrap.payload.PayloadWriter;
import dev.kompakt.schemas.history.ByteRange;
import dev.kompakt.schemas.history.PayloadRef;
import java.io.IOException;
import java.io.InputStream;

/// [Payloads] on `kompakt.payloads`.
public final class KafkaPayloads implements Payloads {
  private final PayloadStore store;

  public KafkaPayloads(PayloadStore store) {
    this.store = store;
  }

  @Override
  public Sink create() {
    CrashPoint.INGRESS_BEFORE_PAYLOADS.pass();
    PayloadWriter writer = store.create();
    return new Sink() {
      @Override
      public void write(byte[] from, int offset, int length) throws IOException {
        try {
          writer.write(from, offset, length);
        } catch (NotWrittenException e) {
          throw new UnwrittenException(e);
        }
      }

      @Override
      public PayloadRef finish() throws NotAcceptedException {
        try {
          return writer.finish();
        } catch (NotWrittenException e) {
          throw new NotAcceptedException(e);
        }
      }
    };
  }

  @Override
  public InputStream open(PayloadRef ref, ByteRange range) {
    return store.open(ref, range);
  }
}
