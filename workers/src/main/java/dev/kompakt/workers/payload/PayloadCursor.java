package dev.kompakt.workers.payload;

import dev.kompakt.bootstrap.stream.BlockStream;
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

  /// The bytes of a range, its stream ending where the range does; valid until the next call.
  public InputStream open(ByteRange range) throws IOException {
    InputStream reached = in;
    in = null; // until it stands where it should
    if (reached == null
        || range.offset() < position
        || segment(range.offset()) > segment(position)) {
      reached = payloads.open(ref, new ByteRange(range.offset(), ref.bytes() - range.offset()));
    } else {
      reached.skipNBytes(range.offset() - position);
    }
    in = reached;
    position = range.offset();
    return new Part(reached, range.length());
  }

  /// Copies a range.
  public void copy(ByteRange range, OutputStream to) throws IOException {
    InputStream from = open(range);
    byte[] block = new byte[(int) Math.min(16 * 1024, Math.max(1, range.length()))];
    for (int n = from.read(block); n >= 0; n = from.read(block)) {
      to.write(block, 0, n);
    }
  }

  private static long segment(long offset) {
    return offset / PayloadRef.SEGMENT_BYTES;
  }

  private final class Part extends BlockStream {
    private final InputStream from;
    private long left;

    Part(InputStream from, long length) {
      this.from = from;
      left = length;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      if (left == 0) {
        return -1;
      }
      int n = from.read(into, offset, (int) Math.min(length, left));
      if (n < 0) {
        throw new EOFException("payload " + ref.id() + " ends early");
      }
      left -= n;
      position += n;
      return n;
    }
  }
}
