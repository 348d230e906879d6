package dev.kompakt.ingress.intake;

import dev.kompakt.bootstrap.stream.BlockStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import java.util.zip.ZipException;

/// The content of one or more gzip members that fill a stream to its end. Unlike
/// [java.util.zip.GZIPInputStream] it refuses bytes after the last member, whatever way the stream
/// happens to deliver them. Closing leaves the stream to its owner.
final class GzipMembers extends BlockStream {
  private static final int HEADER_CRC = 2;
  private static final int EXTRA = 4;
  private static final int NAME = 8;
  private static final int COMMENT = 16;
  private static final int RESERVED = 0xe0;

  private final InputStream in;
  private final Inflater inflater = new Inflater(/* nowrap= */ true);
  private final CRC32 crc = new CRC32();
  private final byte[] buffer = new byte[16 * 1024];
  private int position;
  private int limit;
  private boolean inMember;
  private boolean anyMember;

  GzipMembers(InputStream in) {
    this.in = in;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    while (inMember || openMember()) {
      int read = inflate(into, offset, length);
      if (read > 0) {
        crc.update(into, offset, read);
        return read;
      }
      if (inflater.finished()) {
        closeMember();
      } else if (inflater.needsDictionary()) {
        throw new ZipException("preset dictionary");
      } else {
        if (position == limit && !fill()) {
          throw new EOFException("in deflated data");
        }
        inflater.setInput(buffer, position, limit - position);
        position = limit;
      }
    }
    return -1;
  }

  private int inflate(byte[] into, int offset, int length) throws IOException {
    try {
      return inflater.inflate(into, offset, length);
    } catch (DataFormatException e) {
      throw new ZipException("deflated data");
    }
  }

  /// @return whether there was another member
  private boolean openMember() throws IOException {
    if (anyMember && position == limit && !fill()) {
      return false;
    }
    require(next() == 0x1f && next() == 0x8b, "magic");
    require(next() == 8, "method");
    int flags = next();
    require((flags & RESERVED) == 0, "flags");
    skip(6);
    if ((flags & EXTRA) != 0) {
      skip(next() | next() << 8);
    }
    if ((flags & NAME) != 0) {
      skipToNul();
    }
    if ((flags & COMMENT) != 0) {
      skipToNul();
    }
    if ((flags & HEADER_CRC) != 0) {
      skip(2);
    }
    inflater.reset();
    crc.reset();
    inMember = true;
    anyMember = true;
    return true;
  }

  private void closeMember() throws IOException {
    position = limit - inflater.getRemaining();
    require(nextInt() == (int) crc.getValue(), "checksum");
    require(nextInt() == (int) inflater.getBytesWritten(), "length");
    inMember = false;
  }

  private int nextInt() throws IOException {
    return next() | next() << 8 | next() << 16 | next() << 24;
  }

  private void skipToNul() throws IOException {
    while (next() != 0) {}
  }

  private void skip(int bytes) throws IOException {
    for (int i = 0; i < bytes; i++) {
      next();
    }
  }

  private int next() throws IOException {
    if (position == limit && !fill()) {
      throw new EOFException("in a gzip header or trailer");
    }
    return buffer[position++] & 0xff;
  }

  private boolean fill() throws IOException {
    int read;
    do {
      read = in.read(buffer, 0, buffer.length);
    } while (read == 0);
    position = 0;
    limit = Math.max(0, read);
    return read > 0;
  }

  private static void require(boolean holds, String part) throws ZipException {
    if (!holds) {
      throw new ZipException(part);
    }
  }

  @Override
  public void close() {
    inflater.end();
  }
}
