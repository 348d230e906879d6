package dev.kompakt.ingress.intake;

import java.util.Arrays;

/// A growing list of primitive numbers.
final class Longs {
  private long[] values = new long[16];
  private int size;

  void add(long value) {
    if (size == values.length) {
      values = Arrays.copyOf(values, size * 2);
    }
    values[size] = value;
    size++;
  }

  long get(int index) {
    return values[index];
  }

  int size() {
    return size;
  }

  /// Forgets all but the first `size`.
  void truncate(int size) {
    this.size = Math.min(this.size, size);
  }

  /// A sorted copy.
  long[] sorted() {
    long[] sorted = Arrays.copyOf(values, size);
    Arrays.sort(sorted);
    return sorted;
  }
}
