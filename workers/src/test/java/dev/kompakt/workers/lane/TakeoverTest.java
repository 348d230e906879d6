package dev.kompakt.workers.lane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.workers.Jobs;
import dev.kompakt.workers.stop.StopSignal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// A lane that was another worker's before: what it left behind, and what it goes on with.
class TakeoverTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final SteppedLanes worker = new SteppedLanes();
  private final Lanes lanes = worker.lanes;

  @Test
  void shouldAskForFormerCallsEvenWhenNothingWasLeftBehind() {
    // Given
    lanes.assigned(0, 5, CommitMetadata.none(), 5);

    // When
    worker.deliver(5, 1);
    int before = worker.threads.size();
    lanes.handedOver(0, 1, new Handover("here", false));

    // Then
    assertThat(worker.readBacks).containsExactly("0/1 from " + worker.clock.instant());
    assertThat(before).isZero();
    assertThat(worker.threads).hasSize(1);
  }

  @Test
  void shouldAskForFormerCallsWhenWhatWasLeftBehindIsNoJob() {
    // Given
    lanes.assigned(0, 5, CommitMetadata.none(), 7);
    int before = worker.readBacks.size();

    // When
    lanes.readTo(0, 7);

    // Then
    assertThat(before).isZero();
    assertThat(worker.readBacks).hasSize(1);
  }

  @Test
  void shouldHoldJobsLeftBehindUntilTheirOutcomesAreReadBack() {
    // Given
    lanes.assigned(0, 0, CommitMetadata.none(), 2);
    worker.deliver(3);
    Handover handover = new Handover("here", false);
    handover.apply(HandoverTest.finished(0));

    // When
    lanes.handedOver(0, 1, handover);

    // Then
    assertThat(worker.readBacks).containsExactly("0/1 from " + Jobs.NOW);
    assertThat(worker.commit().offset()).as("the finished job is not repeated").isEqualTo(1);
    assertThat(worker.threads).as("the others are").hasSize(2);
  }

  @Test
  void shouldIgnoreAnAnswerForAFormerAssignment() {
    // Given
    lanes.assigned(0, 0, CommitMetadata.none(), 2);
    lanes.revoked(List.of(0));
    lanes.assigned(0, 0, CommitMetadata.none(), 2);
    worker.deliver(0, 0);

    // When
    lanes.handedOver(0, 1, new Handover("here", false));

    // Then
    assertThat(worker.threads).isEmpty();
  }

  @Test
  void shouldRepeatWhatADeadOwnerHadBegunWithoutCountingItTwice() {
    // Given
    lanes.assigned(0, 0, CommitMetadata.none(), 3);
    worker.deliver(3);
    Handover handover = new Handover("here", false);
    handover.apply(HandoverTest.started(0, "dead", worker.clock.instant().plus(MINUTE)));
    handover.apply(HandoverTest.started(1, "dead", worker.clock.instant().plus(MINUTE)));

    // When
    lanes.handedOver(0, 1, handover);

    // Then
    assertThat(worker.threads).as("two of the account at once, both repeated").hasSize(2);
    worker.runAll();
    assertThat(worker.commit().offset()).isEqualTo(3);
  }

  /// A lane on which job 0 was begun by a worker of whom nothing was heard since.
  private void takeOverBegun(boolean alone) {
    lanes.assigned(0, 0, CommitMetadata.none(), 1);
    worker.deliver(0, 0);
    Handover handover = new Handover("here", alone);
    handover.apply(HandoverTest.started(0, "silent", worker.clock.instant().plus(MINUTE)));
    lanes.handedOver(0, 1, handover);
  }

  /// What is certain of job 0 while its attempt runs, once this was read.
  private boolean firstOnceRead(Runnable read) {
    List<Boolean> first = new ArrayList<>();
    worker.duringRun =
        () -> {
          read.run();
          try {
            first.add(
                Objects.requireNonNull(worker.watches.get(Jobs.attempt(0))).first(Duration.ZERO));
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        };
    worker.runAll();
    return first.getFirst();
  }

  @Test
  void shouldNotBeCertainToBeFirstBeforeItsOwnStartIsRead() {
    // Given
    takeOverBegun(false);

    // When
    Instant before = worker.clock.instant().minusSeconds(1);
    boolean first =
        firstOnceRead(
            () -> lanes.reported(0, HandoverTest.started(0, "here", before, before.plus(MINUTE))));

    // Then
    assertThat(first).as("an earlier start of its own tells nothing").isFalse();
  }

  @Test
  void shouldBeFirstOnceItsOwnStartIsReadAndNoOutcomeBeforeIt() {
    // Given
    takeOverBegun(false);

    // When
    Instant now = worker.clock.instant();
    boolean first =
        firstOnceRead(
            () -> lanes.reported(0, HandoverTest.started(0, "here", now, now.plus(MINUTE))));

    // Then
    assertThat(first).isTrue();
    assertThat(worker.commit().offset()).isEqualTo(1);
  }

  @Test
  void shouldStopWhatItsFormerOwnerAnsweredBeforeTheStartHereWasRead() {
    // Given
    takeOverBegun(false);

    // When
    lanes.reported(0, HandoverTest.finished(0));
    boolean first = firstOnceRead(() -> {});

    // Then
    assertThat(worker.stopped).containsExactly(StopSignal.Reason.ANSWERED_ELSEWHERE);
    assertThat(first).isFalse();
    assertThat(worker.commit().offset()).isEqualTo(1);
  }

  @Test
  void shouldNotWaitForeverForWhatCannotBeRead() {
    // Given
    takeOverBegun(false);

    // When
    boolean first =
        firstOnceRead(
            () -> {
              worker.clock.advance(Duration.ofSeconds(11));
              lanes.tick();
            });

    // Then
    assertThat(first).isTrue();
  }

  @Test
  void shouldFollowOutcomesWhileItRepeatsWhatAnotherBegan() {
    // Given
    takeOverBegun(false);

    // When
    lanes.tick();
    boolean follows = lanes.followingOutcomes().contains(0);
    worker.runAll();
    lanes.tick();

    // Then
    assertThat(follows).isTrue();
    assertThat(lanes.followingOutcomes()).isEmpty();
  }

  @Test
  void shouldBeFirstWhereNobodyElseCanBe() {
    // Given
    takeOverBegun(true);

    // When
    boolean first = firstOnceRead(() -> {});

    // Then
    assertThat(first).isTrue();
  }

  @Test
  void shouldGiveUpAJobThatWorkerAfterWorkerDiedOf() {
    // Given
    lanes.assigned(0, 0, CommitMetadata.none(), 1);
    worker.deliver(0, 0);
    Handover handover = new Handover("here", false);
    for (String former : List.of("w1", "w2", "w3")) {
      handover.apply(HandoverTest.started(0, former, worker.clock.instant().plus(MINUTE)));
    }

    // When
    lanes.handedOver(0, 1, handover);
    worker.runAll();

    // Then
    assertThat(worker.settled.get(Jobs.attempt(0))).isEqualTo(new Outcome.WorkerLost());
  }

  @Test
  void shouldCountAgainstTheAccountWhatALivingWorkerGoesOnWith() {
    // When
    takeOverWithRunning(1);

    // Then
    assertThat(worker.threads).as("one of two places is taken elsewhere").hasSize(1);
    assertThat(lanes.waiting()).isEqualTo(2);
    assertThat(lanes.followingOutcomes()).containsExactly(0);
  }

  @Test
  void shouldLeaveToItsOwnerWhatALivingWorkerGoesOnWith() {
    // Given
    takeOverWithRunning(1);

    // When
    lanes.reported(0, HandoverTest.finished(1));

    // Then
    worker.runAll();
    assertThat(worker.ran).doesNotContain(Jobs.attempt(1));
    assertThat(worker.commit().offset()).isEqualTo(3);
    lanes.tick();
    assertThat(lanes.followingOutcomes()).isEmpty();
  }

  @Test
  void shouldRepeatAParkedJobOnceItsDeadlineAndTheGraceHavePassed() {
    // Given
    takeOverWithRunning(1);
    worker.runAll();

    // When
    worker.clock.advance(MINUTE);
    lanes.tick();
    int atTheDeadline = worker.threads.size();
    worker.clock.advance(Duration.ofSeconds(10));
    lanes.tick();

    // Then
    assertThat(atTheDeadline).isZero();
    assertThat(worker.threads).hasSize(1);
    worker.runAll();
    assertThat(worker.commit().offset()).isEqualTo(3);
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
  void shouldKeepToldWhoGoesOnWhenTheLaneMovesAgain() {
    // Given
    takeOverWithRunning(1);

    // When
    Lane.Position position = Objects.requireNonNull(lanes.revoked(List.of(0)).get(0));

    // Then
    assertThat(CommitMetadata.decode(position.metadata()).elsewhere().get(1)).isTrue();
  }

  /// Three jobs left behind, of which a living worker goes on with one.
  private void takeOverWithRunning(int job) {
    OffsetTracker left = new OffsetTracker(0, CommitMetadata.none());
    for (int i = 0; i < 3; i++) {
      left.begin(i);
    }
    lanes.assigned(0, 0, left.metadata(List.of((long) job)), 3);
    worker.deliver(3);
    Handover handover = new Handover("here", false);
    handover.apply(HandoverTest.started(job, "living", worker.clock.instant().plus(MINUTE)));
    lanes.handedOver(0, 1, handover);
  }
}
