package dev.kompakt.workers.lane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.schemas.id.AttemptId;
import dev.kompakt.schemas.id.CompactionId;
import dev.kompakt.schemas.record.Job;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.workers.Jobs;
import dev.kompakt.workers.TestClock;
import dev.kompakt.workers.quota.AdmissionQueue;
import dev.kompakt.workers.quota.Limits;
import dev.kompakt.workers.stop.StopSignal;
import dev.kompakt.workers.stop.StoppedException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LanesTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final TestClock clock = new TestClock();
  private final Deque<Runnable> threads = new ArrayDeque<>();
  private final Map<AttemptId, Outcome> settled = new ConcurrentHashMap<>();
  private final Set<CompactionId> endedCompactions = new HashSet<>();
  private final List<String> readBacks = new ArrayList<>();
  private final List<AttemptId> ran = new ArrayList<>();
  private final Kept kept = new Kept();
  private final List<StopSignal.@Nullable Reason> stopped = new ArrayList<>();
  private Duration step = Duration.ZERO;
  private Limits limits = Limits.of(2);
  private boolean recorded = true;
  private int progress;

  private final Lanes lanes = lanes(new Done(), threads::add);

  /// Attempts that end as soon as their thread runs.
  private final class Done implements Attempts {
    @Override
    public boolean run(Job job, StopSignal stop, Watch watch) {
      ran.add(job.attempt());
      return recorded;
    }

    @Override
    public boolean settle(Job job, StopSignal stop, Watch watch, Outcome outcome) {
      settled.put(job.attempt(), outcome);
      stopped.add(stop.reason());
      return recorded;
    }
  }

  /// Attempts that go on until the test ends.
  private final class Kept implements Attempts {
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

  private Lanes lanes(Attempts attempts, Executor executor) {
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

  @AfterEach
  void end() {
    kept.end.countDown();
  }

  @Test
  void shouldAskForFormerCallsEvenWhenNothingWasLeftBehind() {
    // Given
    lanes.assigned(0, 5, CommitMetadata.none(), 5);

    // When
    deliver(0, 5, 1);
    int before = threads.size();
    lanes.handedOver(0, 1, new Handover("here", false));

    // Then
    assertThat(readBacks).containsExactly("0/1 from " + clock.instant());
    assertThat(before).isZero();
    assertThat(threads).hasSize(1);
  }

  @Test
  void shouldAskForFormerCallsWhenWhatWasLeftBehindIsNoJob() {
    // Given
    lanes.assigned(0, 5, CommitMetadata.none(), 7);
    int before = readBacks.size();

    // When
    lanes.readTo(0, 7);

    // Then
    assertThat(before).isZero();
    assertThat(readBacks).hasSize(1);
  }

  @Test
  void shouldCommitOutOfOrderAndNoteProgress() {
    // Given
    take(lanes, 0, 0);
    for (int i = 0; i < 3; i++) {
      deliver(0, i, i);
    }
    Runnable first = threads.remove();

    // When
    threads.remove().run();

    // Then
    assertThat(progress).isEqualTo(1);
    Lane.Position position = commit();
    assertThat(position.offset()).isZero();
    assertThat(CommitMetadata.decode(position.metadata()).finished().get(1)).isTrue();
    first.run();
    assertThat(commit().offset()).isEqualTo(2);
    assertThat(lanes.toCommit()).as("nothing changed since").isEmpty();
  }

  @Test
  void shouldPassOverARecordThatIsNoJob() {
    // Given
    take(lanes, 0, 0);

    // When
    lanes.delivered(0, 0, null, 10, Jobs.NOW);

    // Then
    assertThat(commit().offset()).isEqualTo(1);
  }

  @Test
  void shouldHoldJobsLeftBehindUntilTheirOutcomesAreReadBack() {
    // Given
    lanes.assigned(0, 0, CommitMetadata.none(), 2);
    deliver(0, 0, 0);
    deliver(0, 1, 1);
    deliver(0, 2, 2);
    Handover handover = new Handover("here", false);
    handover.apply(HandoverTest.finished(0));

    // When
    lanes.handedOver(0, 1, handover);

    // Then
    assertThat(readBacks).containsExactly("0/1 from " + Jobs.NOW);
    assertThat(commit().offset()).as("the finished job is not repeated").isEqualTo(1);
    assertThat(threads).as("the others are").hasSize(2);
  }

  @Test
  void shouldIgnoreAnAnswerForAFormerAssignment() {
    // Given
    lanes.assigned(0, 0, CommitMetadata.none(), 2);
    lanes.revoked(List.of(0));
    lanes.assigned(0, 0, CommitMetadata.none(), 2);
    deliver(0, 0, 0);

    // When
    lanes.handedOver(0, 1, new Handover("here", false));

    // Then
    assertThat(threads).isEmpty();
  }

  @Test
  void shouldRepeatWhatADeadOwnerHadBegunWithoutCountingItTwice() {
    // Given
    lanes.assigned(0, 0, CommitMetadata.none(), 3);
    for (int i = 0; i < 3; i++) {
      deliver(0, i, i);
    }
    Handover handover = new Handover("here", false);
    handover.apply(HandoverTest.started(0, "dead", clock.instant().plus(MINUTE)));
    handover.apply(HandoverTest.started(1, "dead", clock.instant().plus(MINUTE)));

    // When
    lanes.handedOver(0, 1, handover);

    // Then
    assertThat(threads).as("two of the account at once, both repeated").hasSize(2);
    runAll();
    assertThat(commit().offset()).isEqualTo(3);
  }

  @Test
  void shouldLeaveToItsOwnerWhatALivingWorkerGoesOnWith() {
    // Given
    takeOverWithRunning(1);

    // When
    lanes.reported(0, HandoverTest.finished(1));

    // Then
    runAll();
    assertThat(ran).doesNotContain(Jobs.attempt(1));
    assertThat(commit().offset()).isEqualTo(3);
    lanes.tick();
    assertThat(lanes.followingOutcomes()).isEmpty();
  }

  @Test
  void shouldCountAgainstTheAccountWhatALivingWorkerGoesOnWith() {
    // When
    takeOverWithRunning(1);

    // Then
    assertThat(threads).as("one of two places is taken elsewhere").hasSize(1);
    assertThat(lanes.waiting()).isEqualTo(2);
    assertThat(lanes.followingOutcomes()).containsExactly(0);
  }

  @Test
  void shouldRepeatAParkedJobOnceItsDeadlineAndTheGraceHavePassed() {
    // Given
    takeOverWithRunning(1);
    runAll();

    // When
    clock.advance(MINUTE);
    lanes.tick();
    int atTheDeadline = threads.size();
    clock.advance(Duration.ofSeconds(10));
    lanes.tick();

    // Then
    assertThat(atTheDeadline).isZero();
    assertThat(threads).hasSize(1);
    runAll();
    assertThat(commit().offset()).isEqualTo(3);
  }

  @Test
  void shouldKeepToldWhoGoesOnWhenTheLaneMovesAgain() {
    // Given
    takeOverWithRunning(1);

    // When
    Lane.Position position = Objects.requireNonNull(lanes.revoked(List.of(0)).get(0));

    // Then
    assertThat(CommitMetadata.decode(position.metadata()).elsewhere().get(1)).isTrue();
  }

  @Test
  void shouldGoOnOnlyWithCallsMadeWhenALaneIsRevoked() throws StoppedException {
    // Given
    Lanes mine = lanes(kept, Thread.ofVirtual()::start);
    take(mine, 0, 0);
    for (int i = 0; i < 3; i++) {
      mine.delivered(0, i, Jobs.of(i, "a"), 10, Jobs.NOW);
    }
    kept.await(2);
    kept.stop(0).commitToCall();

    // When
    Lane.Position position = Objects.requireNonNull(mine.revoked(List.of(0)).get(0));

    // Then
    CommitMetadata metadata = CommitMetadata.decode(position.metadata());
    assertThat(position.offset()).isZero();
    assertThat(metadata.elsewhere().get(0)).as("the call goes on").isTrue();
    assertThat(metadata.elsewhere().get(1)).isFalse();
    assertThat(kept.stop(0).reason()).isNull();
    assertThat(kept.stop(1).reason()).isEqualTo(StopSignal.Reason.ABANDONED);
    assertThat(mine.count()).isZero();
    assertThat(mine.waiting()).isZero();
  }

  @Test
  void shouldAbandonEvenCallsWhenALaneIsLost() throws StoppedException {
    // Given
    Lanes mine = lanes(kept, Thread.ofVirtual()::start);
    take(mine, 0, 0);
    take(mine, 1, 0);
    mine.delivered(0, 0, Jobs.of(0, "a"), 10, Jobs.NOW);
    mine.delivered(1, 0, Jobs.of(1, "b"), 10, Jobs.NOW);
    kept.await(2);
    kept.stop(0).commitToCall();
    kept.stop(1).commitToCall();

    // When
    mine.lost(List.of(0));

    // Then
    assertThat(kept.stop(0).reason()).isEqualTo(StopSignal.Reason.ABANDONED);
    assertThat(kept.stop(1).reason()).isNull();
  }

  @Test
  void shouldReportNothingOfWaitingJobsWhenTheirLaneIsLost() {
    // Given
    Lanes mine = lanes(new Done(), threads::add);
    take(mine, 0, 0);
    endedCompactions.add(Jobs.attempt(0).compaction());
    mine.delivered(0, 0, Jobs.of(0, "a"), 10, Jobs.NOW);

    // When
    mine.lost(List.of(0));
    threads.forEach(Runnable::run);

    // Then
    assertThat(stopped).containsExactly(StopSignal.Reason.ABANDONED);
  }

  @Test
  void shouldCancelWaitingAndRunningJobsWhenTheirCompactionEnds() {
    // Given
    Lanes mine = lanes(kept, Thread.ofVirtual()::start);
    take(mine, 0, 0);
    for (int i = 0; i < 3; i++) {
      mine.delivered(0, i, Jobs.of(i, "a"), 10, Jobs.NOW);
    }
    kept.await(2);

    // When
    endedCompactions.add(Jobs.compaction(0));
    endedCompactions.add(Jobs.compaction(2));
    mine.ended(Jobs.compaction(0));
    mine.ended(Jobs.compaction(2));

    // Then
    assertThat(kept.stop(0).reason()).isEqualTo(StopSignal.Reason.COMPACTION_ENDED);
    assertThat(kept.stop(1).reason()).isNull();
    Awaitility.await().until(() -> settled.containsKey(Jobs.attempt(2)));
    assertThat(settled).containsOnly(Map.entry(Jobs.attempt(2), new Outcome.Cancelled()));
  }

  @Test
  void shouldDeclineAJobThatWaitedBeyondItsDeadline() {
    // Given
    take(lanes, 0, 0);
    for (int i = 0; i < 3; i++) {
      deliver(0, i, i);
    }

    // When
    clock.advance(Duration.ofMinutes(15));
    lanes.tick();
    runAll();

    // Then
    assertThat(settled).containsOnly(Map.entry(Jobs.attempt(2), new Outcome.Declined(null)));
    assertThat(commit().offset()).isEqualTo(3);
  }

  @Test
  void shouldSendBackAJobItsAccountDoesNotTakeSoon() {
    // Given
    take(lanes, 0, 0);
    for (int i = 0; i < 3; i++) {
      deliver(0, i, i);
    }

    // When
    clock.advance(Duration.ofSeconds(5));
    lanes.tick();
    runAll();

    // Then
    assertThat(settled).containsOnly(Map.entry(Jobs.attempt(2), new Outcome.Declined(null)));
    assertThat(commit().offset()).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(longs = {-300, 300})
  void shouldCountAMinuteThatPassedWhenSomebodySetsTheWallClock(long seconds) {
    // Given
    limits = new Limits(10, 2, null);
    take(lanes, 0, 0);
    deliver(0, 0, 0);
    deliver(0, 1, 1);
    runAll();

    // When
    step = Duration.ofSeconds(seconds);
    deliver(0, 2, 2);
    lanes.tick();
    runAll();
    clock.advance(Duration.ofSeconds(62));
    deliver(0, 3, 3);
    runAll();

    // Then
    Instant room = Jobs.NOW.plusSeconds(62).plus(step);
    assertThat(settled).containsOnly(Map.entry(Jobs.attempt(2), new Outcome.Declined(room)));
    assertThat(ran).containsExactly(Jobs.attempt(0), Jobs.attempt(1), Jobs.attempt(3));
  }

  @Test
  void shouldWakeWhenAFormerOwnersCallNoLongerCounts() {
    // Given
    takeOverWithRunning(1);

    // When
    Duration idle = lanes.idle(Duration.ofHours(1));

    // Then
    assertThat(idle).as("deadline and margin").isEqualTo(MINUTE.plusSeconds(2));
    assertThat(lanes.idle(MINUTE)).isEqualTo(MINUTE);
  }

  @Test
  void shouldGiveUpAJobThatWorkerAfterWorkerDiedOf() {
    // Given
    lanes.assigned(0, 0, CommitMetadata.none(), 1);
    deliver(0, 0, 0);
    Handover handover = new Handover("here", false);
    for (String worker : List.of("w1", "w2", "w3")) {
      handover.apply(HandoverTest.started(0, worker, clock.instant().plus(MINUTE)));
    }

    // When
    lanes.handedOver(0, 1, handover);
    runAll();

    // Then
    assertThat(settled.get(Jobs.attempt(0))).isEqualTo(new Outcome.WorkerLost());
  }

  @Test
  void shouldKeepAJobPendingWhenItsOutcomeIsNotRecorded() {
    // Given
    recorded = false;
    take(lanes, 0, 0);
    deliver(0, 0, 0);

    // When
    runAll();

    // Then
    assertThat(commit().offset()).isZero();
    assertThat(lanes.active()).isZero();
  }

  @Test
  void shouldStopReadingWhenTooMuchIsPendingAndGoOnAtHalf() {
    // Given
    take(lanes, 0, 0);
    int offset = 0;
    while (lanes.wantsMore(0, false)) {
      deliver(0, offset, offset);
      offset++;
    }
    int pausedAt = offset;

    // When
    int finished = 0;
    while (!lanes.wantsMore(0, true)) {
      threads.remove().run();
      finished++;
    }

    // Then
    assertThat(pausedAt).isEqualTo(256);
    assertThat(finished).isEqualTo(129);
  }

  @Test
  void shouldStartNothingWhenDraining() {
    // Given
    take(lanes, 0, 0);
    deliver(0, 0, 0);
    deliver(0, 1, 1);
    deliver(0, 2, 2);

    // When
    lanes.drain();
    runAll();

    // Then
    assertThat(commit().offset()).isEqualTo(2);
    assertThat(lanes.waiting()).isEqualTo(1);
    assertThat(lanes.wantsMore(0, true)).isFalse();
  }

  /// Takes a lane on which nothing was left behind.
  private static void take(Lanes taking, int lane, long at) {
    taking.assigned(lane, at, CommitMetadata.none(), at);
    taking.handedOver(lane, lane + 1, new Handover("here", false));
  }

  private Lane.Position commit() {
    return Objects.requireNonNull(lanes.toCommit().get(0));
  }

  private void deliver(int lane, long offset, int job) {
    lanes.delivered(lane, offset, Jobs.of(job, "a"), 10, Jobs.NOW.plusSeconds(1));
  }

  /// Three jobs left behind, of which a living worker goes on with one.
  private void takeOverWithRunning(int job) {
    OffsetTracker left = new OffsetTracker(0, CommitMetadata.none());
    for (int i = 0; i < 3; i++) {
      left.begin(i);
    }
    lanes.assigned(0, 0, left.metadata(List.of((long) job)), 3);
    for (int i = 0; i < 3; i++) {
      deliver(0, i, i);
    }
    Handover handover = new Handover("here", false);
    handover.apply(HandoverTest.started(job, "living", clock.instant().plus(MINUTE)));
    lanes.handedOver(0, 1, handover);
  }

  private void runAll() {
    for (@Nullable Runnable task = threads.poll(); task != null; task = threads.poll()) {
      task.run();
    }
  }
}
