package dev.kompakt.workers.stop;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Tells one attempt to stop. Thread-safe.
public final class StopSignal {
  /// Why to stop.
  public enum Reason {
    /// The compaction has ended; the attempt reports that it was cancelled.
    COMPACTION_ENDED,
    /// A former owner of the job was not as dead as it seemed and has its outcome; the attempt
    /// reports that it was cancelled, so that nobody counts a call of it.
    ANSWERED_ELSEWHERE,
    /// The job is no longer this worker's; the attempt reports nothing, for somebody else will.
    ABANDONED
  }

  private final List<Runnable> listeners = new ArrayList<>();
  private @Nullable Reason reason;
  private boolean committed;

  /// Stops the attempt; the first reason counts.
  public void stop(Reason why) {
    List<Runnable> told;
    synchronized (this) {
      if (reason != null) {
        return;
      }
      reason = why;
      told = List.copyOf(listeners);
    }
    told.forEach(Runnable::run);
  }

  /// Abandons the attempt unless an upstream call may have been made.
  ///
  /// @return whether it is abandoned, now or before; if not, it goes on and reports
  public synchronized boolean abandonBeforeCall() {
    if (!committed && reason == null) {
      reason = Reason.ABANDONED;
    }
    return reason == Reason.ABANDONED;
  }

  /// The attempt goes on to its upstream call.
  ///
  /// @throws StoppedException if it must not
  public synchronized void commitToCall() throws StoppedException {
    check();
    committed = true;
  }

  public synchronized @Nullable Reason reason() {
    return reason;
  }

  /// Goes on only if the attempt is not to stop.
  ///
  /// @throws StoppedException if it is
  public synchronized void check() throws StoppedException {
    if (reason != null) {
      throw new StoppedException(reason);
    }
  }

  /// Calls back when the attempt is stopped, at once if it is already; must not block. Closing the
  /// registration ends that.
  public Registration onStop(Runnable listener) {
    synchronized (this) {
      if (reason == null) {
        listeners.add(listener);
        return () -> forget(listener);
      }
    }
    listener.run();
    return () -> {};
  }

  private synchronized void forget(Runnable listener) {
    listeners.remove(listener);
  }

  /// A listener's place.
  @FunctionalInterface
  public interface Registration extends AutoCloseable {
    @Override
    void close();
  }
}
