package dev.kompakt.workers.lane;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/// Whether it is certain that this worker is a member of the group. A commit that was taken shows
/// that it was one when the commit was sent, and the group lets nobody go in less than the session
/// timeout; silence shows nothing. Thread-safe.
final class Membership {
  /// Less than the session timeout, by what it may take until a call that is begun is on its way.
  private static final Duration CERTAIN = Duration.ofSeconds(4);

  /// From then on it is to be shown anew.
  private static final Duration FRESH = Duration.ofMillis(1_500);

  private final LongSupplier nanos;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private boolean ever;
  private long shownAt;

  /// Makes one of which nothing is certain.
  ///
  /// @param nanos the time, monotonic
  Membership(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /// The time, to be told to [#shown].
  long now() {
    return nanos.getAsLong();
  }

  /// A commit was taken that was sent then.
  void shown(long sentAt) {
    lock.lock();
    try {
      if (!ever || sentAt - shownAt > 0) {
        ever = true;
        shownAt = sentAt;
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /// Whether it is to be shown anew where that matters.
  boolean stale() {
    lock.lock();
    try {
      return !shownWithin(FRESH);
    } finally {
      lock.unlock();
    }
  }

  /// Waits until it is certain.
  ///
  /// @return whether it is; if not, the time given is over
  boolean certain(Duration atMost) throws InterruptedException {
    long left = atMost.toNanos();
    lock.lock();
    try {
      while (!shownWithin(CERTAIN) && left > 0) {
        left = changed.awaitNanos(left);
      }
      return shownWithin(CERTAIN);
    } finally {
      lock.unlock();
    }
  }

  private boolean shownWithin(Duration time) {
    return ever && now() - shownAt < time.toNanos();
  }
}
