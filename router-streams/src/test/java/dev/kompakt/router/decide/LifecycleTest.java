package dev.kompakt.router.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.schemas.id.TenantId;
import dev.kompakt.schemas.record.CompactionStatus;
import dev.kompakt.schemas.record.Completion;
import dev.kompakt.schemas.record.DeadLetter;
import dev.kompakt.schemas.record.Job;
import dev.kompakt.schemas.record.Mode;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.Submission.CancelRequested;
import dev.kompakt.schemas.record.Submission.Submitted;
import dev.kompakt.schemas.record.Usage;
import dev.kompakt.schemas.record.Work;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// A compaction from its submission to its end, and what is forgotten of it.
class LifecycleTest {
  private static final Submitted SUBMITTED = Fixtures.whole(Fixtures.spans(10, 1000));
  private static final Duration LONGER_THAN_A_FAILURE_ANSWERS = Duration.ofSeconds(61);

  private final Run run = Run.of(Fixtures.NATIVE);

  @Test
  void shouldSendTheWholeHistoryWhenItCameInOneChunk() {
    // When
    run.submit(SUBMITTED);

    // Then
    Job job = run.newJob();
    assertThat(job.mode()).isEqualTo(Mode.NATIVE);
    assertThat(job.account()).isEqualTo(Fixtures.TEAM_A);
    assertThat(job.deadline()).isEqualTo(Fixtures.START.plus(Duration.ofMinutes(10)));
    assertThat(job.work())
        .isEqualTo(
            new Work.Whole(
                SUBMITTED.history().items(),
                null,
                new Work.Finish(
                    SUBMITTED.checkpoint(), SUBMITTED.history().items(), List.of(), 10)));
    assertThat(run.status().progress()).isEqualTo(new CompactionStatus.Progress(1, 0, 1, 0));
    assertThat(run.status().sequence()).isZero();
  }

  @Test
  void shouldCompleteWhenTheWholeSucceeds() {
    // Given
    run.submit(SUBMITTED);

    // When
    run.succeed(run.newJob());

    // Then
    assertThat(run.status().completion())
        .isEqualTo(new Completion.Completed(Fixtures.payload(1000, 100), new Usage(10, 0, 1, 0)));
    assertThat(run.status().expiresAt()).isEqualTo(Fixtures.START.plus(Duration.ofHours(24)));
    assertThat(run.status().progress()).isEqualTo(new CompactionStatus.Progress(1, 1, 0, 1));
    assertThat(run.manifest).isNull();
    assertThat(run.letters).isEmpty();
  }

  @Test
  void shouldCompactLocallyWhenTheProviderHasNoAccount() {
    // Given
    Run local = Run.of(Fixtures.LOCAL);

    // When
    local.submit(Fixtures.packed(Fixtures.spans(10, 100_000), 200_000));

    // Then
    Job job = local.newJob();
    assertThat(job.mode()).isEqualTo(Mode.LOCAL);
    assertThat(job.account()).isNull();
    assertThat(job.lane()).isEqualTo(Fixtures.COMPACTION.value());
    assertThat(job.work()).isInstanceOf(Work.Whole.class);
  }

  @Test
  void shouldForgetWhenTheResultExpires() {
    // Given
    run.submit(SUBMITTED);
    run.succeed(run.newJob());

    // When
    run.pass(Duration.ofHours(24));

    // Then
    assertThat(run.state).isNull();
    assertThat(run.timers).isEmpty();
  }

  @Test
  void shouldCancelWhenTheTenantAsks() {
    // Given
    run.submit(SUBMITTED);

    // When
    run.apply(run.cancel());

    // Then
    assertThat(run.status().completion()).isEqualTo(new Completion.Cancelled());
    assertThat(run.letters).isEmpty();
  }

  @Test
  void shouldNotCancelWhenAnotherTenantAsks() {
    // Given
    run.submit(SUBMITTED);
    CompactionState before = run.state();

    // When
    run.apply(
        new Event.Asked(
            new CancelRequested(Fixtures.COMPACTION, run.now, new TenantId("mallory"))));

    // Then
    assertThat(run.state()).isEqualTo(before);
  }

  @Test
  void shouldFailAndTryNoOtherWorkerWhenWorkerAfterWorkerWentAway() {
    // Given
    run.submit(SUBMITTED);

    // When
    run.finish(run.newJob(), new Outcome.WorkerLost());

    // Then
    assertThat(run.status().completion()).isInstanceOf(Completion.Failed.class);
    assertThat(run.letters)
        .extracting(DeadLetter::cause)
        .containsExactly(DeadLetter.Cause.WORKER_LOST);
    assertThat(run.newJobs()).isEmpty();
  }

  @Test
  void shouldIgnoreEventsWhenNothingIsKnownOfTheCompaction() {
    // When
    run.apply(run.cancel());
    run.apply(new Event.TimerFired(TimerKind.EXPIRY));

    // Then
    assertThat(run.state).isNull();
    assertThat(run.statuses).isEmpty();
  }

  @Test
  void shouldFailAsTimedOutWhenTheDeadlinePasses() {
    // Given
    run.submit(SUBMITTED);
    run.start(run.newJob(), "worker-1");

    // When
    run.pass(Fixtures.DEADLINE);

    // Then
    assertThat(run.status().completion())
        .isInstanceOfSatisfying(
            Completion.Failed.class,
            failed -> {
              assertThat(failed.failure().status()).isEqualTo(504);
              assertThat(failed.failure().code()).isEqualTo("compaction_timed_out");
            });
    assertThat(run.letters.getFirst().cause()).isEqualTo(DeadLetter.Cause.TIMED_OUT);
    assertThat(run.timers).containsOnlyKeys(TimerKind.EXPIRY);
  }

  @Test
  void shouldTellWhenTheProviderIsNotConfigured() {
    // Given
    Run nowhere = new Run(Settings.DEFAULT, null);

    // When
    nowhere.submit(SUBMITTED);

    // Then
    assertThat(nowhere.letters.getFirst().failure())
        .isNotNull()
        .satisfies(failure -> assertThat(failure.code()).isEqualTo("no_account"));
    nowhere.upstream = Run.upstream(Fixtures.NATIVE);
    nowhere.pass(LONGER_THAN_A_FAILURE_ANSWERS);
    nowhere.submit(Fixtures.again(SUBMITTED, nowhere.now));
    assertThat(nowhere.newJobs()).hasSize(1);
  }
}
