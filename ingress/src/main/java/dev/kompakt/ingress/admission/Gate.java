package dev.kompakt.ingress.admission;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/// Room for expensive work: who finds none waits its turn for a while, and is then refused.
/// Thread-safe.
public final class Gate {
  private final Semaphore permits;
  private final int size;
  private final Duration patience;

  /// Makes one that lets so many in at once.
  public Gate(int permits, Duration patience) {
    this.permits = new Semaphore(permits, true);
    this.size = permits;
    this.patience = patience;
  }

  /// Waits for room, and takes it until the pass is closed.
  ///
  /// @throws InterruptedException if interrupted while waiting
  /// @throws FullException if there is none in time
  public Pass enter() throws InterruptedException, FullException {
    if (!permits.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS)) {
      throw new FullException();
    }
    return new Pass(permits);
  }

  /// How many are inside.
  public int inside() {
    return size - permits.availablePermits();
  }

  /// Room taken. Given back once, however often it is closed.
  public static final class Pass implements AutoCloseable {
    private final Semaphore permits;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Pass(Semaphore permits) {
      this.permits = permits;
    }

    @Override
    public void close() {
      if (closed.compareAndSet(false, true)) {
        permits.release();
      }
    }
  }

  /// There was no room, and stayed none. Told as 429 `gateway_overloaded`.
  public static final class FullException extends Exception {
    private static final long serialVersionUID = 1L;

    private FullException() {
      super("the gate is full", null, false, false);
    }
  }
}
