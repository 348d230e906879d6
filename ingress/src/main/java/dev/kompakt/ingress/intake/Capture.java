package dev.kompakt.ingress.intake;

import java.nio.charset.StandardCharsets;

/// The beginning of the string or name being read, decoded.
final class Capture {
  private final byte[] bytes;

  /// Bytes to keep of the string being read.
  private int limit;

  private int kept;
  private long length;

  Capture(int capacity) {
    bytes = new byte[capacity];
    limit = capacity;
  }

  /// Begins another string.
  ///
  /// @param limit bytes of it to keep, at most the capacity
  void open(int limit) {
    this.limit = limit;
    kept = 0;
    length = 0;
  }

  void append(byte[] from, int offset, int count) {
    length += count;
    int taken = Math.min(count, limit - kept);
    if (taken > 0) {
      System.arraycopy(from, offset, bytes, kept, taken);
      kept += taken;
    }
  }

  /// Bytes of the whole string.
  long length() {
    return length;
  }

  /// Bytes of it that are kept.
  int kept() {
    return kept;
  }

  byte at(int index) {
    return bytes[index];
  }

  /// Whether the string is this one.
  boolean is(String ascii) {
    return length == ascii.length() && startsWith(ascii);
  }

  boolean startsWith(String ascii) {
    return kept >= ascii.length() && matches(0, ascii);
  }

  /// Whether all of the string is kept and ends so.
  boolean endsWith(String ascii) {
    return length == kept && kept >= ascii.length() && matches(kept - ascii.length(), ascii);
  }

  private boolean matches(int from, String ascii) {
    for (int i = 0; i < ascii.length(); i++) {
      if (bytes[from + i] != ascii.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /// Copies the string if it looks like an identifier: letters, digits, `_`, `-`, `$`.
  ///
  /// @return its bytes, 0 if it does not or is longer than `into`
  int copyIdentifier(byte[] into) {
    if (length > into.length || length > kept) {
      return 0;
    }
    for (int i = 0; i < kept; i++) {
      byte b = bytes[i];
      boolean letter = (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z');
      if (!letter && !(b >= '0' && b <= '9') && b != '_' && b != '-' && b != '$') {
        return 0;
      }
      into[i] = b;
    }
    return kept;
  }

  /// What is kept, as text; a character that was cut is replaced.
  String text() {
    return new String(bytes, 0, kept, StandardCharsets.UTF_8);
  }

  /// A hash of what is kept and of the length.
  long hash() {
    long hash = length;
    for (int i = 0; i < kept; i++) {
      hash = (hash ^ bytes[i]) * 0x9e3779b97f4a7c15L;
      hash ^= hash >>> 29;
    }
    return hash * 0xbf58476d1ce4e5b9L;
  }
}
