package dev.kompakt.workers.lane;

import dev.kompakt.workers.Jobs;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/// A clock that moves on when nothing is left to do at a moment, and threads that run one at a
/// time, so that code that blocks can be simulated and comes to the same each time.
final class VirtualTime implements InstantSource, Executor {
  private record Due(Instant at, long number, Runnable what) {}

  /// A thread that runs until it sleeps, sleeps until it is due, and runs on.
  private final class Fiber {
    private final Semaphore turn = new Semaphore(0);
    private final Semaphore done = new Semaphore(0);
    private final Thread thread;
    private @Nullable Throwable failure;

    Fiber(Runnable task) {
      thread =
          Thread.ofVirtual()
              .unstarted(
                  () -> {
                    try {
                      task.run();
                    } catch (Throwable e) {
                      failure = e;
                    } finally {
                      done.release();
                    }
                  });
    }

    void run() {
      running = this;
      if (thread.getState() == Thread.State.NEW) {
        thread.start();
      } else {
        turn.release();
      }
      done.acquireUninterruptibly();
      running = null;
      if (failure != null) {
        throw new AssertionError(failure);
      }
    }

    void sleep(Duration time) {
      after(time, this::run);
      done.release();
      turn.acquireUninterruptibly();
    }
  }

  private final PriorityQueue<Due> due =
      new PriorityQueue<>(Comparator.comparing(Due::at).thenComparingLong(Due::number));
  private Instant now = Jobs.NOW;
  private long numbers;
  private @Nullable Fiber running;

  @Override
  public Instant instant() {
    return now;
  }

  @Override
  public void execute(Runnable task) {
    after(Duration.ZERO, () -> new Fiber(task).run());
  }

  void after(Duration time, Runnable what) {
    due.add(new Due(now.plus(time), numbers++, what));
  }

  /// Lets the calling thread, which must be one of [#execute], sleep.
  void sleep(Duration time) {
    Objects.requireNonNull(running, "not in a thread of this time").sleep(time);
  }

  /// Lets this much time pass.
  void pass(Duration time) {
    Instant end = now.plus(time);
    while (!due.isEmpty() && !due.element().at().isAfter(end)) {
      Due next = due.remove();
      now = next.at();
      next.what().run();
    }
    now = end;
  }
}
