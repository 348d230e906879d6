package dev.kompakt.ingress.park;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.xnio.XnioIoThread;

/// The timers of one I/O thread, in slots that a single tick goes round. Belongs to that thread.
final class Wheel {
  private static final int SLOTS = 256;

  private final XnioIoThread thread;
  private final long tickNanos;
  private final long originNanos = System.nanoTime();
  private final List<List<Timer>> slots = new ArrayList<>(SLOTS);
  private long tick;
  private int timers;
  private boolean turning;

  /// Something to be done once, unless it is cancelled.
  static final class Timer {
    private final long due;
    private @Nullable Runnable task;

    private Timer(long due, Runnable task) {
      this.due = due;
      this.task = task;
    }

    /// Forgets the task at once; the empty timer goes when its turn comes.
    void cancel() {
      task = null;
    }
  }

  Wheel(XnioIoThread thread, Duration tick) {
    this.thread = thread;
    tickNanos = tick.toNanos();
    for (int i = 0; i < SLOTS; i++) {
      slots.add(new ArrayList<>(0));
    }
  }

  /// Does the task after this time, a tick late at most.
  Timer after(long nanos, Runnable task) {
    long due = (System.nanoTime() - originNanos + Math.max(0, nanos)) / tickNanos + 1;
    if (timers == 0) {
      tick = now();
    }
    Timer timer = new Timer(Math.max(due, tick + 1), task);
    slots.get((int) (timer.due % SLOTS)).add(timer);
    timers++;
    turn();
    return timer;
  }

  private void turn() {
    if (!turning && timers > 0) {
      try {
        var _ =
            thread.executeAfter(
                this::advance, Math.max(1, tickNanos / 1_000_000), TimeUnit.MILLISECONDS);
        turning = true;
      } catch (RejectedExecutionException e) {
        // the thread is going away, and the exchanges with it
      }
    }
  }

  private long now() {
    return (System.nanoTime() - originNanos) / tickNanos;
  }

  private void advance() {
    turning = false;
    long target = now();
    List<Timer> due = new ArrayList<>();
    // After a long pause every slot is looked at once, not once for each missed round.
    for (long at = Math.max(tick, target - SLOTS) + 1; at <= target; at++) {
      List<Timer> slot = slots.get((int) (at % SLOTS));
      slot.removeIf(
          timer -> {
            boolean done = timer.task == null || timer.due <= target;
            if (done) {
              due.add(timer);
            }
            return done;
          });
    }
    tick = Math.max(tick, target);
    timers -= due.size();
    for (Timer timer : due) {
      Runnable task = timer.task;
      if (task != null) {
        task.run();
      }
    }
    turn();
  }
}
