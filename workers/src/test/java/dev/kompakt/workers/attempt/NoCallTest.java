package dev.kompakt.workers.attempt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.schemas.record.AttemptEvent;
import dev.kompakt.schemas.record.LearnedLimit;
import dev.kompakt.schemas.record.LimitKey;
import dev.kompakt.schemas.record.Mode;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.Outcome.TooLarge.Unit;
import dev.kompakt.workers.Jobs;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// When an attempt ends without a call.
@Timeout(30)
class NoCallTest {
  @AutoClose private final LoneWorker worker;

  NoCallTest(@TempDir Path directory) throws IOException {
    worker = new LoneWorker(directory);
  }

  @Test
  void shouldMakeNoCallTheQuotaHasNoRoomFor() {
    // Given
    worker.watch.room = false;

    // When
    worker.run(worker.job(Mode.NATIVE));

    // Then
    assertThat(worker.finished().outcome()).isEqualTo(new Outcome.Declined(null));
    assertThat(worker.events).hasSize(1);
    assertThat(worker.watch.told).last().isEqualTo("over false null");
    assertThat(worker.provider.connections()).isZero();
  }

  @Test
  void shouldMakeNoCallForASizeThatIsKnownToBeRefused() {
    // Given
    learned(new LearnedLimit.Bound(10L, 50L), LearnedLimit.Bound.UNKNOWN);

    // When
    worker.run(worker.job(Mode.NATIVE));

    // Then
    AttemptEvent.AttemptFinished finished = worker.finished();
    assertThat(worker.events).hasSize(1);
    assertThat(finished.called()).isFalse();
    assertThat(finished.outcome())
        .isEqualTo(new Outcome.TooLarge(Unit.BYTES, finished.wireBytes(), 50L));
    assertThat(worker.provider.connections()).isZero();
  }

  @Test
  void shouldCallAgainOnceWhatWasLearnedHasExpired() {
    // Given
    learned(LearnedLimit.Bound.UNKNOWN, new LearnedLimit.Bound(null, 1L));
    worker.clock.advance(Duration.ofMinutes(1));
    worker.answer = request -> request.respond(413, "", "");

    // When
    worker.run(worker.job(Mode.NATIVE));

    // Then
    assertThat(worker.finished().called()).isTrue();
    assertThat(worker.finished().outcome())
        .isEqualTo(new Outcome.TooLarge(Unit.BYTES, worker.finished().wireBytes(), null));
  }

  private void learned(LearnedLimit.Bound bytes, LearnedLimit.Bound tokens) {
    LimitKey key = new LimitKey(Jobs.PROVIDER, LimitKey.Endpoint.COMPACT, "gpt-5.5");
    worker.limits.put(
        key, new LearnedLimit(key, bytes, tokens, Jobs.NOW, Jobs.NOW.plusSeconds(60), null));
  }

  @Test
  void shouldDeclineAJobWhoseDeadlineHasPassed() {
    // Given
    worker.clock.advance(Duration.ofMinutes(15));

    // When
    worker.run(worker.job(Mode.NATIVE));

    // Then
    assertThat(worker.finished().outcome()).isEqualTo(new Outcome.Declined(null));
    assertThat(worker.provider.connections()).isZero();
  }

  @Test
  void shouldLeaveTheJobPendingWhenItCloses() {
    // Given
    worker.refuseReports.set(Integer.MAX_VALUE);
    worker.closing.close();

    // When
    boolean recorded = worker.run(worker.job(Mode.NATIVE));

    // Then
    assertThat(recorded).isFalse();
    assertThat(worker.provider.connections()).isZero();
  }
}
