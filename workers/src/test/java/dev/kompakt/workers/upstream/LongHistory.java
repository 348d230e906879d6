package dev.kompakt.workers.upstream;

import dev.kompakt.schemas.history.ByteRange;
import dev.kompakt.schemas.history.PayloadRef;
import dev.kompakt.schemas.id.PayloadId;
import dev.kompakt.workers.payload.Payloads;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.zip.CRC32;

/// A history of any size that is in no memory, and an envelope of two bytes.
final class LongHistory implements Payloads {
  private final PayloadRef ref;
  private final PayloadRef envelope;

  LongHistory(int bytes) {
    int segments = (bytes + PayloadRef.SEGMENT_BYTES - 1) / PayloadRef.SEGMENT_BYTES;
    ref = new PayloadRef(PayloadId.random(), 0, Collections.nCopies(segments, 0L), bytes);
    envelope = new PayloadRef(PayloadId.random(), 0, Collections.nCopies(1, 0L), 2);
  }

  PayloadRef ref() {
    return ref;
  }

  PayloadRef envelope() {
    return envelope;
  }

  void update(CRC32 crc) throws IOException {
    try (InputStream in = open(ref, ref.whole())) {
      byte[] block = new byte[65_536];
      for (int n = in.read(block); n >= 0; n = in.read(block)) {
        crc.update(block, 0, n);
      }
    }
  }

  @Override
  public InputStream open(PayloadRef asked, ByteRange range) {
    if (asked.equals(envelope)) {
      return new ByteArrayInputStream("{}".getBytes(StandardCharsets.UTF_8));
    }
    return new InputStream() {
      private long at = range.offset();

      @Override
      public int read() {
        throw new AssertionError("reads single bytes");
      }

      @Override
      public int read(byte[] into, int offset, int length) {
        if (at == range.end()) {
          return -1;
        }
        int n = (int) Math.min(length, range.end() - at);
        for (int i = 0; i < n; i++) {
          into[offset + i] = (byte) (((at + i) * 31) >> 3);
        }
        at += n;
        return n;
      }
    };
  }

  @Override
  public Draft create() {
    throw new AssertionError("stores nothing");
  }
}
