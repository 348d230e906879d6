package dev.kompakt.ingress.publish;

import dev.kompakt.schemas.history.ByteRange;
import dev.kompakt.schemas.history.PayloadRef;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/// Where histories are written and answers are read.
public interface Payloads {
  /// A new payload to write.
  Sink create();

  /// A part of a payload, for one thread at a time.
  ///
  /// Reads throw `IOException` if it cannot be read now, and
  /// [dev.kompakt.bootstrap.payload.PayloadLostException] if it never can.
  InputStream open(PayloadRef ref, ByteRange range);

  /// A payload being written. Given up by forgetting it.
  abstract class Sink extends OutputStream {
    @Override
    public abstract void write(byte[] from, int offset, int length) throws IOException;

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    /// Waits until all of it is durable.
    ///
    /// @throws NotAcceptedException if it is not known to be
    public abstract PayloadRef finish() throws NotAcceptedException;
  }
}
