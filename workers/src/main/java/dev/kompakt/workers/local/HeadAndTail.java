package dev.kompakt.workers.local;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/// The beginning and the end of a text of any length, cut between units that must stay whole.
final class HeadAndTail {
  private final int headBytes;
  private final ByteArrayOutputStream head = new ByteArrayOutputStream(64);
  private final byte[] tail;
  private final boolean[] unitStarts;
  private boolean headFull;
  private int tailFrom;
  private int tailLength;
  private long total;

  /// Keeps a third of the bytes for the end.
  HeadAndTail(int bytes) {
    headBytes = bytes - bytes / 3;
    tail = new byte[Math.max(1, bytes / 3)];
    unitStarts = new boolean[tail.length];
  }

  void add(byte[] unit, int length) {
    total += length;
    if (!headFull && head.size() + length <= headBytes) {
      head.write(unit, 0, length);
      return;
    }
    headFull = true;
    if (length > tail.length) {
      tailLength = 0;
      return;
    }
    while (tailLength + length > tail.length) {
      dropUnit();
    }
    for (int i = 0; i < length; i++) {
      int to = (tailFrom + tailLength++) % tail.length;
      tail[to] = unit[i];
      unitStarts[to] = i == 0;
    }
  }

  private void dropUnit() {
    do {
      tailFrom = (tailFrom + 1) % tail.length;
      tailLength--;
    } while (tailLength > 0 && !unitStarts[tailFrom]);
  }

  /// Adds a short text as one unit.
  void add(String text) {
    byte[] unit = text.getBytes(StandardCharsets.UTF_8);
    add(unit, unit.length);
  }

  long leftOut() {
    return total - head.size() - tailLength;
  }

  /// Bytes of text it holds.
  int held() {
    return head.size() + tailLength;
  }

  /// The text, with a note of how much was left out between its two ends.
  byte[] shortened() {
    ByteArrayOutputStream all = new ByteArrayOutputStream(held() + 64);
    all.writeBytes(head.toByteArray());
    if (leftOut() > 0) {
      all.writeBytes(("[… " + leftOut() + " bytes left out …]").getBytes(StandardCharsets.UTF_8));
    }
    for (int i = 0; i < tailLength; i++) {
      all.write(tail[(tailFrom + i) % tail.length]);
    }
    return all.toByteArray();
  }
}
