package dev.kompakt.workers.upstream;

import java.util.Arrays;

/// Bytes collected in memory that is accounted for until it is closed.
final class ByteSpool implements AutoCloseable {
  private static final int FIRST_BYTES = 4 * 1024;

  private final ResponseMemory memory;
  private final long limit;
  private byte[] bytes = new byte[0];
  private int length;

  /// Makes an empty one.
  ///
  /// @param limit the most bytes it takes
  ByteSpool(ResponseMemory memory, long limit) {
    this.memory = memory;
    this.limit = Math.min(limit, Integer.MAX_VALUE - 16);
  }

  void append(byte[] from, int offset, int count)
      throws CallFailedException, ResponseTooLongException {
    if (count > limit - length) {
      throw new ResponseTooLongException(limit);
    }
    if (length + count > bytes.length) {
      long room = Math.max(FIRST_BYTES, Math.max(length + (long) count, bytes.length * 2L));
      int grown = (int) Math.min(room, limit);
      memory.take(grown - bytes.length);
      bytes = Arrays.copyOf(bytes, grown);
    }
    System.arraycopy(from, offset, bytes, length, count);
    length += count;
  }

  int length() {
    return length;
  }

  void clear() {
    length = 0;
  }

  byte[] copy() {
    return Arrays.copyOf(bytes, length);
  }

  @Override
  public void close() {
    memory.give(bytes.length);
    bytes = new byte[0];
    length = 0;
  }
}
