package dev.kompakt.ingress.admission;

import java.time.Duration;
import java.util.List;
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
  private final Semaphore early;
  private final int total;

  /// Makes one that lends so many bytes, or the few MiB that one payload takes.
  public BufferMemory(long bytes) {
    int largest = units(Long.MAX_VALUE);
    total = Math.clamp(bytes / UNIT_BYTES, 2 * largest, Integer.MAX_VALUE);
    units = new Semaphore(total, true);
    early = new Semaphore(total - largest, true);
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
    take(units, wanted, patience.toNanos());
    return new Loan(List.of(units), wanted);
  }

  /// The same, for whoever may [borrow][#borrow] more while it has this. What a payload of any
  /// length takes is never lent early, and whoever borrows that waits for nothing else, so that no
  /// two wait for what the other holds.
  ///
  /// @throws InterruptedException if interrupted while waiting
  /// @throws NoneFreeException if none is free in time
  public Loan borrowEarly(long bytes, Duration patience)
      throws InterruptedException, NoneFreeException {
    int wanted = units(bytes);
    long until = System.nanoTime() + patience.toNanos();
    take(early, wanted, patience.toNanos());
    try {
      take(units, wanted, until - System.nanoTime());
    } catch (InterruptedException | NoneFreeException e) {
      early.release(wanted);
      throw e;
    }
    return new Loan(List.of(units, early), wanted);
  }

  private static void take(Semaphore from, int units, long nanos)
      throws InterruptedException, NoneFreeException {
    if (!from.tryAcquire(units, nanos, TimeUnit.NANOSECONDS)) {
      throw new NoneFreeException();
    }
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
    private final List<Semaphore> from;
    private int lent;

    Loan(List<Semaphore> from, int lent) {
      this.from = from;
      this.lent = lent;
    }

    /// Gives back what is not needed to hold so many bytes.
    public synchronized void shrinkTo(long bytes) {
      giveBackTo((int) Math.min(lent, LEAST_UNITS + bytes / UNIT_BYTES));
    }

    @Override
    public synchronized void close() {
      giveBackTo(0);
    }

    private void giveBackTo(int kept) {
      from.forEach(units -> units.release(lent - kept));
      lent = kept;
    }
  }

  /// All memory is lent and stayed so.
  public static final class NoneFreeException extends Exception {
    private static final long serialVersionUID = 1L;
  }
}
