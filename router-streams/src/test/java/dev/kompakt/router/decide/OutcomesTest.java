package dev.kompakt.router.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.schemas.record.DeadLetter;
import dev.kompakt.schemas.record.Job;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.Outcome.Transient.Cause;
import dev.kompakt.schemas.record.Submission.Submitted;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What is done about a job whose attempt failed.
class OutcomesTest {
  private static final Submitted SUBMITTED = Fixtures.whole(Fixtures.spans(10, 1000));
  private static final Outcome BROKEN = new Outcome.Transient(Cause.SERVER_ERROR, 500, null);

  @Test
  void shouldTryAnotherAccountAfterAPauseWhenAnAttemptFailsTransiently() {
    // Given
    Run run = Run.of(Fixtures.NATIVE).submit(SUBMITTED);

    // When
    run.finish(run.newJob(), BROKEN);

    // Then
    assertThat(run.newJobs()).isEmpty();
    assertThat(run.untilRetry()).isBetween(Duration.ofMillis(500), Duration.ofSeconds(1));
    run.pass(Duration.ofSeconds(1));
    Job second = run.newJob();
    assertThat(second.account()).isEqualTo(Fixtures.TEAM_B);
    assertThat(second.attempt().number()).isEqualTo(2);
  }

  @Test
  void shouldDoubleThePauseWithEachFailedAttempt() {
    // Given
    Run run = Run.of(Fixtures.ONE_ACCOUNT).submit(SUBMITTED);

    for (int i = 0; i < Settings.DEFAULT.attemptsPerJob() - 1; i++) {
      // When
      run.finish(run.newJob(), BROKEN);

      // Then
      Duration ceiling = Duration.ofSeconds(1L << i);
      assertThat(run.untilRetry()).isBetween(ceiling.dividedBy(2), ceiling);
      run.pass(ceiling);
    }
  }

  @Test
  void shouldWaitAsLongAsAskedWhenRetryAfterIsLonger() {
    // Given
    Run run = Run.of(Fixtures.ONE_ACCOUNT).submit(SUBMITTED);

    // When
    run.finish(run.newJob(), new Outcome.Transient(Cause.OVERLOADED, 503, Duration.ofSeconds(17)));

    // Then
    assertThat(run.untilRetry()).isEqualTo(Duration.ofSeconds(17));
  }

  @ParameterizedTest
  @CsvSource({
    "OVERLOADED,503,server_is_overloaded",
    "SERVER_ERROR,502,upstream_error",
    "TOTAL_TIMEOUT,502,upstream_error"
  })
  void shouldFailAsUnavailableWhenAllAttemptsFail(Cause cause, int status, String code) {
    // Given
    Run run = Run.of(Fixtures.ONE_ACCOUNT).submit(SUBMITTED);

    // When
    for (int i = 0; i < Settings.DEFAULT.attemptsPerJob(); i++) {
      run.finish(run.newJob(), new Outcome.Transient(cause, 500, null));
      run.pass(Duration.ofSeconds(31));
    }

    // Then
    assertThat(run.failure().status()).isEqualTo(status);
    assertThat(run.failure().code()).isEqualTo(code);
    assertThat(run.letters)
        .singleElement()
        .satisfies(
            letter -> {
              assertThat(letter.cause()).isEqualTo(DeadLetter.Cause.UPSTREAM_UNAVAILABLE);
              assertThat(letter.attempts()).isEqualTo(5);
              assertThat(letter.calls()).isEqualTo(5);
            });
  }

  @Test
  void shouldFailAsMalformedWhenNoAnswerIsAResult() {
    // Given
    Run run = Run.of(Fixtures.ONE_ACCOUNT).submit(SUBMITTED);

    // When
    for (int i = 0; i < Settings.DEFAULT.attemptsPerJob(); i++) {
      run.finish(run.newJob(), new Outcome.Malformed(Outcome.Malformed.Fault.NOT_JSON));
      run.pass(Duration.ofSeconds(31));
    }

    // Then
    assertThat(run.failure().status()).isEqualTo(502);
    assertThat(run.failure().code()).isEqualTo("upstream_malformed");
  }

  @Test
  void shouldNotShowTheAccountsOwnErrorWhenEveryCredentialIsRefused() {
    // Given
    Run run = Run.of(Fixtures.NATIVE).submit(SUBMITTED);
    run.finish(run.newJob(), new Outcome.Unauthorized(401, null));

    // When
    run.finish(run.newJob(), new Outcome.Unauthorized(403, null));

    // Then
    assertThat(run.failure().status()).isEqualTo(503);
    assertThat(run.failure().code()).isEqualTo("no_account");
    assertThat(run.letters.getFirst().cause()).isEqualTo(DeadLetter.Cause.UNAUTHORIZED);
  }

  @ParameterizedTest
  @CsvSource({
    "400,400", "422,422", "401,400", "404,400", "413,400", "429,400", "302,400", "500,400"
  })
  void shouldFailWithAClientErrorWhenTheRequestIsRejected(int upstream, int shown) {
    // Given
    Run run = Run.of(Fixtures.NATIVE).submit(SUBMITTED);

    // When
    run.finish(run.newJob(), new Outcome.Rejected(upstream, "invalid_value", "input[3].role"));

    // Then
    assertThat(run.failure().status()).isEqualTo(shown);
    assertThat(run.failure().code()).isEqualTo("invalid_value");
    assertThat(run.failure().message()).contains("input[3].role");
    assertThat(run.newJobs()).isEmpty();
  }

  @Test
  void shouldNotShowACodeThatIsNoPlainWord() {
    // Given
    Run run = Run.of(Fixtures.NATIVE).submit(SUBMITTED);

    // When
    run.finish(run.newJob(), new Outcome.Rejected(400, "my secret: <b>", null));

    // Then
    assertThat(run.failure().code()).isEqualTo("request_rejected");
    assertThat(run.failure().message()).doesNotContain("secret");
  }

  @Test
  void shouldChangeNothingWhenAnOutcomeIsDeliveredAgain() {
    // Given
    Run run = Run.of(Fixtures.NATIVE).submit(SUBMITTED);
    Job first = run.newJob();
    run.finish(first, BROKEN);
    run.pass(Duration.ofSeconds(1));
    run.newJobs();
    CompactionState before = run.state();

    // When
    run.finish(first, BROKEN).succeed(first).start(first, "worker-9");

    // Then
    assertThat(run.state()).isEqualTo(before);
  }
}
