package dev.kompakt.workers.lane;

import dev.kompakt.schemas.id.AttemptId;
import dev.kompakt.schemas.id.CompactionId;
import dev.kompakt.schemas.record.Job;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.workers.Jobs;
import dev.kompakt.workers.TestClock;
import dev.kompakt.workers.quota.AdmissionQueue;
import dev.kompakt.workers.quota.Limits;
import dev.kompakt.workers.stop.StopSignal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/// Lanes of a worker whose attempts run, and end, only when the test says so.
final class SteppedLanes {
  final TestClock clock = new TestClock();

  /// How far the wall clock was set.
  Duration step = Duration.ZERO;

  /// Of every account.
  Limits limits = Limits.of(2);

  /// Whether outcomes are recorded.
  boolean recorded = true;

  final Set<CompactionId> endedCompactions = new HashSet<>();

  /// Attempts that have begun and did not run yet.
  final Deque<Runnable> threads = new ArrayDeque<>();

  final List<AttemptId> ran = new ArrayList<>();

  /// What was given to the attempts that ran.
  final Map<AttemptId, Attempts.Watch> watches = new HashMap<>();

  final Map<AttemptId, Outcome> settled = new HashMap<>();

  /// What happens while an attempt runs.
  Runnable duringRun = () -> {};

  /// Why what ran or was settled was stopped before.
  final List<StopSignal.@Nullable Reason> stopped = new ArrayList<>();

  final List<String> readBacks = new ArrayList<>();
  int progress;

  final Lanes lanes = lanes(new Steps(), threads::add);

  /// Attempts that end as soon as their thread runs.
  private final class Steps implements Attempts {
    @Override
    public boolean run(Job job, StopSignal stop, Watch watch) {
      ran.add(job.attempt());
      watches.put(job.attempt(), watch);
      stopped.add(stop.reason());
      duringRun.run();
      return recorded;
    }

    @Override
    public boolean settle(Job job, StopSignal stop, Watch watch, Outcome outcome) {
      settled.put(job.attempt(), outcome);
      stopped.add(stop.reason());
      return recorded;
    }
  }

  /// Lanes with other attempts, which run elsewhere.
  Lanes lanes(Attempts attempts, Executor executor) {
    return new Lanes(
        new AdmissionQueue<>(10, 1, account -> limits),
        attempts,
        executor,
        job -> endedCompactions.contains(job.attempt().compaction()),
        (lane, assignment, from) -> readBacks.add(lane + "/" + assignment + " from " + from),
        () -> progress++,
        new Membership(System::nanoTime),
        new QuotaClock(
            () -> clock.instant().plus(step),
            () -> Duration.between(Instant.EPOCH, clock.instant()).toNanos()));
  }

  /// Takes a lane on which nothing was left behind.
  static void take(Lanes taking, int lane) {
    taking.assigned(lane, 0, CommitMetadata.none(), 0);
    taking.handedOver(lane, lane + 1, new Handover("here", false));
  }

  /// A job of the account `a` on lane 0.
  void deliver(long offset, int job) {
    lanes.delivered(0, offset, Jobs.of(job, "a"), 10, Jobs.NOW.plusSeconds(1));
  }

  /// The first so many jobs.
  void deliver(int jobs) {
    for (int i = 0; i < jobs; i++) {
      deliver(i, i);
    }
  }

  /// What lane 0 commits.
  Lane.Position commit() {
    return Objects.requireNonNull(lanes.toCommit().get(0));
  }

  void runAll() {
    for (@Nullable Runnable task = threads.poll(); task != null; task = threads.poll()) {
      task.run();
    }
  }
}
