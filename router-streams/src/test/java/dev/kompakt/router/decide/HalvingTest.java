package dev.kompakt.router.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.router.decide.SimulatedWorkers.Arrival;
import dev.kompakt.router.limit.Limits;
import dev.kompakt.schemas.history.History;
import dev.kompakt.schemas.id.JobId;
import dev.kompakt.schemas.record.AttemptEvent.AttemptFinished;
import dev.kompakt.schemas.record.Completion;
import dev.kompakt.schemas.record.Job;
import dev.kompakt.schemas.record.LearnedLimit;
import dev.kompakt.schemas.record.LimitKey;
import dev.kompakt.schemas.record.Submission.Submitted;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// A limit is found with one refused call for each halving, and then known to the next history.
class HalvingTest {
  private static final Limits LIMITS = new Limits(java.time.Duration.ofMinutes(30));

  private static final int MIB = 1 << 20;
  private static final History TWELVE_MIB = Fixtures.spans(768, 16 * 1024 - 1);

  private final Map<LimitKey, LearnedLimit> limits = new HashMap<>();

  private SimulatedWorkers compact(Submitted submitted) {
    Run run = Run.of(Fixtures.NATIVE);
    SimulatedWorkers workers = new SimulatedWorkers(7, submitted.history(), MIB, false);
    Map<JobId, Job> jobs = new HashMap<>();
    Deque<Arrival> reports = new ArrayDeque<>();
    run.submit(submitted);
    do {
      for (Job job : run.newJobs()) {
        jobs.put(job.attempt().job(), job);
        reports.addAll(workers.work(job, run.now));
      }
      Arrival report = reports.removeFirst();
      run.apply(new Event.Reported(report.event()));
      workers.delivered(report.event(), jobs);
      if (report.event() instanceof AttemptFinished finished) {
        learn(finished);
      }
    } while (!reports.isEmpty() || run.jobs.size() > jobs.size());
    if (run.status().completion() instanceof Completion.Completed completed) {
      workers.assertCoversAll(completed.result());
      return workers;
    }
    throw new AssertionError("it did not complete: " + run.status());
  }

  private void learn(AttemptFinished finished) {
    LimitKey key = Limits.key(finished);
    LearnedLimit next = key == null ? null : LIMITS.fold(limits.get(key), finished, Fixtures.START);
    if (key != null && next != null) {
      limits.put(key, next);
    }
  }

  @Test
  void shouldFindTheLimitWithOneRefusedCallForEachHalving() {
    // When
    SimulatedWorkers workers = compact(Fixtures.whole(TWELVE_MIB));

    // Then
    assertThat(workers.overCap).as("calls of 12, 6, 3 and 1.5 MiB").isEqualTo(4);
    assertThat(workers.calls).isBetween(4 + 16 + 1, 4 + 17 + 2);
  }

  @Test
  void shouldRefuseNothingWhenTheLimitIsKnown() {
    // Given
    compact(Fixtures.whole(TWELVE_MIB));
    LearnedLimit learned =
        limits.get(new LimitKey(Fixtures.PROVIDER, LimitKey.Endpoint.RESPONSES, "gpt-5.5"));
    assertThat(learned).isNotNull();
    Long target = learned == null ? null : learned.bytes().target();
    assertThat(target).isNotNull().isBetween(700L * 1024, (long) MIB);

    // When
    SimulatedWorkers workers =
        compact(Fixtures.packed(TWELVE_MIB, (target == null ? 0 : target) - 4096));

    // Then
    assertThat(workers.overCap).isZero();
  }
}
