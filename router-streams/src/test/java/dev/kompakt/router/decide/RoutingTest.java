package dev.kompakt.router.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.bootstrap.route.Member;
import dev.kompakt.router.topology.RouterSettings;
import dev.kompakt.schemas.record.Job;
import dev.kompakt.schemas.record.LearnedLimit;
import dev.kompakt.schemas.record.LimitKey;
import dev.kompakt.schemas.record.Mode;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.Submission.Submitted;
import dev.kompakt.schemas.record.Work;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Where jobs go: accounts in turn, lanes without room, missing endpoints.
class RoutingTest {
  private static final Submitted WHOLE = Fixtures.whole(Fixtures.spans(10, 1000));
  private static final LimitKey COMPACT =
      new LimitKey(Fixtures.PROVIDER, LimitKey.Endpoint.COMPACT, "gpt-5.5");

  private final Run run = Run.of(Fixtures.NATIVE);

  @Test
  void shouldUseAccountsInTurnWhenSeveralJobsAreSent() {
    // Given
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
  void shouldTryAnotherAccountAndThenStayWhenLanesHaveNoRoom() {
    // Given
    run.submit(WHOLE);
    Job first = run.newJob();
    run.finish(first, new Outcome.Declined(run.now.plusSeconds(50)));
    Job second = run.newJob();

    // When
    run.finish(second, new Outcome.Declined(run.now.plusSeconds(20)));

    // Then
    Job third = run.newJob();
    assertThat(first.stays()).isNull();
    assertThat(second.account()).isEqualTo(Fixtures.TEAM_B);
    assertThat(second.stays()).isNull();
    assertThat(third.account()).as("has room first").isEqualTo(Fixtures.TEAM_B);
    assertThat(third.stays()).isTrue();
    Assignment assignment = run.running().layer().nodes().getFirst().assignment();
    assertThat(assignment.spent()).isZero();
    assertThat(run.running().tally().calls()).isZero();
  }

  @Test
  void shouldNotWaitForRoomWhereAnAccountRests() {
    // Given
    run.submit(WHOLE);
    run.finish(run.newJob(), new Outcome.RateLimited(Duration.ofSeconds(40)));

    // When
    run.finish(run.newJob(), new Outcome.Declined(null));

    // Then
    Job third = run.newJob();
    assertThat(third.account()).isEqualTo(Fixtures.TEAM_B);
    assertThat(third.stays()).isTrue();

    // When
    run.finish(third, new Outcome.RateLimited(Duration.ofSeconds(90)));

    // Then
    assertThat(run.newJobs()).as("both rest").isEmpty();
    run.pass(Duration.ofSeconds(40));
    assertThat(run.newJob().account()).isEqualTo(Fixtures.TEAM_A);
  }

  @Test
  void shouldPauseWhenALaneDeclinesWhatWasToStay() {
    // Given
    Run one = Run.of(Fixtures.ONE_ACCOUNT).submit(WHOLE);
    one.finish(one.newJob(), new Outcome.Declined(null));
    Job staying = one.newJob();

    // When
    one.finish(staying, new Outcome.Declined(null));

    // Then
    assertThat(staying.stays()).isTrue();
    assertThat(one.newJobs()).isEmpty();
    one.pass(Duration.ofSeconds(2));
    assertThat(one.newJob().stays()).isTrue();
  }

  @Test
  void shouldSummarizeAtOnceWhenTheEndpointIsMissing() {
    // Given
    run.submit(WHOLE);
    Job refused = run.newJob();

    // When
    run.finish(refused, new Outcome.Unsupported(404));

    // Then
    Job summary = run.newJob();
    assertThat(refused.mode()).isEqualTo(Mode.NATIVE);
    assertThat(summary.mode()).isEqualTo(Mode.SUMMARIZE);
    assertThat(run.standings.values())
        .as("it costs no account anything")
        .allSatisfy(standing -> assertThat(standing.pause()).isNull());
    Assignment assignment = run.running().layer().nodes().getFirst().assignment();
    assertThat(assignment.spent()).isZero();
    assertThat(assignment.lastAccount()).isEqualTo(summary.account());
  }

  @Test
  void shouldFailWhenTheProviderServesNeitherMode() {
    // Given
    run.submit(WHOLE).finish(run.newJob(), new Outcome.Unsupported(404));

    // When
    run.finish(run.newJob(), new Outcome.Unsupported(404));

    // Then
    assertThat(run.failure().status()).isEqualTo(400);
    assertThat(run.newJobs()).isEmpty();
  }

  @Test
  void shouldNotAskForAnEndpointThatWasMissingALittleWhileAgo() {
    // Given
    LearnedLimit.Bound unknown = LearnedLimit.Bound.UNKNOWN;
    run.limits.put(
        COMPACT,
        new LearnedLimit(
            COMPACT, unknown, unknown, run.now, run.now, run.now.plus(Duration.ofMinutes(5))));

    // When
    run.submit(WHOLE);

    // Then
    assertThat(run.newJob().mode()).isEqualTo(Mode.SUMMARIZE);
    Run later = Run.of(Fixtures.NATIVE);
    later.limits.putAll(run.limits);
    later.now = later.now.plus(Duration.ofMinutes(5));
    assertThat(later.submit(WHOLE).newJob().mode()).isEqualTo(Mode.NATIVE);
  }

  @Test
  void shouldCutWhatIsLargerThanAnyAccountMaySpend() {
    // Given
    Run small =
        Run.of(
            new RouterSettings.Provider(
                Fixtures.PROVIDER,
                Mode.NATIVE,
                List.of(new Member(Fixtures.TEAM_A, 4, 60_000, Map.of()))));

    // When
    small.submit(Fixtures.whole(Fixtures.spans(60, 10_000)));

    // Then
    Job job = small.newJob();
    assertThat(job.work()).isInstanceOf(Work.Chunk.class);
    assertThat(small.running().layer().nodes())
        .hasSizeBetween(3, 8)
        .allSatisfy(node -> assertThat(node.assignment().content().bytes()).isLessThan(240_000));
    assertThat(small.running().tally().calls()).as("refused calls").isZero();
  }
}
