package dev.kompakt.router.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.schemas.record.CompactionStatus;
import dev.kompakt.schemas.record.Completion;
import dev.kompakt.schemas.record.DeadLetter;
import dev.kompakt.schemas.record.Job;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.Submission.Submitted;
import dev.kompakt.schemas.record.Work;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What the same request does when it comes again: attach, repeat the answer, or go on.
class SubmittedAgainTest {
  private static final Submitted SUBMITTED = Fixtures.whole(Fixtures.spans(10, 1000));
  private static final Duration LONGER_THAN_A_FAILURE_ANSWERS = Duration.ofSeconds(61);

  private final Run run = Run.of(Fixtures.NATIVE);

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
  void shouldNotCancelAgainWhenTheRequestIsDeliveredAfterResuming() {
    // Given
    run.submit(SUBMITTED);
    Event cancel = run.cancel();
    run.apply(cancel);
    run.pass(Duration.ofSeconds(5));
    run.submit(Fixtures.again(SUBMITTED, run.now));

    // When
    run.apply(cancel);

    // Then
    assertThat(run.running()).isNotNull();
  }
}
