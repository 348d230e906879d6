package dev.kompakt.workers.payload;

import dev.kompakt.schemas.history.ByteRange;
import dev.kompakt.schemas.history.PayloadRef;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/// Reads ranges of one payload in ascending order, fetching each segment they lie in once.
public final class PayloadCursor {
  private final Payloads payloads;
  private final PayloadRef ref;
  private @Nullable InputStream in;
  private long position;

  public PayloadCursor(Payloads payloads, PayloadRef ref) {
    this.payloads = payloads;
    this.ref = ref;
  }

  /// The bytes from here on; valid until the next call.
  public InputStream from(long offset) throws IOException {
    InputStream open = in;
    if (open == null || offset < position || segment(offset) > segment(position)) {
      open = payloads.open(ref, new ByteRange(offset, ref.bytes() - offset));
    } else {
      open.skipNBytes(offset - position);
    }
    in = null;
    position = offset;
    InputStream opened = open;
    InputStream counting = new Counting(opened);
    in = opened;
    return counting;
  }

  /// Copies a range.
  public void copy(ByteRange range, OutputStream to) throws IOException {
    InputStream from = from(range.offset());
    byte[] block = new byte[(int) Math.min(16 * 1024, Math.max(1, range.length()))];
    long left = range.length();
    while (left > 0) {
      int n = from.read(block, 0, (int) Math.min(block.length, left));
      if (n < 0) {
        throw new EOFException("payload " + ref.id() + " ends early");
      }
      to.write(block, 0, n);
      left -= n;
    }
  }

  private static long segment(long offset) {
    return offset / PayloadRef.SEGMENT_BYTES;
  }

  private final class Counting extends InputStream {
    private final InputStream from;

    Counting(InputStream from) {
      this.from = from;
    }

    @Override
    public int read() throws IOException {
      int b = from.read();
      position += b < 0 ? 0 : 1;
      return b;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      int n = from.read(into, offset, length);
      position += Math.max(0, n);
      return n;
    }
  }
}
