package dev.kompakt.workers.lane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.workers.Jobs;
import dev.kompakt.workers.quota.Limits;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Which jobs begin, which go back, and what is committed of them.
class LanesTest {
  private final SteppedLanes worker = new SteppedLanes();
  private final Lanes lanes = worker.lanes;

  @Test
  void shouldCommitOutOfOrderAndNoteProgress() {
    // Given
    SteppedLanes.take(lanes, 0);
    worker.deliver(3);
    Runnable first = worker.threads.remove();

    // When
    worker.threads.remove().run();

    // Then
    assertThat(worker.progress).isEqualTo(1);
    Lane.Position position = worker.commit();
    assertThat(position.offset()).isZero();
    assertThat(CommitMetadata.decode(position.metadata()).finished().get(1)).isTrue();
    first.run();
    assertThat(worker.commit().offset()).isEqualTo(2);
    assertThat(lanes.toCommit()).as("nothing changed since").isEmpty();
  }

  @Test
  void shouldPassOverARecordThatIsNoJob() {
    // Given
    SteppedLanes.take(lanes, 0);

    // When
    lanes.delivered(0, 0, null, 10, Jobs.NOW);

    // Then
    assertThat(worker.commit().offset()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT5S", "PT15M"})
  void shouldSendBackAJobItsAccountDoesNotTakeSoon(Duration waited) {
    // Given
    SteppedLanes.take(lanes, 0);
    worker.deliver(3);

    // When
    worker.clock.advance(waited);
    lanes.tick();
    worker.runAll();

    // Then
    assertThat(worker.settled).containsOnly(Map.entry(Jobs.attempt(2), new Outcome.Declined(null)));
    assertThat(worker.commit().offset()).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(longs = {-300, 300})
  void shouldCountAMinuteThatPassedWhenSomebodySetsTheWallClock(long seconds) {
    // Given
    worker.limits = new Limits(10, 2, null);
    SteppedLanes.take(lanes, 0);
    worker.deliver(0, 0);
    worker.deliver(1, 1);
    worker.runAll();

    // When
    worker.step = Duration.ofSeconds(seconds);
    worker.deliver(2, 2);
    lanes.tick();
    worker.runAll();
    worker.clock.advance(Duration.ofSeconds(62));
    worker.deliver(3, 3);
    worker.runAll();

    // Then
    Instant room = Jobs.NOW.plusSeconds(62).plus(worker.step);
    assertThat(worker.settled).containsOnly(Map.entry(Jobs.attempt(2), new Outcome.Declined(room)));
    assertThat(worker.ran).containsExactly(Jobs.attempt(0), Jobs.attempt(1), Jobs.attempt(3));
  }

  @Test
  void shouldKeepAJobPendingWhenItsOutcomeIsNotRecorded() {
    // Given
    worker.recorded = false;
    SteppedLanes.take(lanes, 0);
    worker.deliver(0, 0);

    // When
    worker.runAll();

    // Then
    assertThat(worker.commit().offset()).isZero();
    assertThat(lanes.active()).isZero();
  }

  @Test
  void shouldStopReadingWhenTooMuchIsPendingAndGoOnAtHalf() {
    // Given
    SteppedLanes.take(lanes, 0);
    int offset = 0;
    while (lanes.wantsMore(0, false)) {
      worker.deliver(offset, offset);
      offset++;
    }
    int pausedAt = offset;

    // When
    int finished = 0;
    while (!lanes.wantsMore(0, true)) {
      worker.threads.remove().run();
      finished++;
    }

    // Then
    assertThat(pausedAt).isEqualTo(256);
    assertThat(finished).isEqualTo(129);
  }

  @Test
  void shouldStartNothingWhenDraining() {
    // Given
    SteppedLanes.take(lanes, 0);
    worker.deliver(3);

    // When
    lanes.drain();
    worker.runAll();

    // Then
    assertThat(worker.commit().offset()).isEqualTo(2);
    assertThat(lanes.waiting()).isEqualTo(1);
    assertThat(lanes.wantsMore(0, true)).isFalse();
  }
}
