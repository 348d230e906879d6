package dev.kompakt.ingress.intake;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/// An incremental JSON lexer: fed with bytes in any pieces, it checks them against RFC 8259 and
/// reports tokens as they come, holding none of them.
///
/// It accepts what Jackson's strict parser accepts, except: UTF-8 must be valid (no overlong forms,
/// no encoded surrogates), there is no byte order mark, and there is exactly one value. Escaped
/// lone surrogates pass in strings but not in names, as with Jackson.
public final class JsonLexer {
  /// Containers open at once; Jackson's own limit.
  static final int MAX_DEPTH = 500;

  /// Bytes of one number; Jackson's own limit, so that who reads the parts later can.
  static final int MAX_NUMBER_BYTES = 1_000;

  /// Bytes of one name as written; Jackson's own limit.
  static final int MAX_NAME_BYTES = 50_000;

  private static final byte[] TRUE = "true".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] FALSE = "false".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] NULL = "null".getBytes(StandardCharsets.US_ASCII);

  private enum State {
    VALUE,
    FIRST_ELEMENT,
    FIRST_NAME,
    NAME,
    COLON,
    AFTER_VALUE,
    END,
    IN_NAME,
    IN_STRING,
    IN_LITERAL,
    IN_NUMBER
  }

  private final JsonEvents events;
  private final TextLexer text;
  private final NumberGrammar number = new NumberGrammar();

  /// One bit for each open container: set if it is an object.
  private final long[] objects = new long[MAX_DEPTH / Long.SIZE + 1];

  private State state = State.VALUE;
  private int depth;
  private long fed;

  /// Added to an index into the piece being fed, this is a position.
  private long base;

  /// Where the name or number began.
  private long tokenAt;

  private byte[] literal = NULL;
  private int literalSeen;

  /// Begins a value.
  public JsonLexer(JsonEvents events) {
    this.events = events;
    this.text = new TextLexer(events);
  }

  /// Takes the next bytes.
  ///
  /// @throws BodyRejected at the first byte that cannot be part of a JSON text
  /// @throws IOException what the events threw
  public void feed(byte[] bytes, int offset, int length) throws IOException {
    int end = offset + length;
    base = fed - offset;
    int i = offset;
    while (i < end) {
      i =
          switch (state) {
            case IN_NAME, IN_STRING -> text(bytes, i, end);
            case IN_LITERAL -> literal(bytes, i);
            case IN_NUMBER -> number(bytes, i, end);
            case VALUE, FIRST_ELEMENT, FIRST_NAME, NAME, COLON, AFTER_VALUE, END ->
                structure(bytes, i);
          };
    }
    fed += length;
  }

  /// Ends the text.
  ///
  /// @throws BodyRejected if it is not complete
  public void end() throws IOException {
    if (state == State.IN_NUMBER && depth == 0 && number.complete()) {
      events.closeNumber(fed);
      state = State.END;
    }
    if (state != State.END) {
      throw state == State.VALUE && depth == 0
          ? JsonFaults.empty()
          : JsonFaults.truncated(fed, events.path());
    }
  }

  private int structure(byte[] bytes, int i) throws IOException {
    byte b = bytes[i];
    if (b == ' ' || b == '\n' || b == '\r' || b == '\t') {
      return i + 1;
    }
    long at = base + i;
    switch (state) {
      case AFTER_VALUE -> afterValue(b, at);
      case NAME -> openName(b, at, "a name in double quotes");
      case COLON -> {
        require(b == ':', b, at, "a colon after the name");
        state = State.VALUE;
      }
      case FIRST_NAME -> {
        if (b == '}') {
          close(at);
        } else {
          openName(b, at, "a name in double quotes or '}'");
        }
      }
      case FIRST_ELEMENT -> {
        if (b == ']') {
          close(at);
        } else {
          openValue(b, at);
        }
      }
      case VALUE -> openValue(b, at);
      case END -> throw JsonFaults.trailing(at);
      case IN_NAME, IN_STRING, IN_LITERAL, IN_NUMBER ->
          throw new IllegalStateException("within a token");
    }
    return state == State.IN_NUMBER ? i : i + 1;
  }

  private void afterValue(byte b, long at) throws IOException {
    boolean object = inObject();
    if (b == ',') {
      state = object ? State.NAME : State.VALUE;
    } else {
      require(b == (object ? '}' : ']'), b, at, object ? "a comma or '}'" : "a comma or ']'");
      close(at);
    }
  }

  private void openValue(byte b, long at) throws IOException {
    switch (b) {
      case '"' -> {
        events.openString(at);
        text.open(/* name= */ false);
        state = State.IN_STRING;
      }
      case '{' -> {
        push(true, at);
        events.openObject(at);
        state = State.FIRST_NAME;
      }
      case '[' -> {
        push(false, at);
        events.openArray(at);
        state = State.FIRST_ELEMENT;
      }
      case 't' -> openLiteral(TRUE);
      case 'f' -> openLiteral(FALSE);
      case 'n' -> openLiteral(NULL);
      case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> {
        events.openNumber(at);
        tokenAt = at;
        number.reset();
        state = State.IN_NUMBER;
      }
      default -> throw JsonFaults.unexpected(b, at, "a value", events.path());
    }
  }

  private void openName(byte b, long at, String expected) throws IOException {
    require(b == '"', b, at, expected);
    events.openName(at);
    tokenAt = at;
    text.open(/* name= */ true);
    state = State.IN_NAME;
  }

  private void push(boolean object, long at) throws BodyRejected {
    if (depth == MAX_DEPTH) {
      throw JsonFaults.tooDeep(at, MAX_DEPTH);
    }
    long bit = 1L << depth;
    if (object) {
      objects[depth / Long.SIZE] |= bit;
    } else {
      objects[depth / Long.SIZE] &= ~bit;
    }
    depth++;
  }

  private boolean inObject() {
    int top = depth - 1;
    return (objects[top / Long.SIZE] & (1L << top)) != 0;
  }

  private void close(long at) throws IOException {
    if (inObject()) {
      events.closeObject(at + 1);
    } else {
      events.closeArray(at + 1);
    }
    depth--;
    valueEnded();
  }

  private void valueEnded() {
    state = depth == 0 ? State.END : State.AFTER_VALUE;
  }

  private int text(byte[] bytes, int from, int end) throws IOException {
    int i = text.feed(bytes, from, end, base);
    boolean name = state == State.IN_NAME;
    if (name && base + i - tokenAt > MAX_NAME_BYTES) {
      throw JsonFaults.tooLong("name", tokenAt, events.path(), MAX_NAME_BYTES);
    }
    if (text.closed()) {
      if (name) {
        events.closeName(base + i);
        state = State.COLON;
      } else {
        events.closeString(base + i);
        valueEnded();
      }
    }
    return i;
  }

  private void openLiteral(byte[] expected) {
    literal = expected;
    literalSeen = 1;
    state = State.IN_LITERAL;
  }

  private int literal(byte[] bytes, int i) throws IOException {
    require(bytes[i] == literal[literalSeen], bytes[i], base + i, "true, false or null");
    literalSeen++;
    if (literalSeen == literal.length) {
      events.literal(literal[0], base + i + 1);
      valueEnded();
    }
    return i + 1;
  }

  private int number(byte[] bytes, int from, int end) throws IOException {
    int i = number.skip(bytes, from, end);
    if (base + i - tokenAt > MAX_NUMBER_BYTES) {
      throw JsonFaults.tooLong("number", tokenAt, events.path(), MAX_NUMBER_BYTES);
    }
    events.digits(bytes, from, i - from);
    if (i < end) {
      require(number.complete(), bytes[i], base + i, "a digit");
      events.closeNumber(base + i);
      valueEnded();
    }
    return i;
  }

  private void require(boolean holds, byte found, long at, String expected) throws BodyRejected {
    if (!holds) {
      throw JsonFaults.unexpected(found, at, expected, events.path());
    }
  }
}
