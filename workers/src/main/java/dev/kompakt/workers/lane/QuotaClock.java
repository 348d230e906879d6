package dev.kompakt.workers.lane;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/// The time that quotas go by. It starts as the wall clock has it and goes on by the monotonic one,
/// so that a minute lasts a minute when somebody sets the wall clock. What records say is of the
/// wall clock, and is brought over as far from now as it is there. Thread-safe.
final class QuotaClock {
  private final InstantSource wall;
  private final LongSupplier nanos;
  private final Instant began;
  private final long beganNanos;

  /// Starts it.
  ///
  /// @param nanos the monotonic clock
  QuotaClock(InstantSource wall, LongSupplier nanos) {
    this.wall = wall;
    this.nanos = nanos;
    began = wall.instant();
    beganNanos = nanos.getAsLong();
  }

  /// Now, for quotas.
  Instant now() {
    return began.plusNanos(nanos.getAsLong() - beganNanos);
  }

  /// Now, for what records say.
  Instant wall() {
    return wall.instant();
  }

  /// A moment that a record says, for quotas.
  Instant of(Instant said) {
    return said.plus(Duration.between(wall(), now()));
  }

  /// A moment of a quota, for a record.
  Instant toSay(Instant moment) {
    return moment.plus(Duration.between(now(), wall()));
  }
}
