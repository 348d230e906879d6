package dev.kompakt.router.decide;

/// What a timer is for; a compaction has at most one of each.
public enum TimerKind {
  /// The next pause that ends, or attempt that is overdue.
  RETRY('R'),
  /// The compaction's own deadline.
  DEADLINE('D'),
  /// An ended compaction is forgotten.
  EXPIRY('E');

  private final char code;

  TimerKind(char code) {
    this.code = code;
  }

  /// How it is written in a key.
  public byte code() {
    return (byte) code;
  }

  /// Reads a code back.
  ///
  /// @throws IllegalArgumentException if there is none like it
  public static TimerKind of(byte code) {
    for (TimerKind timer : values()) {
      if (timer.code() == code) {
        return timer;
      }
    }
    throw new IllegalArgumentException("no timer has the code " + code);
  }
}
