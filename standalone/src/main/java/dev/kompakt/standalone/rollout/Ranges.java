package dev.kompakt.standalone.rollout;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/// Copies stretches of a file.
final class Ranges {
  private static final int BLOCK = 64 * 1024;

  private Ranges() {}

  /// Copies exactly this many bytes.
  static void copy(InputStream in, long bytes, OutputStream out) throws IOException {
    byte[] block = new byte[(int) Math.min(BLOCK, Math.max(1, bytes))];
    for (long left = bytes; left > 0; ) {
      int read = in.read(block, 0, (int) Math.min(block.length, left));
      if (read < 0) {
        throw new EOFException("the file became shorter while it was read");
      }
      out.write(block, 0, read);
      left -= read;
    }
  }
}
