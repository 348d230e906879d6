package dev.kompakt.workers.lane;

import dev.kompakt.schemas.id.CompactionId;
import dev.kompakt.schemas.record.Job;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.workers.quota.AdmissionQueue;
import dev.kompakt.workers.quota.Spent;
import dev.kompakt.workers.stop.StopSignal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Jobs that wait for their account and attempts that run, over all lanes. Guarded by [Lanes].
final class Dispatch {
  private static final Logger LOG = LoggerFactory.getLogger(Dispatch.class);

  /// A job whose attempt so many workers began and none finished is not begun again.
  private static final int MOST_WORKERS = 3;

  private final AdmissionQueue<JobTicket> queue;
  private final Attempts attempts;
  private final Executor threads;
  private final Predicate<Job> compactionEnded;
  private final BiConsumer<JobTicket, Boolean> ended;
  private final Membership membership;
  private final QuotaClock clock;
  private final Set<JobTicket> running = new HashSet<>();
  private final Set<JobTicket> settling = new HashSet<>();
  private boolean draining;

  /// Makes one without jobs.
  ///
  /// @param compactionEnded whether a job's compaction has ended since the job was made
  /// @param ended told on the attempt's thread, with whether an outcome is recorded; it calls
  ///   [#ended]
  Dispatch(
      AdmissionQueue<JobTicket> queue,
      Attempts attempts,
      Executor threads,
      Predicate<Job> compactionEnded,
      BiConsumer<JobTicket, Boolean> ended,
      Membership membership,
      QuotaClock clock) {
    this.queue = queue;
    this.attempts = attempts;
    this.threads = threads;
    this.compactionEnded = compactionEnded;
    this.ended = ended;
    this.membership = membership;
    this.clock = clock;
  }

  /// Tells the queue of one attempt, from the attempt's thread.
  private record Watch(
      AdmissionQueue<JobTicket> queue, JobTicket ticket, Membership membership, QuotaClock clock)
      implements Attempts.Watch {
    /// A lane given up in order leaves behind what goes on here.
    @Override
    public boolean owned(Duration atMost) throws InterruptedException {
      return ticket.lane().gone() || membership.certain(atMost);
    }

    @Override
    public boolean first(Duration atMost) throws InterruptedException {
      return ticket.first(atMost);
    }

    @Override
    public boolean sized(long tokens) {
      return queue.sized(ticket, tokens, clock.now());
    }

    @Override
    public boolean again() {
      return queue.again(ticket, clock.now());
    }

    @Override
    public void sent() {
      queue.sent(ticket, clock.now());
    }

    @Override
    public void over(Spent spent) {
      queue.over(ticket, spent, clock.now());
    }
  }

  AdmissionQueue<JobTicket> queue() {
    return queue;
  }

  /// Takes in a job that is not finished and that nobody else goes on with.
  void admit(JobTicket ticket) {
    Lane lane = ticket.lane();
    Handover handover = lane.handover();
    Handover.Started begun = handover == null ? null : handover.started(ticket.attempt());
    lane.endedElsewhere(ticket.attempt(), Spent.UNKNOWN, clock.wall());
    if (compactionEnded.test(ticket.job())) {
      settle(ticket, new Outcome.Cancelled());
    } else if (begun != null && begun.workers() >= MOST_WORKERS) {
      LOG.atError()
          .addKeyValue("compaction", ticket.attempt().compaction())
          .addKeyValue("attempt", ticket.attempt())
          .addKeyValue("workers", begun.workers())
          .log("worker after worker went away in this attempt, it is not made again");
      settle(ticket, new Outcome.WorkerLost());
    } else {
      if (handover != null && handover.contested(ticket.attempt())) {
        lane.repetitions().add(ticket);
      }
      queue.add(ticket, clock.now());
    }
  }

  /// Starts every attempt that may start now.
  void start() {
    while (!draining) {
      JobTicket next = queue.next(clock.now());
      if (next == null) {
        return;
      }
      running.add(next);
      next.lane().repetitions().begin(next, clock.wall());
      threads.execute(
          () -> {
            boolean recorded = false;
            try {
              recorded = attempts.run(next.job(), next.stop(), watch(next));
            } finally {
              ended.accept(next, recorded);
            }
          });
    }
  }

  /// Starts what may start and sends back what waits in vain.
  void tick() {
    Instant wall = clock.wall();
    queue
        .remove(ticket -> !ticket.job().deadline().isAfter(wall))
        .forEach(ticket -> settle(ticket, new Outcome.Declined(null)));
    start();
    for (AdmissionQueue.TurnedAway<JobTicket> away : queue.turnAway(clock.now())) {
      Instant until = away.until();
      settle(away.item(), new Outcome.Declined(until == null ? null : clock.toSay(until)));
    }
  }

  /// How long no attempt is known to become free to start, at most as given.
  Duration idle(Duration most) {
    Instant now = clock.now();
    Instant wake = queue.wakeAt(now);
    return wake == null || !wake.isBefore(now.plus(most)) ? most : Duration.between(now, wake);
  }

  private Watch watch(JobTicket ticket) {
    return new Watch(queue, ticket, membership, clock);
  }

  /// Has an outcome reported for a job that is not begun.
  private void settle(JobTicket ticket, Outcome outcome) {
    settling.add(ticket);
    threads.execute(
        () -> {
          boolean recorded = false;
          try {
            recorded = attempts.settle(ticket.job(), ticket.stop(), watch(ticket), outcome);
          } finally {
            ended.accept(ticket, recorded);
          }
        });
  }

  /// What was started or settled has come to its end.
  void ended(JobTicket ticket) {
    if (running.remove(ticket)) {
      queue.ended(ticket, clock.now());
    }
    settling.remove(ticket);
  }

  /// A compaction has ended: its jobs need no more work.
  void ended(CompactionId compaction) {
    Predicate<JobTicket> belongs =
        ticket ->
            ticket.attempt().compaction().equals(compaction) && compactionEnded.test(ticket.job());
    queue.remove(belongs).forEach(ticket -> settle(ticket, new Outcome.Cancelled()));
    stop(belongs, StopSignal.Reason.COMPACTION_ENDED);
  }

  /// Tells the attempts of these jobs to stop, and the reports without one.
  void stop(Predicate<JobTicket> which, StopSignal.Reason reason) {
    Stream.concat(running.stream(), settling.stream())
        .filter(which)
        .toList()
        .forEach(ticket -> ticket.stop().stop(reason));
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
