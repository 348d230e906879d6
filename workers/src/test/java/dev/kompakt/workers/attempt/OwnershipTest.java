package dev.kompakt.workers.attempt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.schemas.record.AttemptEvent;
import dev.kompakt.schemas.record.Mode;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.workers.stop.StopSignal;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What is done and reported of a job that may have gone to another worker.
@Timeout(30)
class OwnershipTest {
  @AutoClose private final LoneWorker worker;

  OwnershipTest(@TempDir Path directory) throws IOException {
    worker = new LoneWorker(directory);
  }

  @Test
  void shouldMakeNoCallWhenTheLaneWentWhileTheStartWasReported() {
    // Given
    worker.reported = worker.stop::abandonBeforeCall;

    // When
    boolean recorded = worker.run(worker.job(Mode.NATIVE));

    // Then
    assertThat(recorded).isFalse();
    assertThat(worker.watch.told).last().isEqualTo("over false null");
    assertThat(worker.provider.connections()).isZero();
  }

  @Test
  void shouldMakeNoCallAndSaySoWhenAFormerOwnerAnsweredFirst() {
    // Given
    worker.watch.first =
        () -> {
          worker.stop.stop(StopSignal.Reason.ANSWERED_ELSEWHERE);
          return false;
        };

    // When
    boolean recorded = worker.run(worker.job(Mode.NATIVE));

    // Then
    assertThat(recorded).isTrue();
    assertThat(worker.finished().outcome()).isEqualTo(new Outcome.Cancelled());
    assertThat(worker.finished().called()).isFalse();
    assertThat(worker.provider.connections()).isZero();
  }

  @Test
  void shouldReportNothingOfAnAbandonedAttempt() {
    // Given
    worker.answer =
        request -> {
          worker.stop.stop(StopSignal.Reason.ABANDONED);
          request.awaitLeft();
        };

    // When
    boolean recorded = worker.run(worker.job(Mode.NATIVE));

    // Then
    assertThat(recorded).isFalse();
    assertThat(worker.events).hasSize(1);
  }

  @Test
  void shouldReportNoFailureOfAJobThatWentToAnotherWorker() {
    // Given
    worker.answer = request -> request.respond(500, "", "");
    goesAway(StopSignal.Reason.ABANDONED);

    // When
    boolean recorded = worker.run(worker.job(Mode.NATIVE));

    // Then
    assertThat(recorded).isFalse();
    assertThat(worker.events).hasOnlyElementsOfType(AttemptEvent.AttemptStarted.class);
  }

  @Test
  void shouldReportAResultThoughItsJobMayBeAnothers() {
    // Given
    goesAway(null);

    // When
    boolean recorded = worker.run(worker.job(Mode.NATIVE));

    // Then
    assertThat(recorded).isTrue();
    assertThat(worker.finished().outcome()).isInstanceOf(Outcome.Succeeded.class);
  }

  @Test
  void shouldSettleNothingForAnotherWorker() {
    // Given
    worker.watch.told.add("sent");
    goesAway(StopSignal.Reason.ABANDONED);

    // When
    boolean recorded = worker.settle(worker.job(Mode.NATIVE), new Outcome.Declined(null));

    // Then
    assertThat(recorded).isFalse();
    assertThat(worker.events).isEmpty();
  }

  /// Once the request is sent, it is never certain again whose job it is.
  private void goesAway(StopSignal.@Nullable Reason reason) {
    worker.watch.owned =
        () -> {
          boolean sent = worker.watch.told.contains("sent");
          if (sent && reason != null) {
            worker.stop.stop(reason);
          }
          return !sent;
        };
  }
}
