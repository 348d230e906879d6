package dev.kompakt.workers.stop;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Whether this worker is closing for good, for what would else try on and on. Thread-safe.
public final class Closing {
  private final CountDownLatch closed = new CountDownLatch(1);

  public void close() {
    closed.countDown();
  }

  /// Waits before another try.
  ///
  /// @return whether there is to be one
  public boolean pause(Duration wait) {
    try {
      return !closed.await(wait.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
