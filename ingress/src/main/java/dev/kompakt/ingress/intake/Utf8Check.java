package dev.kompakt.ingress.intake;

/// Checks UTF-8 beyond ASCII as RFC 3629 has it, across pieces.
final class Utf8Check {
  /// Continuation bytes still to come.
  private int missing;

  /// Bounds of the next continuation byte.
  private int low;

  private int high;

  /// Whether the last piece ended within a character.
  boolean pending() {
    return missing > 0;
  }

  /// Checks from a byte that is not ASCII, or from where the last piece ended.
  ///
  /// @return the first index after the characters beyond ASCII, or `~index` of a wrong byte
  int check(byte[] bytes, int from, int end) {
    int i = from;
    while (i < end && (missing > 0 || bytes[i] < 0)) {
      if (missing == 0) {
        if (end - i >= 3 && isCommonTriple(bytes, i)) {
          i += 3;
          continue;
        }
        if (!lead(bytes[i] & 0xff)) {
          return ~i;
        }
      } else {
        int b = bytes[i] & 0xff;
        if (b < low || b > high) {
          return ~i;
        }
        missing--;
        low = 0x80;
        high = 0xbf;
      }
      i++;
    }
    return i;
  }

  /// Whether a three-byte character without special bounds stands there.
  private static boolean isCommonTriple(byte[] bytes, int i) {
    int lead = bytes[i];
    return (lead & 0xf0) == 0xe0
        && lead != (byte) 0xe0
        && lead != (byte) 0xed
        && (bytes[i + 1] & 0xc0) == 0x80
        && (bytes[i + 2] & 0xc0) == 0x80;
  }

  private boolean lead(int b) {
    low = 0x80;
    high = 0xbf;
    if (b >= 0xc2 && b <= 0xdf) {
      missing = 1;
    } else if (b >= 0xe0 && b <= 0xef) {
      missing = 2;
      low = b == 0xe0 ? 0xa0 : 0x80;
      high = b == 0xed ? 0x9f : 0xbf;
    } else if (b >= 0xf0 && b <= 0xf4) {
      missing = 3;
      low = b == 0xf0 ? 0x90 : 0x80;
      high = b == 0xf4 ? 0x8f : 0xbf;
    } else {
      return false;
    }
    return true;
  }

  /// Writes a code point as UTF-8 would, surrogates too.
  ///
  /// @return how many bytes of `into` were written
  static int encode(int codePoint, byte[] into) {
    if (codePoint < 0x80) {
      into[0] = (byte) codePoint;
      return 1;
    }
    if (codePoint < 0x800) {
      into[0] = (byte) (0xc0 | (codePoint >> 6));
      into[1] = continuation(codePoint);
      return 2;
    }
    if (codePoint < 0x10000) {
      into[0] = (byte) (0xe0 | (codePoint >> 12));
      into[1] = continuation(codePoint >> 6);
      into[2] = continuation(codePoint);
      return 3;
    }
    into[0] = (byte) (0xf0 | (codePoint >> 18));
    into[1] = continuation(codePoint >> 12);
    into[2] = continuation(codePoint >> 6);
    into[3] = continuation(codePoint);
    return 4;
  }

  private static byte continuation(int bits) {
    return (byte) (0x80 | (bits & 0x3f));
  }
}
