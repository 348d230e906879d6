package dev.kompakt.standalone.rollout;

import dev.kompakt.bootstrap.stream.BlockStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.core.json.JsonFactory;

/// The lines of a file as streams, one after the other; no line is held.
final class Lines implements AutoCloseable {
  /// Reads any one value of a file. Texts that are only passed over are not held, so their length
  /// is no matter.
  static final JsonFactory JSON = new JsonFactory();

  private static final int BLOCK = 64 * 1024;

  private final InputStream in;
  private final byte[] block = new byte[BLOCK];
  private int next;
  private int filled;
  private long before;
  private long start;
  private boolean ended;
  private boolean lineEnded = true;
  private boolean newline = true;

  Lines(Path file) throws IOException {
    in = Files.newInputStream(file);
  }

  /// Goes on to the next line, past whatever is left of this one; false after the last.
  boolean advance() throws IOException {
    skipRest();
    start = before + next;
    lineEnded = false;
    newline = false;
    return fill();
  }

  /// Passes over what is left of the line.
  void skipRest() throws IOException {
    while (!lineEnded && fill()) {
      int end = endOfLine(filled);
      lineEnded = end < filled;
      newline = lineEnded;
      next = lineEnded ? end + 1 : end;
    }
    lineEnded = true;
  }

  /// Where the line begins in the file.
  long start() {
    return start;
  }

  /// Once it is read: where the file's next line begins, or the file ends.
  long end() {
    return before + next;
  }

  /// Once it is read: whether a newline ended it, rather than the file.
  boolean endsInNewline() {
    return newline;
  }

  /// What is left of the line, without its newline.
  InputStream line() {
    return new BlockStream() {
      @Override
      public int read(byte[] bytes, int offset, int length) throws IOException {
        if (lineEnded || !fill()) {
          lineEnded = true;
          return -1;
        }
        int limit = next + Math.min(length, filled - next);
        int end = endOfLine(limit);
        int read = end - next;
        System.arraycopy(block, next, bytes, offset, read);
        next = end;
        if (read > 0) {
          return read;
        }
        next++;
        lineEnded = true;
        newline = true;
        return -1;
      }
    };
  }

  private int endOfLine(int limit) {
    int end = next;
    while (end < limit && block[end] != '\n') {
      end++;
    }
    return end;
  }

  private boolean fill() throws IOException {
    if (next < filled) {
      return true;
    }
    if (ended) {
      return false;
    }
    before += filled;
    next = 0;
    filled = Math.max(0, in.read(block, 0, BLOCK));
    ended = filled == 0;
    return !ended;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
