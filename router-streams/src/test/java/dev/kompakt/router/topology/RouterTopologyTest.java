package dev.kompakt.router.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.bootstrap.observe.Meters;
import dev.kompakt.bootstrap.route.Policy;
import dev.kompakt.router.decide.Fixtures;
import dev.kompakt.router.decide.Settings;
import dev.kompakt.router.state.RouterStores;
import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.record.AccountState;
import dev.kompakt.schemas.record.AccountStatus;
import dev.kompakt.schemas.record.AttemptEvent.AttemptStarted;
import dev.kompakt.schemas.record.CompactionStatus;
import dev.kompakt.schemas.record.Completion;
import dev.kompakt.schemas.record.DeadLetter;
import dev.kompakt.schemas.record.Job;
import dev.kompakt.schemas.record.Mode;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.Submission;
import dev.kompakt.schemas.record.Submission.Submitted;
import dev.kompakt.schemas.record.Usage;
import dev.kompakt.schemas.record.Work;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/// A compaction from its submission to its end, over restarts, in the topology as it is wired.
class RouterTopologyTest {
  private static final Submitted WHOLE = Fixtures.whole(Fixtures.spans(10, 1000));

  @AutoClose private final RouterDriver router = new RouterDriver();

  @Test
  void shouldBeWiredAsDescribed() throws IOException {
    // When
    String described =
        RouterTopology.build(
                RouterDriver.SETTINGS, router.published, RouterDriver.LIMITS, new Meters())
            .describe()
            .toString();

    // Then
    try (InputStream golden = getClass().getResourceAsStream("/topology.txt")) {
      assertThat(golden).as("src/test/resources/topology.txt").isNotNull();
      assertThat(described.strip())
          .as("docs/adr/0018-upgrades.md says what a change asks for")
          .isEqualTo(new String(golden.readAllBytes(), StandardCharsets.UTF_8).strip());
    }
  }

  @Test
  void shouldCompleteWhenTheWholeSucceeds() {
    // Given
    router.submit(WHOLE);
    Job job = router.onlyJob();
    router.report(
        new AttemptStarted(
            job.attempt(), router.now, "worker-1", Fixtures.TEAM_A, 1, 1, job.deadline()));

    // When
    router.succeed(job);

    // Then
    List<CompactionStatus> statuses = router.statuses();
    assertThat(statuses).extracting(CompactionStatus::sequence).containsExactly(0L, 1L);
    assertThat(statuses.getLast().completion())
        .isEqualTo(new Completion.Completed(Fixtures.payload(500, 100), RouterDriver.USAGE));
    assertThat(router.entries(RouterStores.SUBMISSIONS)).isEmpty();
    assertThat(router.deadLetters()).isEmpty();
  }

  @Test
  void shouldTryAgainWhenTimePasses() {
    // Given
    router.submit(WHOLE);
    router.finish(
        router.onlyJob(), new Outcome.Transient(Outcome.Transient.Cause.SERVER_ERROR, 500, null));
    assertThat(router.jobs()).isEmpty();

    // When
    router.pass(Duration.ofSeconds(1));

    // Then
    assertThat(router.onlyJob().attempt().number()).isEqualTo(2);
  }

  @Test
  void shouldFailAndForgetWhenTimePasses() {
    // Given
    router.submit(WHOLE);

    // When
    router.pass(Fixtures.DEADLINE);

    // Then
    assertThat(router.statuses().getLast().completion()).isInstanceOf(Completion.Failed.class);
    assertThat(router.deadLetters())
        .extracting(DeadLetter::cause)
        .containsExactly(DeadLetter.Cause.TIMED_OUT);
    router.pass(Duration.ofDays(7));
    assertThat(router.entries(RouterStores.STATES)).isEmpty();
    assertThat(router.entries(RouterStores.SUBMISSIONS)).isEmpty();
    assertThat(router.entries(RouterStores.TIMERS)).isEmpty();
  }

  @Test
  void shouldGoOnWhenRestarted() {
    // Given
    router.submit(Fixtures.packed(Fixtures.spans(3, 1000), 1000));
    Job first = router.onlyJob();
    router.restart();
    router.succeed(first);
    List<Job> rest = router.jobs();
    assertThat(rest).hasSize(2);
    router.restart();
    router.finish(rest.get(1), new Outcome.Declined(null));
    Job again = router.onlyJob();
    router.restart();
    router.succeed(rest.get(0));
    router.restart();

    // When
    router.succeed(again);

    // Then
    assertThat(router.onlyJob().work())
        .isInstanceOfSatisfying(
            Work.Merge.class, merge -> assertThat(merge.summaries()).hasSize(3));
  }

  @Test
  void shouldPassOverAnAccountOthersFoundOut() {
    // Given
    router.accounts.publish(status(Fixtures.TEAM_A, new AccountState.Paused()));

    // When
    router.submit(WHOLE);

    // Then
    assertThat(router.onlyJob().account()).isEqualTo(Fixtures.TEAM_B);
  }

  @Test
  void shouldStillKnowWhoRestsWhenRestarted() {
    // Given
    router.submit(WHOLE);
    router.finish(router.onlyJob(), new Outcome.RateLimited(Duration.ofMinutes(1)));
    Job second = router.onlyJob();

    // When
    router.restart();
    router.finish(second, new Outcome.RateLimited(Duration.ofMinutes(2)));

    // Then
    assertThat(router.jobs()).as("the first account rests").isEmpty();
    router.pass(Duration.ofMinutes(1));
    assertThat(router.onlyJob().account()).isEqualTo(Fixtures.TEAM_A);
  }

  @Test
  void shouldFireTimersWhenRestarted() {
    // Given
    router.submit(WHOLE);
    router.finish(
        router.onlyJob(), new Outcome.Transient(Outcome.Transient.Cause.SERVER_ERROR, 500, null));

    // When
    router.restart();
    router.pass(Duration.ofSeconds(1));

    // Then
    assertThat(router.jobs()).hasSize(1);
  }

  @Test
  void shouldSummarizeWhereAnEndpointIsKnownToBeMissing() {
    // Given
    router.submit(WHOLE);
    router.finish(router.onlyJob(), new Outcome.Unsupported(404));
    assertThat(router.onlyJob().mode()).isEqualTo(Mode.SUMMARIZE);
    router.limits().forEach(limit -> router.known.put(limit.key(), limit));

    // When
    router.submit(
        Fixtures.submitted("ef".repeat(32), WHOLE.history(), WHOLE.chunks(), Fixtures.START));

    // Then
    assertThat(router.onlyJob().mode()).isEqualTo(Mode.SUMMARIZE);
  }

  @Test
  void shouldCompactLocallyWhenNoAccountIsConfigured() {
    // Given
    try (RouterDriver local =
        new RouterDriver(
            new RouterSettings(Settings.DEFAULT, Policy.DEFAULT, RouterDriver.IDLE, List.of()),
            Fixtures.START)) {
      // When
      local.submit(WHOLE);

      // Then
      Job job = local.jobs().getFirst();
      assertThat(job.account()).isNull();
      assertThat(job.lane()).isEqualTo(Fixtures.COMPACTION.value());
    }
  }

  @Test
  void shouldCancelWhenAsked() {
    // Given
    router.submit(WHOLE);

    // When
    router.submit(new Submission.CancelRequested(Fixtures.COMPACTION, router.now, Fixtures.TENANT));

    // Then
    @Nullable Completion completion = router.statuses().getLast().completion();
    assertThat(completion).isEqualTo(new Completion.Cancelled());
    assertThat(router.meters.scrape())
        .contains("kompakt_completions_total{cause=\"none\",outcome=\"cancelled\"} 1");
  }

  private static AccountStatus status(AccountId account, AccountState state) {
    return new AccountStatus(
        account, Fixtures.PROVIDER, 1, Usage.NONE, Fixtures.START, null, state, Fixtures.START);
  }
}
