package dev.kompakt.ingress.admission;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// The memory that bodies being read and answers being written may take for their buffers, all
/// together. Whoever finds none free waits its turn.
public final class BufferMemory {
  private static final int UNIT_BYTES = 1024;
  private static final int LEAST_UNITS = 64;
  private static final long SEGMENT_BYTES = 1 << 20;

  /// A segment being filled, compressed and sealed, for items and envelope.
  private static final int COPIES = 4;

  private final Semaphore units;
  private final int total;

  /// Makes one that lends so many bytes.
  public BufferMemory(long bytes) {
    total = Math.clamp(bytes / UNIT_BYTES, units(Long.MAX_VALUE), Integer.MAX_VALUE);
    units = new Semaphore(total, true);
  }

  /// A share of this JVM's heap that leaves the rest room.
  public static BufferMemory ofHeap() {
    return new BufferMemory(Runtime.getRuntime().maxMemory() / 5);
  }

  /// Borrows what a payload of this length takes on its way in or out.
  ///
  /// @param bytes its length; -1 if not known
  /// @throws InterruptedException if interrupted while waiting
  /// @throws NoneFreeException if none is free in time
  public Loan borrow(long bytes, Duration patience) throws InterruptedException, NoneFreeException {
    int wanted = units(bytes < 0 ? Long.MAX_VALUE : bytes);
    if (!units.tryAcquire(wanted, patience.toNanos(), TimeUnit.NANOSECONDS)) {
      throw new NoneFreeException();
    }
    return new Loan(units, wanted);
  }

  /// Bytes lent at the moment.
  public long lent() {
    return (long) (total - units.availablePermits()) * UNIT_BYTES;
  }

  private static int units(long bytes) {
    return (int) (LEAST_UNITS + COPIES * Math.min(bytes, SEGMENT_BYTES) / UNIT_BYTES);
  }

  /// Memory lent until it is closed, which is done once.
  public static final class Loan implements AutoCloseable {
    private final Semaphore units;
    private int lent;

    Loan(Semaphore units, int lent) {
      this.units = units;
      this.lent = lent;
    }

    /// Gives back what is not needed to hold so many bytes.
    public synchronized void shrinkTo(long bytes) {
      int kept = (int) Math.min(lent, LEAST_UNITS + bytes / UNIT_BYTES);
      units.release(lent - kept);
      lent = kept;
    }

    @Override
    public synchronized void close() {
      units.release(lent);
      lent = 0;
    }
  }

  /// All memory is lent and stayed so.
  public static final class NoneFreeException extends Exception {
    private static final long serialVersionUID = 1L;
  }
}
