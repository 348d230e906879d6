package dev.kompakt.workers.json;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/// The tokens of JSON that was checked before, with their positions; a string is in no memory
/// unless asked for. Several values in a row, with or without commas between them, are read one
/// after the other.
public final class JsonTokens {
  /// What comes next.
  public enum Token {
    START_OBJECT,
    END_OBJECT,
    START_ARRAY,
    END_ARRAY,
    NAME,
    STRING,
    /// A number, `true`, `false` or `null`.
    SCALAR,
    /// The end of the input.
    END
  }

  /// The most bytes a [#unit] takes: two escapes of a surrogate pair.
  public static final int MAX_UNIT_BYTES = 12;

  private static final int BUFFER_BYTES = 16 * 1024;
  private static final int END_OF_INPUT = -1;

  /// More than the number of any request that was let in.
  private static final int MOST_SCALAR_BYTES = 1024;

  private final InputStream in;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private final BitSet objects = new BitSet();
  private int at;
  private int limit;
  private long base;
  private int depth;
  private boolean nameNext;
  private boolean inString;
  private long start;
  private final byte[] scalar = new byte[MOST_SCALAR_BYTES];
  private int scalarLength;

  public JsonTokens(InputStream in) {
    this.in = in;
  }

  /// The next token; what is left of the string before is passed over.
  ///
  /// @throws IOException if the input cannot be read or ends within a value
  public Token next() throws IOException {
    if (inString) {
      skipString();
    }
    while (true) {
      int c = peek();
      start = base + at;
      if (c == END_OF_INPUT) {
        if (depth > 0) {
          throw new EOFException("stored JSON ends within a value");
        }
        return Token.END;
      }
      at++;
      switch (c) {
        case ' ', '\t', '\r', '\n', ':' -> {}
        case ',' -> nameNext = depth > 0 && objects.get(depth - 1);
        case '{' -> {
          open(true);
          return Token.START_OBJECT;
        }
        case '[' -> {
          open(false);
          return Token.START_ARRAY;
        }
        case '}' -> {
          close();
          return Token.END_OBJECT;
        }
        case ']' -> {
          close();
          return Token.END_ARRAY;
        }
        case '"' -> {
          inString = true;
          Token token = nameNext ? Token.NAME : Token.STRING;
          nameNext = false;
          return token;
        }
        default -> {
          readScalar(c);
          return Token.SCALAR;
        }
      }
    }
  }

  /// Position of the current token's first byte.
  public long start() {
    return start;
  }

  /// Position after what was read.
  public long position() {
    return base + at;
  }

  /// Passes over the rest of the value that began with this token.
  public void skipValue(Token token) throws IOException {
    if (token == Token.START_OBJECT || token == Token.START_ARRAY) {
      int outside = depth - 1;
      while (depth > outside) {
        if (next() == Token.END) {
          throw new EOFException("stored JSON ends within a value");
        }
      }
    } else if (inString) {
      skipString();
    }
  }

  /// The current name or string; null if it has more than `maxBytes` as written.
  public @Nullable String text(int maxBytes) throws IOException {
    byte[] raw = new byte[Math.min(maxBytes, 256) + 2];
    byte[] unit = new byte[MAX_UNIT_BYTES];
    int length = 1;
    boolean escaped = false;
    for (int n = unit(unit); n > 0; n = unit(unit)) {
      if (length - 1 + n > maxBytes) {
        skipString();
        return null;
      }
      if (length + n + 1 > raw.length) {
        raw = Arrays.copyOf(raw, Math.min(maxBytes, raw.length * 2) + 2 + n);
      }
      System.arraycopy(unit, 0, raw, length, n);
      length += n;
      escaped |= unit[0] == '\\';
    }
    if (!escaped) {
      return new String(raw, 1, length - 1, StandardCharsets.UTF_8);
    }
    raw[0] = '"';
    raw[length] = '"';
    try {
      return JsonText.MAPPER.readValue(raw, 0, length + 1, String.class);
    } catch (JacksonException e) {
      throw new IOException("stored JSON has a broken string", e);
    }
  }

  /// The next part of the current string that must stay together, as written: a character, an
  /// escape, or the escapes of a surrogate pair. Returns its bytes, 0 at the string's end.
  public int unit(byte[] into) throws IOException {
    if (!inString) {
      return 0;
    }
    int c = take();
    if (c == '"') {
      inString = false;
      return 0;
    }
    into[0] = (byte) c;
    if (c == '\\') {
      return escape(into);
    }
    int more = c < 0xC0 ? 0 : c < 0xE0 ? 1 : c < 0xF0 ? 2 : 3;
    for (int i = 1; i <= more; i++) {
      into[i] = (byte) take();
    }
    return 1 + more;
  }

  private int escape(byte[] into) throws IOException {
    into[1] = (byte) take();
    if (into[1] != 'u') {
      return 2;
    }
    for (int i = 2; i < 6; i++) {
      into[i] = (byte) take();
    }
    if (!Character.isHighSurrogate(codeUnit(into, 2)) || !available(6)) {
      return 6;
    }
    if (buffer[at] != '\\'
        || buffer[at + 1] != 'u'
        || !Character.isLowSurrogate(codeUnit(buffer, at + 2))) {
      return 6;
    }
    System.arraycopy(buffer, at, into, 6, 6);
    at += 6;
    return 12;
  }

  private static char codeUnit(byte[] bytes, int from) {
    int value = 0;
    for (int i = from; i < from + 4; i++) {
      value = value * 16 + Math.max(0, Character.digit(bytes[i], 16));
    }
    return (char) value;
  }

  private void skipString() throws IOException {
    while (true) {
      if (at == limit && !fill()) {
        throw new EOFException("stored JSON ends within a string");
      }
      byte c = buffer[at++];
      if (c == '"') {
        inString = false;
        return;
      }
      if (c == '\\') {
        take();
      }
    }
  }

  private void readScalar(int first) throws IOException {
    scalarLength = 0;
    int c = first;
    while (true) {
      if (scalarLength == MOST_SCALAR_BYTES) {
        throw new IOException("stored JSON has a number that is too long");
      }
      scalar[scalarLength++] = (byte) c;
      c = peek();
      switch (c) {
        case END_OF_INPUT, ' ', '\t', '\r', '\n', ',', ':', ']', '}' -> {
          return;
        }
        default -> at++;
      }
    }
  }

  /// The current number, `true`, `false` or `null` as written.
  public String scalar() {
    return new String(scalar, 0, scalarLength, StandardCharsets.US_ASCII);
  }

  private void open(boolean object) {
    objects.set(depth++, object);
    nameNext = object;
  }

  private void close() throws IOException {
    if (depth == 0) {
      throw new IOException("stored JSON closes what is not open");
    }
    depth--;
    nameNext = false;
  }

  private int peek() throws IOException {
    return at == limit && !fill() ? END_OF_INPUT : buffer[at] & 0xff;
  }

  private int take() throws IOException {
    if (at == limit && !fill()) {
      throw new EOFException("stored JSON ends within a string");
    }
    return buffer[at++] & 0xff;
  }

  private boolean fill() throws IOException {
    base += limit;
    at = 0;
    limit = Math.max(0, in.read(buffer, 0, buffer.length));
    return limit > 0;
  }

  /// Whether so many bytes lie ahead; they are in the buffer then.
  private boolean available(int bytes) throws IOException {
    if (limit - at >= bytes) {
      return true;
    }
    System.arraycopy(buffer, at, buffer, 0, limit - at);
    base += at;
    limit -= at;
    at = 0;
    int n = in.readNBytes(buffer, limit, bytes - limit);
    limit += Math.max(0, n);
    return limit >= bytes;
  }
}
