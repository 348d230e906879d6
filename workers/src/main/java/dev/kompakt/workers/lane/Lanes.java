package dev.kompakt.workers.lane;

import dev.kompakt.schemas.id.CompactionId;
import dev.kompakt.schemas.record.AttemptEvent;
import dev.kompakt.schemas.record.Job;
import dev.kompakt.workers.quota.AdmissionQueue;
import dev.kompakt.workers.stop.StopSignal;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/// All lanes this worker owns, their jobs and the attempts that run; knows nothing of Kafka.
/// Thread-safe, and blocks nobody: attempts are only handed to the executor.
final class Lanes {
  private static final Logger LOG = LoggerFactory.getLogger(Lanes.class);

  private final Dispatch dispatch;
  private final ReadBack readBack;
  private final Runnable progress;
  private final QuotaClock clock;
  private final Map<Integer, Lane> lanes = new HashMap<>();
  private long assignments;

  /// Makes the state of no lane yet.
  ///
  /// @param ended whether a job's compaction has ended since the job was made
  /// @param progress called when there is something to commit; must not block
  Lanes(
      AdmissionQueue<JobTicket> queue,
      Attempts attempts,
      Executor threads,
      Predicate<Job> ended,
      ReadBack readBack,
      Runnable progress,
      Membership membership,
      QuotaClock clock) {
    dispatch = new Dispatch(queue, attempts, threads, ended, this::cameToEnd, membership, clock);
    this.readBack = readBack;
    this.progress = progress;
    this.clock = clock;
  }

  /// A lane is this worker's.
  ///
  /// @param end the offset after its last record
  synchronized void assigned(int number, long committed, CommitMetadata metadata, long end) {
    OffsetTracker tracker = new OffsetTracker(committed, metadata);
    Lane lane = new Lane(number, ++assignments, tracker, end, dispatch.queue(), clock);
    lanes.put(number, lane);
    askIfRead(lane);
  }

  private void askIfRead(Lane lane) {
    if (lane.readToTheEnd()) {
      ask(lane, clock.wall());
    }
  }

  private void ask(Lane lane, Instant from) {
    if (lane.ask()) {
      readBack.of(lane.number(), lane.assignment(), from);
    }
  }

  /// A record was read; `job` is null if it is none that can be carried out.
  ///
  /// @param writtenAt the record's timestamp
  synchronized void delivered(
      int number, long offset, @Nullable Job job, int bytes, Instant writtenAt) {
    Lane lane = lanes.get(number);
    if (lane == null) {
      return;
    }
    lane.changed();
    if (!lane.tracker().begin(offset)) {
      return;
    }
    if (job == null) {
      lane.tracker().finish(offset);
      return;
    }
    JobTicket ticket = new JobTicket(lane, offset, bytes, job);
    lane.took(ticket);
    if (lane.open()) {
      admit(ticket);
      dispatch.start();
    } else {
      lane.hold(ticket);
      ask(lane, job.at().isBefore(writtenAt) ? job.at() : writtenAt);
    }
  }

  /// Everything of the lane below `next` was delivered.
  synchronized void readTo(int number, long next) {
    Lane lane = lanes.get(number);
    if (lane != null && next > lane.tracker().position()) {
      lane.tracker().readTo(next);
      lane.changed();
      askIfRead(lane);
    }
  }

  /// What former owners reported is known up to now; held jobs go on.
  synchronized void handedOver(int number, long assignment, Handover handover) {
    Lane lane = lanes.get(number);
    if (lane == null || lane.assignment() != assignment || lane.open()) {
      return;
    }
    List<JobTicket> held = lane.open(handover, clock.wall());
    LOG.atLevel(held.isEmpty() ? Level.DEBUG : Level.INFO)
        .addKeyValue("lane", number)
        .addKeyValue("jobs", held.size())
        .log("took over the jobs of a lane");
    held.forEach(this::admit);
    dispatch.start();
  }

  /// A further event of an attempt on a lane that was taken over.
  synchronized void reported(int number, AttemptEvent event) {
    Lane lane = lanes.get(number);
    if (lane == null || lane.handover() == null) {
      return;
    }
    JobTicket finished = lane.reported(event, clock.wall());
    if (finished != null) {
      finish(finished);
    }
    if (event instanceof AttemptEvent.AttemptFinished) {
      JobTicket needless = lane.repetitions().finished(event.attempt());
      if (needless != null) {
        needless.stop().stop(StopSignal.Reason.ANSWERED_ELSEWHERE);
      }
      dispatch
          .queue()
          .remove(ticket -> ticket.lane() == lane && ticket.attempt().equals(event.attempt()))
          .forEach(this::finish);
    }
    dispatch.start();
  }

  /// Workers that go on with jobs of lanes that are here now.
  synchronized Set<String> awaited() {
    Set<String> workers = new HashSet<>();
    lanes.values().forEach(lane -> workers.addAll(lane.awaited()));
    return workers;
  }

  /// Workers are gone: nobody goes on with their jobs.
  synchronized void gone(Set<String> workers) {
    lanes.values().forEach(lane -> lane.unpark(workers).forEach(this::admit));
    dispatch.start();
  }

  /// A compaction has ended: its jobs need no more work.
  synchronized void ended(CompactionId compaction) {
    dispatch.ended(compaction);
  }

  /// Does what is due by the clock.
  synchronized void tick() {
    Instant now = clock.wall();
    lanes.values().forEach(lane -> lane.overdue(now).forEach(this::admit));
    dispatch.tick();
  }

  /// How long nothing is due by the clock, at most as given.
  synchronized Duration idle(Duration most) {
    return dispatch.idle(most);
  }

  /// Lanes go to another worker in order. What has made no call yet is abandoned; the rest goes on
  /// here, and the positions to be committed say so.
  synchronized Map<Integer, Lane.Position> revoked(Collection<Integer> numbers) {
    Map<Integer, Lane.Position> positions = new HashMap<>();
    for (int number : numbers) {
      Lane lane = lanes.remove(number);
      if (lane != null) {
        lane.leave();
        positions.put(number, lane.position(dispatch.leave(lane)));
      }
    }
    return positions;
  }

  /// Lanes went to a worker that believes this one dead: nothing of them goes on here.
  synchronized void lost(Collection<Integer> numbers) {
    dispatch.stop(ticket -> numbers.contains(ticket.lane().number()), StopSignal.Reason.ABANDONED);
    for (int number : numbers) {
      Lane lane = lanes.remove(number);
      if (lane != null) {
        lane.leave();
        dispatch.leave(lane);
      }
    }
  }

  /// No job is started from now on.
  synchronized void drain() {
    dispatch.drain();
  }

  /// Abandons whatever still runs.
  synchronized void abandonAll() {
    dispatch.stop(ticket -> true, StopSignal.Reason.ABANDONED);
  }

  /// Positions that changed since the last time; each is given once.
  synchronized Map<Integer, Lane.Position> toCommit() {
    Map<Integer, Lane.Position> positions = new HashMap<>();
    for (Lane lane : lanes.values()) {
      if (lane.takeChanged()) {
        positions.put(lane.number(), lane.position(List.of()));
      }
    }
    return positions;
  }

  /// Where some lane stands; of none if there is none.
  synchronized Map<Integer, Lane.Position> anyPosition() {
    return lanes.values().stream()
        .limit(1)
        .collect(Collectors.toMap(Lane::number, lane -> lane.position(List.of())));
  }

  /// A commit failed: these positions are to be given again.
  synchronized void notCommitted(Collection<Integer> numbers) {
    lanes.values().stream().filter(lane -> numbers.contains(lane.number())).forEach(Lane::changed);
  }

  /// Whether jobs of this lane are to be read on.
  synchronized boolean wantsMore(int number, boolean paused) {
    Lane lane = lanes.get(number);
    return lane != null && !dispatch.draining() && lane.wantsMore(paused);
  }

  /// Lanes for which reports of former owners matter.
  synchronized Set<Integer> followingOutcomes() {
    return lanes.values().stream()
        .filter(Lane::followsOutcomes)
        .map(Lane::number)
        .collect(Collectors.toSet());
  }

  /// Jobs read and not begun.
  synchronized int waiting() {
    return dispatch.queue().waiting() + lanes.values().stream().mapToInt(Lane::waiting).sum();
  }

  /// Attempts that run or report.
  synchronized int active() {
    return dispatch.active();
  }

  /// Whether there are jobs to be carried out.
  synchronized boolean busy() {
    return active() + waiting() > 0;
  }

  /// Whether the lane is this worker's.
  synchronized boolean owns(int number) {
    return lanes.containsKey(number);
  }

  synchronized int count() {
    return lanes.size();
  }

  private void admit(JobTicket ticket) {
    Lane lane = ticket.lane();
    if (lane.finishedElsewhere(ticket)) {
      finish(ticket);
    } else if (!lane.parked(ticket, clock.wall())) {
      dispatch.admit(ticket);
    }
  }

  private synchronized void cameToEnd(JobTicket ticket, boolean recorded) {
    dispatch.ended(ticket);
    ticket.lane().repetitions().forget(ticket.attempt());
    if (recorded) {
      finish(ticket);
    }
    dispatch.start();
  }

  private void finish(JobTicket ticket) {
    if (!ticket.lane().gone()) {
      ticket.lane().finish(ticket);
      progress.run();
    }
  }
}
