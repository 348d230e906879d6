package dev.kompakt.workers;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/// A clock that stands still unless moved.
public final class TestClock implements InstantSource {
  private volatile Instant now = Jobs.NOW;

  @Override
  public Instant instant() {
    return now;
  }

  public void advance(Duration by) {
    now = now.plus(by);
  }
}
