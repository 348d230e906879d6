package dev.kompakt.ingress.intake;

/// How far a JSON number has come. Knows only the grammar, not the value.
final class NumberGrammar {
  private static final int START = 0;
  private static final int MINUS = 1;
  private static final int ZERO = 2;
  private static final int INTEGER = 3;
  private static final int POINT = 4;
  private static final int FRACTION = 5;
  private static final int EXPONENT_MARK = 6;
  private static final int EXPONENT_SIGN = 7;
  private static final int EXPONENT = 8;
  private static final int NONE = -1;

  private int state = START;

  void reset() {
    state = START;
  }

  /// Whether what was skipped so far is a whole number.
  boolean complete() {
    return state == ZERO || state == INTEGER || state == FRACTION || state == EXPONENT;
  }

  /// The first index from `from` on that cannot belong to the number, `end` if all can.
  int skip(byte[] bytes, int from, int end) {
    int at = state;
    for (int i = from; i < end; i++) {
      int next = next(at, bytes[i]);
      if (next == NONE) {
        state = at;
        return i;
      }
      at = next;
    }
    state = at;
    return end;
  }

  private static int next(int state, byte b) {
    boolean digit = b >= '0' && b <= '9';
    return switch (state) {
      case START -> b == '-' ? MINUS : integer(b, digit);
      case MINUS -> integer(b, digit);
      case ZERO, INTEGER ->
          digit && state == INTEGER
              ? INTEGER
              : b == '.' ? POINT : b == 'e' || b == 'E' ? EXPONENT_MARK : NONE;
      case POINT -> digit ? FRACTION : NONE;
      case FRACTION -> digit ? FRACTION : b == 'e' || b == 'E' ? EXPONENT_MARK : NONE;
      case EXPONENT_MARK -> digit ? EXPONENT : b == '+' || b == '-' ? EXPONENT_SIGN : NONE;
      default -> digit ? EXPONENT : NONE;
    };
  }

  private static int integer(byte b, boolean digit) {
    return b == '0' ? ZERO : digit ? INTEGER : NONE;
  }
}
