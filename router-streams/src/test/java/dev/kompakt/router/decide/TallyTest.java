package dev.kompakt.router.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.schemas.record.Job;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.Outcome.Transient.Cause;
import dev.kompakt.schemas.record.Submission.Submitted;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What counts as an attempt spent and as a call made.
class TallyTest {
  private static final Submitted SUBMITTED = Fixtures.whole(Fixtures.spans(10, 1000));
  private static final Outcome BROKEN = new Outcome.Transient(Cause.SERVER_ERROR, 500, null);

  @Test
  void shouldSpendAnAttemptWhenAStartedOneIsOverdue() {
    // Given
    Run run = Run.of(Fixtures.NATIVE).submit(SUBMITTED);
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
  void shouldSpendNothingWhenAnOverdueAttemptWasNeverStarted() {
    // Given
    Run run = Run.of(Fixtures.NATIVE).submit(SUBMITTED);
    run.newJob();

    // When
    run.pass(Duration.ofMinutes(10).plusSeconds(30));

    // Then
    assertThat(run.newJob().account()).isEqualTo(Fixtures.TEAM_B);
    assertThat(run.running().tally().calls()).isZero();
    assertThat(run.running().layer().nodes().getFirst().assignment().spent()).isZero();
  }

  @Test
  void shouldCountACallThatWasMadeAgainWithARenewedCredential() {
    // Given
    Run run = Run.of(Fixtures.NATIVE).submit(SUBMITTED);
    Job job = run.newJob();
    run.start(job, "worker-1").start(job, "worker-1");
    run.pass(Duration.ofSeconds(1));

    // When
    run.start(job, "worker-1").finish(job, BROKEN);

    // Then
    assertThat(run.running().tally().calls()).isEqualTo(2);
  }

  @Test
  void shouldCountTheLostCallWhenAnotherWorkerTakesOver() {
    // Given
    Run run = Run.of(Fixtures.NATIVE).submit(SUBMITTED);
    Job job = run.newJob();
    run.start(job, "worker-0").start(job, "worker-0").start(job, "worker-1");

    // When
    run.succeed(job);

    // Then
    assertThat(run.status().progress().calls()).isEqualTo(2);
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
    assertThat(run.failure().code()).isEqualTo("max_calls_exceeded");
    assertThat(run.status().progress().calls()).isEqualTo(4);
  }
}
