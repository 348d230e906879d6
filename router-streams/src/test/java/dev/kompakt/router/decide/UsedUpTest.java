package dev.kompakt.router.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.schemas.record.AccountState;
import dev.kompakt.schemas.record.AccountStatus;
import dev.kompakt.schemas.record.Completion;
import dev.kompakt.schemas.record.Failure;
import dev.kompakt.schemas.record.Job;
import dev.kompakt.schemas.record.Mode;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.Submission.Patience;
import dev.kompakt.schemas.record.Submission.Submitted;
import dev.kompakt.schemas.record.Usage;
import dev.kompakt.schemas.record.Work;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.NullSource;

/// What becomes of a compaction when the quota of its accounts is used up.
class UsedUpTest {
  private static final Submitted WHOLE = Fixtures.whole(Fixtures.spans(10, 1000));
  private static final Submitted DETACHED = Fixtures.of(WHOLE, null, Patience.DETACHED);

  private final Run run = Run.of(Fixtures.NATIVE);

  @Test
  void shouldFailWhenTheQuotaOfEveryAccountIsUsedUp() {
    // Given
    run.submit(WHOLE);
    run.finish(run.newJob(), new Outcome.QuotaExhausted(null));

    // When
    run.finish(run.newJob(), new Outcome.QuotaExhausted(run.now.plus(Duration.ofHours(3))));

    // Then
    assertThat(run.failure().status()).isEqualTo(429);
    assertThat(run.failure().type()).isEqualTo("usage_limit_reached");
    assertThat(run.failure().retryAfterSeconds()).isEqualTo(60);
  }

  @Test
  void shouldWaitWhenTheQuotaIsRenewedSoon() {
    // Given
    Run one = Run.of(Fixtures.ONE_ACCOUNT).submit(WHOLE);

    // When
    one.finish(one.newJob(), new Outcome.QuotaExhausted(one.now.plus(Duration.ofSeconds(90))));

    // Then
    one.pass(Duration.ofSeconds(89));
    assertThat(one.newJobs()).isEmpty();
    one.pass(Duration.ofSeconds(1));
    assertThat(one.newJobs()).hasSize(1);
  }

  @ParameterizedTest
  @NullSource
  @EnumSource(names = "CONNECTED")
  void shouldTellTheTrueResetWhenAllAreUsedUpAndSomebodyWaits(@Nullable Patience patience) {
    // Given
    run.exhaust(Fixtures.TEAM_A, Duration.ofHours(5));
    run.exhaust(Fixtures.TEAM_B, Duration.ofHours(3));

    // When
    run.submit(Fixtures.of(WHOLE, null, patience));

    // Then
    Failure failure = run.failure();
    assertThat(failure.status()).isEqualTo(429);
    assertThat(failure.type()).isEqualTo("usage_limit_reached");
    assertThat(failure.retryAfterSeconds()).isEqualTo(60);
    assertThat(failure.resetsAt()).isEqualTo(run.now.plus(Duration.ofHours(3)));
  }

  @Test
  void shouldWaitForTheResetWhenNobodyIsConnected() {
    // Given
    run.exhaust(Fixtures.TEAM_A, Duration.ofMinutes(20));
    run.exhaust(Fixtures.TEAM_B, Duration.ofHours(3));
    run.submit(DETACHED);

    // When
    run.pass(Duration.ofMinutes(20).minusMillis(1));

    // Then
    assertThat(run.newJobs()).isEmpty();
    run.pass(Duration.ofMillis(1));
    assertThat(run.newJob().account()).isEqualTo(Fixtures.TEAM_A);
  }

  @Test
  void shouldGoOnWithinAMinuteWhenAnAccountIsBackSooner() {
    // Given
    Run one = Run.of(Fixtures.ONE_ACCOUNT);
    one.exhaust(Fixtures.TEAM_A, Duration.ofMinutes(20));
    one.submit(DETACHED);

    // When
    one.upstream()
        .accounts()
        .learn(
            new AccountStatus(
                Fixtures.TEAM_A,
                Fixtures.PROVIDER,
                1,
                Usage.NONE,
                one.now,
                null,
                new AccountState.Active(),
                one.now.plusSeconds(1)));

    // Then
    one.pass(Duration.ofMinutes(1));
    assertThat(one.newJobs()).hasSize(1);
  }

  @Test
  void shouldFailAtOnceWhenTheResetIsBeyondTheDeadline() {
    // Given
    run.exhaust(Fixtures.TEAM_A, Duration.ofHours(5));
    run.exhaust(Fixtures.TEAM_B, Duration.ofHours(3));

    // When
    run.submit(DETACHED);

    // Then
    assertThat(run.failure().resetsAt()).isEqualTo(run.now.plus(Duration.ofHours(3)));
  }

  @Test
  void shouldCompactLocallyWhenAllAreUsedUpAndTheConfigSaysSo() {
    // Given
    Run local = new Run(Settings.DEFAULT.withLocalWhenExhausted(true), Fixtures.ONE_ACCOUNT);
    local.submit(Fixtures.packed(Fixtures.spans(3, 1000), 1000));
    local.succeed(local.newJob());
    List<Job> both = local.newJobs();
    local.finish(both.getFirst(), new Outcome.QuotaExhausted(null));
    assertThat(local.newJobs()).as("what is in flight may end first").isEmpty();

    // When
    local.finish(both.getLast(), new Outcome.QuotaExhausted(null));

    // Then
    Job job = local.newJob();
    assertThat(job.mode()).isEqualTo(Mode.LOCAL);
    assertThat(job.work()).isInstanceOf(Work.Whole.class);
    local.succeed(job);
    assertThat(local.status().completion()).isInstanceOf(Completion.Completed.class);
    assertThat(local.status().mode()).isEqualTo(Mode.LOCAL);
  }

  @Test
  void shouldLetWhatIsInFlightEndWhenNothingMoreCanBeSent() {
    // Given
    Run one = Run.of(Fixtures.ONE_ACCOUNT);
    one.submit(Fixtures.packed(Fixtures.spans(6, 1000), 1000));
    one.succeed(one.newJob());
    List<Job> parallel = one.newJobs();
    one.finish(parallel.get(0), new Outcome.QuotaExhausted(null));
    assertThat(one.status().completion()).isNull();

    // When
    parallel.subList(1, 4).forEach(one::succeed);

    // Then
    assertThat(one.failure().type()).isEqualTo("usage_limit_reached");
    assertThat(one.status().progress().done()).isEqualTo(4);
  }
}
