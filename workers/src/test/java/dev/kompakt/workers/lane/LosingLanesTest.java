package dev.kompakt.workers.lane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.schemas.id.AttemptId;
import dev.kompakt.schemas.record.Job;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.workers.Jobs;
import dev.kompakt.workers.stop.StopSignal;
import dev.kompakt.workers.stop.StoppedException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What goes on, and what ends, when a lane goes away or a compaction is over.
class LosingLanesTest {
  private final SteppedLanes worker = new SteppedLanes();
  private final Kept kept = new Kept();
  private final Lanes lanes = worker.lanes(kept, Thread.ofVirtual()::start);

  /// Attempts that go on until the test ends.
  private static final class Kept implements Attempts {
    private final Map<AttemptId, Outcome> settled = new ConcurrentHashMap<>();
    private final Map<AttemptId, StopSignal> stops = new ConcurrentHashMap<>();
    private final CountDownLatch end = new CountDownLatch(1);

    @Override
    public boolean run(Job job, StopSignal stop, Watch watch) {
      stops.put(job.attempt(), stop);
      try {
        end.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return false;
    }

    @Override
    public boolean settle(Job job, StopSignal stop, Watch watch, Outcome outcome) {
      settled.put(job.attempt(), outcome);
      return true;
    }

    StopSignal stop(int job) {
      return Objects.requireNonNull(stops.get(Jobs.attempt(job)));
    }

    void await(int running) {
      Awaitility.await().until(() -> stops.size() == running);
    }
  }

  /// Lane 0 has three jobs, and their account room for two.
  private void runTwoOfThree() {
    SteppedLanes.take(lanes, 0);
    for (int i = 0; i < 3; i++) {
      lanes.delivered(0, i, Jobs.of(i, "a"), 10, Jobs.NOW);
    }
    kept.await(2);
  }

  @AfterEach
  void end() {
    kept.end.countDown();
  }

  @Test
  void shouldGoOnOnlyWithCallsMadeWhenALaneIsRevoked() throws StoppedException {
    // Given
    runTwoOfThree();
    kept.stop(0).commitToCall();

    // When
    Lane.Position position = Objects.requireNonNull(lanes.revoked(List.of(0)).get(0));

    // Then
    CommitMetadata metadata = CommitMetadata.decode(position.metadata());
    assertThat(position.offset()).isZero();
    assertThat(metadata.elsewhere().get(0)).as("the call goes on").isTrue();
    assertThat(metadata.elsewhere().get(1)).isFalse();
    assertThat(kept.stop(0).reason()).isNull();
    assertThat(kept.stop(1).reason()).isEqualTo(StopSignal.Reason.ABANDONED);
    assertThat(lanes.count()).isZero();
    assertThat(lanes.waiting()).isZero();
  }

  @Test
  void shouldAbandonEvenCallsWhenALaneIsLost() throws StoppedException {
    // Given
    SteppedLanes.take(lanes, 0);
    SteppedLanes.take(lanes, 1);
    lanes.delivered(0, 0, Jobs.of(0, "a"), 10, Jobs.NOW);
    lanes.delivered(1, 0, Jobs.of(1, "b"), 10, Jobs.NOW);
    kept.await(2);
    kept.stop(0).commitToCall();
    kept.stop(1).commitToCall();

    // When
    lanes.lost(List.of(0));

    // Then
    assertThat(kept.stop(0).reason()).isEqualTo(StopSignal.Reason.ABANDONED);
    assertThat(kept.stop(1).reason()).isNull();
  }

  @Test
  void shouldReportNothingOfWaitingJobsWhenTheirLaneIsLost() {
    // Given
    SteppedLanes.take(worker.lanes, 0);
    worker.endedCompactions.add(Jobs.attempt(0).compaction());
    worker.lanes.delivered(0, 0, Jobs.of(0, "a"), 10, Jobs.NOW);

    // When
    worker.lanes.lost(List.of(0));
    worker.threads.forEach(Runnable::run);

    // Then
    assertThat(worker.stopped).containsExactly(StopSignal.Reason.ABANDONED);
  }

  @Test
  void shouldCancelWaitingAndRunningJobsWhenTheirCompactionEnds() {
    // Given
    runTwoOfThree();

    // When
    worker.endedCompactions.add(Jobs.compaction(0));
    worker.endedCompactions.add(Jobs.compaction(2));
    lanes.ended(Jobs.compaction(0));
    lanes.ended(Jobs.compaction(2));

    // Then
    assertThat(kept.stop(0).reason()).isEqualTo(StopSignal.Reason.COMPACTION_ENDED);
    assertThat(kept.stop(1).reason()).isNull();
    Awaitility.await().until(() -> kept.settled.containsKey(Jobs.attempt(2)));
    assertThat(kept.settled).containsOnly(Map.entry(Jobs.attempt(2), new Outcome.Cancelled()));
  }
}
