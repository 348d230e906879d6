package dev.kompakt.workers.payload;

import dev.kompakt.schemas.history.ByteRange;
import dev.kompakt.schemas.history.PayloadRef;
import java.io.InputStream;
import java.io.OutputStream;

/// The payload store as attempts see it. Thread-safe.
public interface Payloads {
  /// A stream of a part of a payload; blocks, for one thread at a time.
  ///
  /// Reads throw [dev.kompakt.bootstrap.payload.PayloadLostException] if the payload is gone, and
  /// `IOException` if Kafka does not answer in time.
  InputStream open(PayloadRef ref, ByteRange range);

  /// A new payload to write.
  Draft create();

  /// A payload being written; just left behind if it is not finished.
  abstract class Draft extends OutputStream {
    @Override
    public abstract void write(byte[] from, int offset, int length);

    @Override
    public final void write(int b) {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public final void write(byte[] from) {
      write(from, 0, from.length);
    }

    /// Waits until it is stored.
    ///
    /// @throws dev.kompakt.bootstrap.kafka.NotWrittenException if it is not known to be
    public abstract PayloadRef finish();
  }
}
