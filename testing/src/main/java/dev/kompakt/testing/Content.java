package dev.kompakt.testing;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/// The bytes of an answer's body, of which the middle may be a long padding that is in no memory.
final class Content {
  /// What padding takes the place of; only its first occurrence counts.
  static final String PADDING = "@@padding@@";

  private final byte[] start;
  private final long padding;
  private final byte[] end;

  private Content(byte[] start, long padding, byte[] end) {
    this.start = start;
    this.padding = padding;
    this.end = end;
  }

  static Content of(String text) {
    return of(text, StandardCharsets.UTF_8);
  }

  static Content of(String text, Charset charset) {
    return new Content(text.getBytes(charset), 0, new byte[0]);
  }

  static Content padded(String text, long padding) {
    int at = text.indexOf(PADDING);
    return new Content(
        text.substring(0, at).getBytes(StandardCharsets.UTF_8),
        padding,
        text.substring(at + PADDING.length()).getBytes(StandardCharsets.UTF_8));
  }

  long length() {
    return start.length + padding + end.length;
  }

  /// Only the first bytes of it; the padding, if any is left, is in memory then.
  Content first(long length) {
    byte[] bytes = new byte[Math.toIntExact(length)];
    try (InputStream all = open()) {
      int read = all.readNBytes(bytes, 0, bytes.length);
      return new Content(Arrays.copyOf(bytes, read), 0, new byte[0]);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  InputStream open() {
    return new SequenceInputStream(
        Collections.enumeration(
            List.of(
                new ByteArrayInputStream(start),
                new Padding(padding),
                new ByteArrayInputStream(end))));
  }

  private static final class Padding extends InputStream {
    private long left;

    Padding(long length) {
      left = length;
    }

    @Override
    public int read() {
      if (left == 0) {
        return -1;
      }
      left--;
      return 'x';
    }

    @Override
    public int read(byte[] bytes, int offset, int length) {
      if (left == 0) {
        return -1;
      }
      int read = (int) Math.min(length, left);
      Arrays.fill(bytes, offset, offset + read, (byte) 'x');
      left -= read;
      return read;
    }
  }
}
