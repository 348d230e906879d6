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

class LifecycleTest {
  private static final Submitted SUBMITTED = Fixtures.whole(Fixtures.spans(10, 1000));

  private static final Duration LONGER_THAN_A_FAILURE_ANSWERS = Duration.ofSeconds(61);

  private final Run run = Run.of(Fixtures.NATIVE);

  private static Event cancel(Run run) {
    return new Event.Asked(new CancelRequested(Fixtures.COMPACTION, run.now, Fixtures.TENANT));
  }

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
  void shouldAttachWhenTheSameRequestComesWhileRunning() {
    // Given
    run.submit(SUBMITTED);
    run.newJobs();
    CompactionState before = run.state();

    // When
    run.submit(Fixtures.again(SUBMITTED, run.now.plusSeconds(5)));

    // Then
    assertThat(run.state()).isEqualTo(before);
    assertThat(run.newJobs()).isEmpty();
    assertThat(run.statuses).hasSize(2);
    assertThat(run.statuses.get(1)).isEqualTo(run.statuses.get(0));
  }

  @Test
  void shouldRepeatTheResultWhenTheSameRequestComesAfterCompletion() {
    // Given
    run.submit(SUBMITTED);
    run.succeed(run.newJob());
    CompactionStatus completed = run.status();
    run.pass(Duration.ofHours(3));

    // When
    run.submit(Fixtures.again(SUBMITTED, run.now));

    // Then
    assertThat(run.newJobs()).isEmpty();
    assertThat(run.status()).isEqualTo(completed);
  }

  @Test
  void shouldStartAnewWhenTheSameRequestComesAfterExpiry() {
    // Given
    run.submit(SUBMITTED);
    run.succeed(run.newJob());
    run.now = run.now.plus(Duration.ofHours(25));

    // When
    run.submit(Fixtures.again(SUBMITTED, run.now));

    // Then
    assertThat(run.newJobs()).hasSize(1);
    assertThat(run.status().completion()).isNull();
    assertThat(run.status().sequence()).isEqualTo(2);
  }

  @Test
  void shouldCancelWhenTheTenantAsks() {
    // Given
    run.submit(SUBMITTED);

    // When
    run.apply(cancel(run));

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
  void shouldNotCancelAgainWhenTheRequestIsDeliveredAfterResuming() {
    // Given
    run.submit(SUBMITTED);
    Event cancel = cancel(run);
    run.apply(cancel);
    run.pass(Duration.ofSeconds(5));
    run.submit(Fixtures.again(SUBMITTED, run.now));

    // When
    run.apply(cancel);

    // Then
    assertThat(run.running()).isNotNull();
  }

  @Test
  void shouldGoOnFromWhatIsDoneWhenSubmittedAgainAfterFailure() {
    // Given
    Submitted submitted = Fixtures.packed(Fixtures.spans(8, 100_000), 200_010);
    run.submit(submitted);
    run.succeed(run.newJob());
    List<Job> rest = run.newJobs();
    assertThat(rest).hasSize(3);
    run.succeed(rest.get(0));
    run.finish(rest.get(1), new Outcome.Rejected(422, "bad_thing", null));
    assertThat(run.status().completion()).isInstanceOf(Completion.Failed.class);
    run.succeed(rest.get(2));
    run.pass(LONGER_THAN_A_FAILURE_ANSWERS);

    // When
    run.submit(Fixtures.again(submitted, run.now));

    // Then
    Job again = run.newJob();
    assertThat(again.attempt().job()).isEqualTo(rest.get(1).attempt().job());
    assertThat(again.attempt().number()).isEqualTo(2);
    run.succeed(again);
    assertThat(run.newJob().work())
        .isInstanceOfSatisfying(
            Work.Merge.class, merge -> assertThat(merge.summaries()).hasSize(4));
  }

  @Test
  void shouldRepeatTheFailureWhenAClientTriesAgainWithinAMinute() {
    // Given
    run.submit(SUBMITTED);
    for (int i = 0; i < Settings.DEFAULT.attemptsPerJob(); i++) {
      run.finish(
          run.newJob(),
          new Outcome.Transient(Outcome.Transient.Cause.OVERLOADED, 503, Duration.ofSeconds(2)));
      run.pass(i + 1 < Settings.DEFAULT.attemptsPerJob() ? Duration.ofSeconds(30) : Duration.ZERO);
    }
    CompactionState failed = run.state();
    CompactionStatus status = run.status();
    int tries = 15;

    for (int i = 0; i < tries; i++) {
      // When
      run.pass(Duration.ofSeconds(4));
      run.submit(Fixtures.again(SUBMITTED, run.now));

      // Then
      assertThat(run.newJobs()).isEmpty();
      assertThat(run.state()).isEqualTo(failed);
      assertThat(run.status()).isEqualTo(status);
    }
    assertThat(run.statuses.stream().filter(status::equals)).hasSize(1 + tries);

    // When
    run.pass(Duration.ofSeconds(1));
    run.submit(Fixtures.again(SUBMITTED, run.now));

    // Then
    assertThat(run.newJobs()).hasSize(1);
    assertThat(run.status().completion()).isNull();
  }

  @Test
  void shouldGoOnWhenTheTimeThatWasToldHasPassed() {
    // Given
    Run few = new Run(Settings.DEFAULT.withCalls(1, 1), Fixtures.ONE_ACCOUNT);
    few.submit(SUBMITTED);
    few.finish(few.newJob(), new Outcome.RateLimited(Duration.ofSeconds(9)));
    assertThat(few.letters.getFirst().failure())
        .isNotNull()
        .satisfies(failure -> assertThat(failure.retryAfterSeconds()).isEqualTo(9));

    // When
    few.pass(Duration.ofSeconds(8));
    few.submit(Fixtures.again(SUBMITTED, few.now));
    Completion early = few.status().completion();
    few.pass(Duration.ofSeconds(2));
    few.submit(Fixtures.again(SUBMITTED, few.now));

    // Then
    assertThat(early).isInstanceOf(Completion.Failed.class);
    assertThat(few.newJobs()).hasSize(1);
  }

  @Test
  void shouldReadTheFreshPayloadWhenSubmittedAgain() {
    // Given
    run.submit(SUBMITTED);
    run.finish(run.newJob(), new Outcome.Rejected(400, null, null));
    run.pass(LONGER_THAN_A_FAILURE_ANSWERS);

    // When
    Submitted again = Fixtures.again(SUBMITTED, run.now);
    run.submit(again);

    // Then
    assertThat(run.newJob().envelope()).isEqualTo(again.history().envelope());
    assertThat(run.manifest).isEqualTo(again);
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
  void shouldStartAnewWhenSubmittedAgainAfterItsPayloadWasLost() {
    // Given
    run.submit(SUBMITTED);
    Job lost = run.newJob();
    run.finish(lost, new Outcome.PayloadLost());
    assertThat(run.letters.getFirst().cause()).isEqualTo(DeadLetter.Cause.PAYLOAD_LOST);
    run.pass(Duration.ofSeconds(5));

    // When
    run.submit(Fixtures.again(SUBMITTED, run.now));

    // Then
    assertThat(run.newJob().attempt().job().number()).isGreaterThan(lost.attempt().job().number());
  }

  @Test
  void shouldStayFailedWhenASubmissionOfTheFailedRunIsDeliveredAgain() {
    // Given
    run.submit(SUBMITTED);
    run.finish(run.newJob(), new Outcome.Rejected(400, null, null));
    CompactionState failed = run.state();
    run.pass(LONGER_THAN_A_FAILURE_ANSWERS);

    // When
    run.submit(SUBMITTED);

    // Then
    assertThat(run.state()).isEqualTo(failed);
    assertThat(run.newJobs()).isEmpty();
  }

  @Test
  void shouldIgnoreEventsWhenNothingIsKnownOfTheCompaction() {
    // When
    run.apply(cancel(run));
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
