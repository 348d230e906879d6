package dev.kompakt.workers.lane;

import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.workers.quota.AdmissionQueue;
import dev.kompakt.workers.quota.Spent;
import dev.kompakt.workers.stop.StopSignal;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

/// Jobs that wait for their account and attempts that run, over all lanes. Guarded by [Lanes].
final class Dispatch {
  private final AdmissionQueue<JobTicket> queue;
  private final Attempts attempts;
  private final Executor threads;
  private final InstantSource clock;
  private final Set<JobTicket> running = new HashSet<>();
  private final Set<JobTicket> settling = new HashSet<>();
  private boolean draining;

  Dispatch(
      AdmissionQueue<JobTicket> queue, Attempts attempts, Executor threads, InstantSource clock) {
    this.queue = queue;
    this.attempts = attempts;
    this.threads = threads;
    this.clock = clock;
  }

  /// Tells the queue of one attempt, from the attempt's thread.
  private record Watch(AdmissionQueue<JobTicket> queue, JobTicket ticket, InstantSource clock)
      implements Attempts.Watch {
    @Override
    public boolean sized(long tokens) {
      return queue.sized(ticket, tokens, clock.instant());
    }

    @Override
    public boolean again() {
      return queue.again(ticket, clock.instant());
    }

    @Override
    public void sent() {
      queue.sent(ticket, clock.instant());
    }

    @Override
    public void over(Spent spent) {
      queue.over(ticket, spent, clock.instant());
    }
  }

  AdmissionQueue<JobTicket> queue() {
    return queue;
  }

  /// Starts every attempt that may start now.
  ///
  /// @param ended told on the attempt's thread, with whether an outcome is recorded; it calls
  ///   [#ended]
  void start(BiConsumer<JobTicket, Boolean> ended) {
    while (!draining) {
      JobTicket next = queue.next(clock.instant());
      if (next == null) {
        return;
      }
      running.add(next);
      threads.execute(
          () -> {
            boolean recorded = false;
            try {
              recorded = attempts.run(next.job(), next.stop(), new Watch(queue, next, clock));
            } finally {
              ended.accept(next, recorded);
            }
          });
    }
  }

  /// Has an outcome reported for a job that is not begun.
  void settle(JobTicket ticket, Outcome outcome, BiConsumer<JobTicket, Boolean> ended) {
    settling.add(ticket);
    threads.execute(
        () -> {
          boolean recorded = false;
          try {
            recorded = attempts.settle(ticket.job(), outcome);
          } finally {
            ended.accept(ticket, recorded);
          }
        });
  }

  /// What was started or settled has come to its end.
  void ended(JobTicket ticket) {
    if (running.remove(ticket)) {
      queue.ended(ticket, clock.instant());
    }
    settling.remove(ticket);
  }

  /// Tells the attempts of these jobs to stop.
  void stop(Predicate<JobTicket> which, StopSignal.Reason reason) {
    List.copyOf(running).stream().filter(which).forEach(ticket -> ticket.stop().stop(reason));
  }

  /// Gives a lane up. Its attempts that have made no call yet are abandoned.
  ///
  /// @return offsets of those that go on
  Collection<Long> leave(Lane lane) {
    queue.remove(ticket -> ticket.lane() == lane);
    Collection<Long> goingOn = new ArrayList<>();
    for (JobTicket ticket : running) {
      if (ticket.lane() == lane && !ticket.stop().abandonBeforeCall()) {
        goingOn.add(ticket.offset());
      }
    }
    return goingOn;
  }

  void drain() {
    draining = true;
  }

  boolean draining() {
    return draining;
  }

  int active() {
    return running.size() + settling.size();
  }
}
