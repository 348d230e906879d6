package dev.kompakt.ingress.admission;

import java.util.Arrays;

/// What one key has running, and what it has begun within the last minute. Guarded by its
/// [Admission].
final class KeyUse {
  /// Whole seconds that any 60 s can touch.
  private static final int SPAN = 61;

  private final int[] begun = new int[SPAN];
  private int running;
  private int recent;
  private long newest = Long.MIN_VALUE / 2;

  int running() {
    return running;
  }

  /// Whether nothing is to be remembered of it.
  boolean idle(long second) {
    advance(second);
    return running == 0 && recent == 0;
  }

  /// Seconds until another may begin, where so many may within any 60 s; 0 for now.
  int secondsUntilRoom(long second, int most) {
    advance(second);
    int left = recent;
    for (long s = newest - SPAN + 1; left >= most && s <= newest; s++) {
      left -= begun[Math.floorMod(s, SPAN)];
      if (left < most) {
        return Math.clamp(s + SPAN - second, 1, 60);
      }
    }
    return 0;
  }

  void begin(long second) {
    advance(second);
    begun[Math.floorMod(newest, SPAN)]++;
    recent++;
    running++;
  }

  void end() {
    running--;
  }

  /// A clock that goes back stands still here.
  private void advance(long second) {
    if (second - newest >= SPAN) {
      Arrays.fill(begun, 0);
      recent = 0;
      newest = second;
    }
    while (newest < second) {
      newest++;
      recent -= begun[Math.floorMod(newest, SPAN)];
      begun[Math.floorMod(newest, SPAN)] = 0;
    }
  }
}
