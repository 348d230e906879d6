package dev.kompakt.router.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.Submission.Submitted;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// Rests of accounts that refuse: how long they last, who waits for them, and what is told at last.
class RateLimitsTest {
  private static final Submitted SUBMITTED = Fixtures.whole(Fixtures.spans(10, 1000));

  @Test
  void shouldGoToAnotherAccountAtOnceWhenOneIsRateLimited() {
    // Given
    Run run = Run.of(Fixtures.NATIVE).submit(SUBMITTED);

    // When
    run.finish(run.newJob(), new Outcome.RateLimited(Duration.ofSeconds(20)));

    // Then
    assertThat(run.newJob().account()).isEqualTo(Fixtures.TEAM_B);
    assertThat(run.running().layer().nodes().getFirst().assignment().spent()).isZero();
  }

  @Test
  void shouldWaitForTheFirstAccountToRestWhenAllAreRateLimited() {
    // Given
    Run run = Run.of(Fixtures.NATIVE).submit(SUBMITTED);
    run.finish(run.newJob(), new Outcome.RateLimited(Duration.ofSeconds(40)));

    // When
    run.finish(run.newJob(), new Outcome.RateLimited(Duration.ofSeconds(20)));

    // Then
    assertThat(run.untilRetry()).isEqualTo(Duration.ofSeconds(20));
    run.pass(Duration.ofSeconds(20));
    assertThat(run.newJob().account()).isEqualTo(Fixtures.TEAM_B);
  }

  @Test
  void shouldRestLongerEachTimeWhenAnAccountKeepsRefusing() {
    // Given
    Run run = Run.of(Fixtures.ONE_ACCOUNT).submit(SUBMITTED);
    for (int i = 0; i < 5; i++) {
      run.finish(run.newJob(), new Outcome.RateLimited(Duration.ZERO));
      run.pass(Duration.ofSeconds(20));
    }

    // When
    run.finish(run.newJob(), new Outcome.RateLimited(Duration.ZERO));

    // Then
    assertThat(run.untilRetry()).isBetween(Duration.ofSeconds(15), Duration.ofSeconds(30));
  }

  @Test
  void shouldFailAtOnceWhenEveryAccountRestsBeyondTheDeadline() {
    // Given
    Run run = Run.of(Fixtures.ONE_ACCOUNT).submit(SUBMITTED);

    // When
    run.finish(run.newJob(), new Outcome.RateLimited(Duration.ofHours(1)));

    // Then
    assertThat(run.failure().status()).isEqualTo(429);
    assertThat(run.failure().code()).isEqualTo("rate_limit_exceeded");
    assertThat(run.failure().retryAfterSeconds()).isEqualTo(60);
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
    assertThat(run.failure().code()).isEqualTo("rate_limit_exceeded");
    assertThat(run.status().progress().calls()).isEqualTo(3);
  }

  @Test
  void shouldWaitWhenOneAccountIsRefusedAndTheOtherRests() {
    // Given
    Run run = Run.of(Fixtures.NATIVE).submit(SUBMITTED);
    run.finish(run.newJob(), new Outcome.Unauthorized(401, null));

    // When
    run.finish(run.newJob(), new Outcome.RateLimited(Duration.ofSeconds(9)));

    // Then
    assertThat(run.untilRetry()).isEqualTo(Duration.ofSeconds(9));
  }
}
