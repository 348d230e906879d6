package dev.kompakt.workers.lane;

import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.record.AttemptEvent;
import dev.kompakt.schemas.record.Job;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.workers.quota.AdmissionQueue;
import dev.kompakt.workers.quota.Limits;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Workers that share lanes, each lane with one account, as Kafka would have them do: jobs and
/// reports as logs, lanes that move when they are told to or when their worker has died.
final class SimulatedGroup {
  private static final Duration SESSION_TIMEOUT = Duration.ofSeconds(6);
  private static final Duration LONGEST_ATTEMPT = Duration.ofMinutes(15);
  private static final Duration IDLE = Duration.ofSeconds(1);

  /// A worker process.
  final class Worker {
    final String name;
    final Lanes lanes;
    private final SimulatedAttempts attempts;
    private boolean dead;

    Worker(String name) {
      this.name = name;
      attempts = new SimulatedAttempts(SimulatedGroup.this, this, time, random);
      lanes =
          new Lanes(
              new AdmissionQueue<>(1_000, 1, limits::of),
              attempts,
              time,
              job -> false,
              (lane, assignment, from) -> readBack(this, lane, assignment, from),
              () -> {},
              new Membership(System::nanoTime),
              new QuotaClock(time, () -> nanos(time)));
    }

    boolean dead() {
      return dead;
    }
  }

  /// What one lane and its account come to.
  private static final class LaneLog {
    final List<Job> jobs = new ArrayList<>();
    final List<AttemptEvent> reports = new ArrayList<>();
    final SimulatedUpstream upstream = new SimulatedUpstream();
    Lane.Position committed = new Lane.Position(0, "");
    @Nullable Worker owner;
    int delivered;
    Duration unowned = Duration.ZERO;
    Instant closedSince;

    LaneLog(Instant now) {
      closedSince = now;
    }
  }

  /// The limits of an account.
  interface Accounts {
    Limits of(AccountId account);
  }

  private final VirtualTime time;
  private final Random random;
  private final Accounts limits;
  private final List<LaneLog> logs = new ArrayList<>();
  private final List<Worker> workers = new ArrayList<>();
  private final Map<AccountId, Integer> laneOf = new HashMap<>();
  private final SimulatedRouter router;
  private int names;

  /// Makes a group of this many workers, with a lane for each account.
  SimulatedGroup(
      VirtualTime time, Random random, List<AccountId> accounts, Accounts limits, int workers) {
    this.time = time;
    this.random = random;
    this.limits = limits;
    router = new SimulatedRouter(this, time, random);
    for (AccountId account : accounts) {
      laneOf.put(account, logs.size());
      logs.add(new LaneLog(time.instant()));
    }
    for (int i = 0; i < workers; i++) {
      join();
    }
    for (int lane = 0; lane < logs.size(); lane++) {
      assign(lane);
    }
    accounts.forEach(router::supply);
  }

  private static long nanos(VirtualTime time) {
    return Duration.between(Instant.EPOCH, time.instant()).toNanos();
  }

  SimulatedUpstream upstream(AccountId account) {
    return log(account).upstream;
  }

  /// How long nobody worked on the account's lane.
  Duration unowned(AccountId account) {
    return log(account).unowned;
  }

  private LaneLog log(AccountId account) {
    return logs.get(laneOf.getOrDefault(account, 0));
  }

  Duration between(int leastMillis, int mostMillis) {
    return Duration.ofMillis(leastMillis + random.nextInt(mostMillis - leastMillis + 1));
  }

  /// A worker starts; it gets lanes when they move.
  void join() {
    Worker worker = new Worker("worker-" + ++names);
    workers.add(worker);
    turn(worker);
  }

  private void turn(Worker worker) {
    if (!worker.dead()) {
      poll(worker);
      Duration idle = worker.lanes.idle(IDLE);
      time.after(idle.plusMillis(1 + random.nextInt(5)), () -> turn(worker));
    }
  }

  /// What the poll thread does in one turn.
  private void poll(Worker worker) {
    if (worker.dead()) {
      return;
    }
    for (int lane = 0; lane < logs.size(); lane++) {
      LaneLog log = logs.get(lane);
      if (worker.equals(log.owner)) {
        for (; log.delivered < log.jobs.size(); log.delivered++) {
          Job job = log.jobs.get(log.delivered);
          worker.lanes.delivered(lane, log.delivered, job, 10, job.at());
        }
        worker.lanes.readTo(lane, log.delivered);
      }
    }
    worker.lanes.tick();
    worker.lanes.toCommit().forEach((lane, position) -> logs.get(lane).committed = position);
  }

  /// A job is written.
  void send(Job job) {
    LaneLog log = log(Objects.requireNonNull(job.account()));
    log.jobs.add(job);
    time.after(
        between(1, 20),
        () -> {
          if (log.owner != null) {
            poll(log.owner);
          }
        });
  }

  /// A report is written; returns whether its worker is there to do so.
  boolean report(Worker worker, AccountId account, AttemptEvent event) {
    if (worker.dead()) {
      return false;
    }
    LaneLog log = log(account);
    log.reports.add(event);
    int lane = logs.indexOf(log);
    time.after(
        between(20, 250),
        () -> {
          if (log.owner != null && log.owner.lanes.followingOutcomes().contains(lane)) {
            log.owner.lanes.reported(lane, event);
          }
        });
    if (event instanceof AttemptEvent.AttemptFinished finished) {
      Instant until = finished.outcome() instanceof Outcome.Declined(Instant at) ? at : null;
      router.finished(account, finished.outcome() instanceof Outcome.Declined, until);
    }
    return true;
  }

  private void readBack(Worker worker, int lane, long assignment, Instant from) {
    time.after(
        between(50, 500),
        () -> {
          if (worker.dead()) {
            return;
          }
          Instant now = time.instant();
          Instant window = now.minus(Duration.ofMinutes(1));
          Instant longest = now.minus(LONGEST_ATTEMPT);
          Instant since = from.isBefore(longest) ? longest : from;
          Instant start = (since.isBefore(window) ? since : window).minus(Duration.ofMinutes(1));
          Handover fold = new Handover(worker.name, false);
          LaneLog log = logs.get(lane);
          log.reports.stream().filter(e -> !e.at().isBefore(start)).forEach(fold::apply);
          worker.lanes.handedOver(lane, assignment, fold);
          if (worker.equals(log.owner) && log.closedSince.isBefore(Instant.MAX)) {
            log.unowned = log.unowned.plus(Duration.between(log.closedSince, now));
            log.closedSince = Instant.MAX;
          }
        });
  }

  private void assign(int lane) {
    List<Worker> living = workers.stream().filter(worker -> !worker.dead()).toList();
    LaneLog log = logs.get(lane);
    if (living.isEmpty()) {
      time.after(IDLE, () -> assign(lane));
      return;
    }
    Worker next = living.get(random.nextInt(living.size()));
    log.owner = next;
    log.delivered = Math.toIntExact(log.committed.offset());
    next.lanes.assigned(
        lane,
        log.committed.offset(),
        CommitMetadata.decode(log.committed.metadata()),
        log.jobs.size());
    time.after(between(1, 20), () -> poll(next));
  }

  private void close(LaneLog log) {
    log.owner = null;
    if (log.closedSince.equals(Instant.MAX)) {
      log.closedSince = time.instant();
    }
  }

  /// A lane goes from its worker to any.
  void move(int lane) {
    LaneLog log = logs.get(lane);
    Worker owner = log.owner;
    if (owner != null && !owner.dead()) {
      log.committed = Objects.requireNonNull(owner.lanes.revoked(List.of(lane)).get(lane));
      close(log);
      time.after(between(50, 1_000), () -> assign(lane));
    }
  }

  /// A worker dies; another is started a little later.
  void kill() {
    List<Worker> living = workers.stream().filter(worker -> !worker.dead()).toList();
    Worker victim = living.get(random.nextInt(living.size()));
    victim.dead = true;
    victim.attempts.die();
    for (int i = 0; i < logs.size(); i++) {
      int lane = i;
      LaneLog log = logs.get(lane);
      if (victim.equals(log.owner)) {
        close(log);
        time.after(SESSION_TIMEOUT.plus(between(0, 2_000)), () -> assign(lane));
      }
    }
    time.after(
        SESSION_TIMEOUT.plus(between(1_500, 3_000)),
        () ->
            logs.stream()
                .map(log -> log.owner)
                .filter(Objects::nonNull)
                .distinct()
                .forEach(owner -> owner.lanes.gone(Set.of(victim.name))));
    time.after(between(1_000, 10_000), this::join);
  }
}
