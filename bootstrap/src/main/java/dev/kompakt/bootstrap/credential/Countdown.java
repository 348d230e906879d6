package dev.kompakt.bootstrap.credential;

import java.time.Duration;

/// Time that runs out, by the monotonic clock.
final class Countdown {
  private final long end;

  Countdown(Duration from) {
    end = System.nanoTime() + from.toNanos();
  }

  /// Never negative.
  Duration left() {
    return Duration.ofNanos(Math.max(0, end - System.nanoTime()));
  }

  boolean over() {
    return left().isZero();
  }

  /// The shorter of the time left and another.
  Duration atMost(Duration other) {
    Duration left = left();
    return left.compareTo(other) < 0 ? left : other;
  }
}
