package dev.kompakt.bootstrap.payload;

import dev.kompakt.bootstrap.seal.SegmentSeal;
import dev.kompakt.bootstrap.stream.BlockStream;
import dev.kompakt.schemas.history.ByteRange;
import dev.kompakt.schemas.history.PayloadRef;
import java.io.IOException;

/// A part of a payload as a stream; one opened segment is held at a time.
final class PayloadInputStream extends BlockStream {
  private final PayloadRef ref;
  private final SegmentReaders readers;
  private final SegmentSeal seal;
  private final long end;
  private long position;
  private byte[] segment = new byte[0];
  private int number = -1;

  PayloadInputStream(PayloadRef ref, ByteRange range, SegmentReaders readers, SegmentSeal seal) {
    if (range.end() > ref.bytes()) {
      throw new IllegalArgumentException(
          "range to " + range.end() + " is beyond payload " + ref.id() + " of " + ref.bytes());
    }
    this.ref = ref;
    this.readers = readers;
    this.seal = seal;
    position = range.offset();
    end = range.end();
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (position >= end) {
      return -1;
    }
    int wanted = (int) (position / PayloadRef.SEGMENT_BYTES);
    if (wanted != number) {
      load(wanted);
    }
    int at = (int) (position % PayloadRef.SEGMENT_BYTES);
    int n = (int) Math.min(Math.min(length, segment.length - at), end - position);
    System.arraycopy(segment, at, into, offset, n);
    position += n;
    return n;
  }

  private void load(int wanted) throws IOException {
    byte[] opened = seal.open(ref.id(), wanted, readers.fetch(ref, wanted));
    long expected =
        Math.min(PayloadRef.SEGMENT_BYTES, ref.bytes() - (long) wanted * PayloadRef.SEGMENT_BYTES);
    if (opened == null || opened.length != expected) {
      throw new PayloadLostException(ref, "cannot be opened with this sealing key");
    }
    segment = opened;
    number = wanted;
  }

  @Override
  public int available() {
    return number < 0
        ? 0
        : (int) Math.min(segment.length - position % PayloadRef.SEGMENT_BYTES, end - position);
  }
}
