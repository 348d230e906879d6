package dev.kompakt.router.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.router.topology.RouterSettings;
import dev.kompakt.schemas.record.Completion;
import dev.kompakt.schemas.record.DeadLetter;
import dev.kompakt.schemas.record.Failure;
import dev.kompakt.schemas.record.Job;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.Outcome.Transient.Cause;
import dev.kompakt.schemas.record.Submission.Submitted;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OutcomesTest {
  private static final Submitted SUBMITTED = Fixtures.whole(Fixtures.spans(10, 1000));
  private static final Outcome BROKEN = new Outcome.Transient(Cause.SERVER_ERROR, 500, null);

  private static Run submitted(RouterSettings.Provider provider) {
    return Run.of(provider).submit(SUBMITTED);
  }

  private static Failure failure(Run run) {
    if (run.status().completion() instanceof Completion.Failed(Failure failure)) {
      return failure;
    }
    throw new AssertionError("it has not failed: " + run.status());
  }

  private static Duration wait(Run run) {
    Instant retry = run.timers.get(TimerKind.RETRY);
    assertThat(retry).isNotNull();
    return Duration.between(run.now, retry);
  }

  @Test
  void shouldTryAnotherAccountAfterAPauseWhenAnAttemptFailsTransiently() {
    // Given
    Run run = submitted(Fixtures.NATIVE);

    // When
    run.finish(run.newJob(), BROKEN);

    // Then
    assertThat(run.newJobs()).isEmpty();
    assertThat(wait(run)).isBetween(Duration.ofMillis(500), Duration.ofSeconds(1));
    run.pass(Duration.ofSeconds(1));
    Job second = run.newJob();
    assertThat(second.account()).isEqualTo(Fixtures.TEAM_B);
    assertThat(second.attempt().number()).isEqualTo(2);
  }

  @Test
  void shouldDoubleThePauseWithEachFailedAttempt() {
    // Given
    Run run = submitted(Fixtures.ONE_ACCOUNT);

    for (int i = 0; i < Settings.DEFAULT.attemptsPerJob() - 1; i++) {
      // When
      run.finish(run.newJob(), BROKEN);

      // Then
      Duration ceiling = Duration.ofSeconds(1L << i);
      assertThat(wait(run)).isBetween(ceiling.dividedBy(2), ceiling);
      run.pass(ceiling);
    }
  }

  @Test
  void shouldWaitAsLongAsAskedWhenRetryAfterIsLonger() {
    // Given
    Run run = submitted(Fixtures.ONE_ACCOUNT);

    // When
    run.finish(run.newJob(), new Outcome.Transient(Cause.OVERLOADED, 503, Duration.ofSeconds(17)));

    // Then
    assertThat(wait(run)).isEqualTo(Duration.ofSeconds(17));
  }

  @ParameterizedTest
  @CsvSource({
    "OVERLOADED,503,server_is_overloaded",
    "SERVER_ERROR,502,upstream_error",
    "TOTAL_TIMEOUT,502,upstream_error"
  })
  void shouldFailAsUnavailableWhenAllAttemptsFail(Cause cause, int status, String code) {
    // Given
    Run run = submitted(Fixtures.ONE_ACCOUNT);

    // When
    for (int i = 0; i < Settings.DEFAULT.attemptsPerJob(); i++) {
      run.finish(run.newJob(), new Outcome.Transient(cause, 500, null));
      run.pass(Duration.ofSeconds(31));
    }

    // Then
    assertThat(failure(run).status()).isEqualTo(status);
    assertThat(failure(run).code()).isEqualTo(code);
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
    Run run = submitted(Fixtures.ONE_ACCOUNT);

    // When
    for (int i = 0; i < Settings.DEFAULT.attemptsPerJob(); i++) {
      run.finish(run.newJob(), new Outcome.Malformed(Outcome.Malformed.Fault.NOT_JSON));
      run.pass(Duration.ofSeconds(31));
    }

    // Then
    assertThat(failure(run).status()).isEqualTo(502);
    assertThat(failure(run).code()).isEqualTo("upstream_malformed");
  }

  @Test
  void shouldGoToAnotherAccountAtOnceWhenOneIsRateLimited() {
    // Given
    Run run = submitted(Fixtures.NATIVE);

    // When
    run.finish(run.newJob(), new Outcome.RateLimited(Duration.ofSeconds(20)));

    // Then
    assertThat(run.newJob().account()).isEqualTo(Fixtures.TEAM_B);
    assertThat(run.running().layer().nodes().getFirst().assignment().spent()).isZero();
  }

  @Test
  void shouldWaitForTheFirstAccountToRestWhenAllAreRateLimited() {
    // Given
    Run run = submitted(Fixtures.NATIVE);
    run.finish(run.newJob(), new Outcome.RateLimited(Duration.ofSeconds(40)));

    // When
    run.finish(run.newJob(), new Outcome.RateLimited(Duration.ofSeconds(20)));

    // Then
    assertThat(wait(run)).isEqualTo(Duration.ofSeconds(20));
    run.pass(Duration.ofSeconds(20));
    assertThat(run.newJob().account()).isEqualTo(Fixtures.TEAM_B);
  }

  @Test
  void shouldRestLongerEachTimeWhenAnAccountKeepsRefusing() {
    // Given
    Run run = submitted(Fixtures.ONE_ACCOUNT);
    for (int i = 0; i < 5; i++) {
      run.finish(run.newJob(), new Outcome.RateLimited(Duration.ZERO));
      run.pass(Duration.ofSeconds(20));
    }

    // When
    run.finish(run.newJob(), new Outcome.RateLimited(Duration.ZERO));

    // Then
    assertThat(wait(run)).isBetween(Duration.ofSeconds(15), Duration.ofSeconds(30));
  }

  @Test
  void shouldFailAtOnceWhenEveryAccountRestsBeyondTheDeadline() {
    // Given
    Run run = submitted(Fixtures.ONE_ACCOUNT);

    // When
    run.finish(run.newJob(), new Outcome.RateLimited(Duration.ofHours(1)));

    // Then
    assertThat(failure(run).status()).isEqualTo(429);
    assertThat(failure(run).code()).isEqualTo("rate_limit_exceeded");
    assertThat(failure(run).retryAfterSeconds()).isEqualTo(60);
  }

  @Test
  void shouldTellTheLimitWhenCallsAreUsedUpByRateLimits() {
    // Given
    Run run = new Run(Settings.DEFAULT.withCalls(4, 3), Fixtures.ONE_ACCOUNT).submit(SUBMITTED);

    // When
    for (int i = 0; i < 3; i++) {
      run.finish(run.newJob(), new Outcome.RateLimited(Duration.ofSeconds(5)));
      run.pass(Duration.ofSeconds(5));
    }

    // Then
    assertThat(failure(run).code()).isEqualTo("rate_limit_exceeded");
    assertThat(run.status().progress().calls()).isEqualTo(3);
  }

  @Test
  void shouldFailWhenTheQuotaOfEveryAccountIsUsedUp() {
    // Given
    Run run = submitted(Fixtures.NATIVE);
    run.finish(run.newJob(), new Outcome.QuotaExhausted(null));

    // When
    run.finish(run.newJob(), new Outcome.QuotaExhausted(run.now.plus(Duration.ofHours(3))));

    // Then
    assertThat(failure(run).status()).isEqualTo(429);
    assertThat(failure(run).type()).isEqualTo("usage_limit_reached");
    assertThat(failure(run).retryAfterSeconds()).isEqualTo(60);
  }

  @Test
  void shouldWaitWhenTheQuotaIsRenewedSoon() {
    // Given
    Run run = submitted(Fixtures.ONE_ACCOUNT);

    // When
    run.finish(run.newJob(), new Outcome.QuotaExhausted(run.now.plus(Duration.ofSeconds(90))));

    // Then
    run.pass(Duration.ofSeconds(89));
    assertThat(run.newJobs()).isEmpty();
    run.pass(Duration.ofSeconds(1));
    assertThat(run.newJobs()).hasSize(1);
  }

  @Test
  void shouldNotShowTheAccountsOwnErrorWhenEveryCredentialIsRefused() {
    // Given
    Run run = submitted(Fixtures.NATIVE);
    run.finish(run.newJob(), new Outcome.Unauthorized(401, null));

    // When
    run.finish(run.newJob(), new Outcome.Unauthorized(403, null));

    // Then
    assertThat(failure(run).status()).isEqualTo(503);
    assertThat(failure(run).code()).isEqualTo("no_account");
    assertThat(run.letters.getFirst().cause()).isEqualTo(DeadLetter.Cause.UNAUTHORIZED);
  }

  @Test
  void shouldWaitWhenOneAccountIsRefusedAndTheOtherRests() {
    // Given
    Run run = submitted(Fixtures.NATIVE);
    run.finish(run.newJob(), new Outcome.Unauthorized(401, null));

    // When
    run.finish(run.newJob(), new Outcome.RateLimited(Duration.ofSeconds(9)));

    // Then
    assertThat(wait(run)).isEqualTo(Duration.ofSeconds(9));
  }

  @ParameterizedTest
  @CsvSource({
    "400,400", "422,422", "401,400", "404,400", "413,400", "429,400", "302,400", "500,400"
  })
  void shouldFailWithAClientErrorWhenTheRequestIsRejected(int upstream, int shown) {
    // Given
    Run run = submitted(Fixtures.NATIVE);

    // When
    run.finish(run.newJob(), new Outcome.Rejected(upstream, "invalid_value", "input[3].role"));

    // Then
    assertThat(failure(run).status()).isEqualTo(shown);
    assertThat(failure(run).code()).isEqualTo("invalid_value");
    assertThat(failure(run).message()).contains("input[3].role");
    assertThat(run.newJobs()).isEmpty();
  }

  @Test
  void shouldNotShowACodeThatIsNoPlainWord() {
    // Given
    Run run = submitted(Fixtures.NATIVE);

    // When
    run.finish(run.newJob(), new Outcome.Rejected(400, "my secret: <b>", null));

    // Then
    assertThat(failure(run).code()).isEqualTo("request_rejected");
    assertThat(failure(run).message()).doesNotContain("secret");
  }

  @Test
  void shouldChangeNothingWhenAnOutcomeIsDeliveredAgain() {
    // Given
    Run run = submitted(Fixtures.NATIVE);
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

  @Test
  void shouldSpendAnAttemptWhenAStartedOneIsOverdue() {
    // Given
    Run run = submitted(Fixtures.NATIVE);
    run.start(run.newJob(), "worker-1");

    // When
    run.pass(Duration.ofMinutes(10).plusSeconds(30));

    // Then
    run.pass(Duration.ofSeconds(1));
    assertThat(run.newJob().attempt().number()).isEqualTo(2);
    assertThat(run.running().tally().calls()).isEqualTo(1);
    assertThat(run.running().layer().nodes().getFirst().assignment().spent()).isEqualTo(1);
  }

  @Test
  void shouldCountACallThatWasMadeAgainWithARenewedCredential() {
    // Given
    Run run = submitted(Fixtures.NATIVE);
    Job job = run.newJob();
    run.start(job, "worker-1").start(job, "worker-1");
    run.pass(Duration.ofSeconds(1));

    // When
    run.start(job, "worker-1").finish(job, BROKEN);

    // Then
    assertThat(run.running().tally().calls()).isEqualTo(2);
  }

  @Test
  void shouldSpendNothingWhenAnOverdueAttemptWasNeverStarted() {
    // Given
    Run run = submitted(Fixtures.NATIVE);
    run.newJob();

    // When
    run.pass(Duration.ofMinutes(10).plusSeconds(30));

    // Then
    assertThat(run.newJob().account()).isEqualTo(Fixtures.TEAM_B);
    assertThat(run.running().tally().calls()).isZero();
    assertThat(run.running().layer().nodes().getFirst().assignment().spent()).isZero();
  }

  @Test
  void shouldCountTheLostCallWhenAnotherWorkerTakesOver() {
    // Given
    Run run = submitted(Fixtures.NATIVE);
    Job job = run.newJob();
    run.start(job, "worker-0").start(job, "worker-0").start(job, "worker-1");

    // When
    run.succeed(job);

    // Then
    assertThat(run.status().progress().calls()).isEqualTo(2);
  }

  @Test
  void shouldUseAccountsInTurnWhenSeveralJobsAreSent() {
    // Given
    Run run = Run.of(Fixtures.NATIVE);
    run.submit(Fixtures.packed(Fixtures.spans(9, 1000), 1000));

    // When
    run.succeed(run.newJob());

    // Then
    assertThat(run.newJobs())
        .extracting(Job::account)
        .containsExactly(Fixtures.TEAM_B, Fixtures.TEAM_A, Fixtures.TEAM_A, Fixtures.TEAM_B);
    assertThat(List.copyOf(run.standings.values()))
        .allSatisfy(standing -> assertThat(standing.inFlight()).isEqualTo(2));
  }

  @Test
  void shouldLetWhatIsInFlightEndWhenNothingMoreCanBeSent() {
    // Given
    Run run = Run.of(Fixtures.ONE_ACCOUNT);
    run.submit(Fixtures.packed(Fixtures.spans(6, 1000), 1000));
    run.succeed(run.newJob());
    List<Job> parallel = run.newJobs();
    run.finish(parallel.get(0), new Outcome.QuotaExhausted(null));
    assertThat(run.status().completion()).isNull();

    // When
    parallel.subList(1, 4).forEach(run::succeed);

    // Then
    assertThat(failure(run).type()).isEqualTo("usage_limit_reached");
    assertThat(run.status().progress().done()).isEqualTo(4);
  }

  @Test
  void shouldNotSpendTheLastCallTwiceWhenOneInFlightWasMadeTwice() {
    // Given
    Run run = new Run(Settings.DEFAULT.withCalls(2, 4), Fixtures.ONE_ACCOUNT);
    run.submit(Fixtures.packed(Fixtures.spans(4, 1000), 1000));
    run.succeed(run.newJob());
    List<Job> parallel = run.newJobs();
    run.start(parallel.get(0), "worker-0").start(parallel.get(0), "worker-1");

    // When
    run.succeed(parallel.get(1));

    // Then
    assertThat(run.newJobs()).isEmpty();
    run.succeed(parallel.get(0));
    assertThat(failure(run).code()).isEqualTo("max_calls_exceeded");
    assertThat(run.status().progress().calls()).isEqualTo(4);
  }
}
