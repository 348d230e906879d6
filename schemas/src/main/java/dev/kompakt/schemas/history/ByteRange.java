package dev.kompakt.schemas.history;

/// A run of bytes in a payload.
///
/// @param offset first byte, from 0
/// @param length number of bytes, 0 or more
public record ByteRange(long offset, long length) {
  public ByteRange {
    if (offset < 0 || length < 0) {
      throw new IllegalArgumentException("byte range " + offset + "+" + length + " is negative");
    }
  }

  /// The first byte after the range.
  public long end() {
    return offset + length;
  }
}
