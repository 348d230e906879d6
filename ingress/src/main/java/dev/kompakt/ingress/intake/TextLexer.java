package dev.kompakt.ingress.intake;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// The inside of JSON strings and names, across pieces: checks UTF-8 and escapes, reports runs.
final class TextLexer {
  private static final VarHandle EIGHT_BYTES =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long ONES = 0x0101010101010101L;
  private static final long HIGH_BITS = 0x8080808080808080L;
  private static final long SPACES = 0x2020202020202020L;
  private static final long QUOTES = 0x2222222222222222L;
  private static final long BACKSLASHES = 0x5c5c5c5c5c5c5c5cL;

  private enum State {
    PLAIN,
    ESCAPE,
    HEX,
    CLOSED
  }

  private final JsonEvents events;
  private final Utf8Check utf8 = new Utf8Check();
  private final byte[] encoded = new byte[4];

  private State state = State.CLOSED;

  /// Added to an index into the piece being fed, this is a position.
  private long base;

  private boolean inName;
  private long escapeAt;
  private int hexDigits;
  private int hex;

  /// An escaped high surrogate that may yet meet its low one, 0 if there is none.
  private int highSurrogate;

  private long highSurrogateAt;

  TextLexer(JsonEvents events) {
    this.events = events;
  }

  /// Begins after an opening quote.
  ///
  /// @param name whether it is a name: those may not hold lone surrogates, or Jackson could not
  ///   read them
  void open(boolean name) {
    inName = name;
    state = State.PLAIN;
  }

  /// Whether the closing quote was passed.
  boolean closed() {
    return state == State.CLOSED;
  }

  /// Goes on from `from`, at most to after the closing quote.
  ///
  /// @return the first index not taken
  int feed(byte[] bytes, int from, int end, long base) throws IOException {
    this.base = base;
    int i = from;
    while (i < end && state != State.CLOSED) {
      i =
          switch (state) {
            case PLAIN -> plain(bytes, i, end);
            case ESCAPE -> escape(bytes, i);
            case HEX -> hex(bytes, i);
            case CLOSED -> i;
          };
    }
    return i;
  }

  private int plain(byte[] bytes, int from, int end) throws IOException {
    if (highSurrogate != 0 && bytes[from] != '\\') {
      flushHighSurrogate();
    }
    int i = from;
    while (i < end) {
      if (bytes[i] < 0 || utf8.pending()) {
        int next = utf8.check(bytes, i, end);
        if (next < 0) {
          throw JsonFaults.invalidUtf8(base + ~next, events.path());
        }
        i = next;
        continue;
      }
      i = skipPlain(bytes, i, end);
      if (i < end && bytes[i] >= 0) {
        run(bytes, from, i);
        switch (bytes[i]) {
          case '"' -> state = State.CLOSED;
          case '\\' -> {
            escapeAt = base + i;
            state = State.ESCAPE;
          }
          default -> throw unexpected(bytes[i], i, "no control character outside an escape");
        }
        return i + 1;
      }
    }
    run(bytes, from, end);
    return end;
  }

  /// The first index from `from` on that holds a quote, a backslash, a control character or a byte
  /// beyond ASCII; `end` if there is none.
  private static int skipPlain(byte[] bytes, int from, int end) {
    int i = from;
    while (i <= end - Long.BYTES) {
      long eight = (long) EIGHT_BYTES.get(bytes, i);
      // A borrow only ever spoils bytes above a true hit, so the lowest one is exact.
      long hits = eight | (eight - SPACES);
      hits |= (eight ^ QUOTES) - ONES;
      hits |= (eight ^ BACKSLASHES) - ONES;
      hits &= HIGH_BITS;
      if (hits != 0) {
        return i + (Long.numberOfTrailingZeros(hits) >>> 3);
      }
      i += Long.BYTES;
    }
    while (i < end && bytes[i] >= ' ' && bytes[i] != '"' && bytes[i] != '\\') {
      i++;
    }
    return i;
  }

  private void run(byte[] bytes, int from, int end) throws IOException {
    if (end > from) {
      events.text(bytes, from, end - from, base + from);
    }
  }

  private int escape(byte[] bytes, int i) throws IOException {
    byte b = bytes[i];
    if (b == 'u') {
      hexDigits = 0;
      hex = 0;
      state = State.HEX;
      return i + 1;
    }
    flushHighSurrogate();
    int decoded =
        switch (b) {
          case '"', '\\', '/' -> b;
          case 'b' -> '\b';
          case 'f' -> '\f';
          case 'n' -> '\n';
          case 'r' -> '\r';
          case 't' -> '\t';
          default -> throw unexpected(b, i, "a letter that makes an escape");
        };
    emit(decoded, escapeAt);
    state = State.PLAIN;
    return i + 1;
  }

  private int hex(byte[] bytes, int i) throws IOException {
    byte b = bytes[i];
    int digit = b >= 0 ? Character.digit(b, 16) : -1;
    if (digit < 0) {
      throw unexpected(b, i, "a hexadecimal digit");
    }
    hex = (hex << 4) | digit;
    hexDigits++;
    if (hexDigits == 4) {
      unit((char) hex);
      state = State.PLAIN;
    }
    return i + 1;
  }

  private void unit(char unit) throws IOException {
    if (highSurrogate != 0 && Character.isLowSurrogate(unit)) {
      int pair = Character.toCodePoint((char) highSurrogate, unit);
      highSurrogate = 0;
      emit(pair, highSurrogateAt);
      return;
    }
    flushHighSurrogate();
    if (Character.isHighSurrogate(unit)) {
      highSurrogate = unit;
      highSurrogateAt = escapeAt;
    } else {
      emit(unit, escapeAt);
    }
  }

  private void flushHighSurrogate() throws IOException {
    if (highSurrogate != 0) {
      int lone = highSurrogate;
      highSurrogate = 0;
      emit(lone, highSurrogateAt);
    }
  }

  private void emit(int codePoint, long at) throws IOException {
    if (inName && codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE) {
      throw JsonFaults.loneSurrogate(at, events.path());
    }
    events.escape(encoded, Utf8Check.encode(codePoint, encoded), at);
  }

  private BodyRejected unexpected(byte found, int i, String expected) {
    return JsonFaults.unexpected(found, base + i, expected, events.path());
  }
}
