package dev.kompakt.router.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.bootstrap.observe.Meters;
import dev.kompakt.bootstrap.route.Policy;
import dev.kompakt.router.decide.Fixtures;
import dev.kompakt.router.decide.Settings;
import dev.kompakt.router.state.RouterStores;
import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.id.ProviderId;
import dev.kompakt.schemas.id.TurnId;
import dev.kompakt.schemas.record.AccountReport;
import dev.kompakt.schemas.record.AccountState;
import dev.kompakt.schemas.record.AccountStatus;
import dev.kompakt.schemas.record.AttemptEvent.AttemptFinished;
import dev.kompakt.schemas.record.AttemptEvent.AttemptStarted;
import dev.kompakt.schemas.record.CompactionStatus;
import dev.kompakt.schemas.record.Completion;
import dev.kompakt.schemas.record.DeadLetter;
import dev.kompakt.schemas.record.Job;
import dev.kompakt.schemas.record.LearnedLimit;
import dev.kompakt.schemas.record.Mode;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.SessionBinding;
import dev.kompakt.schemas.record.Submission;
import dev.kompakt.schemas.record.Submission.Submitted;
import dev.kompakt.schemas.record.TenantUsage;
import dev.kompakt.schemas.record.TurnFinished;
import dev.kompakt.schemas.record.Usage;
import dev.kompakt.schemas.record.Work;
import dev.kompakt.schemas.topic.Topics;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RouterTopologyTest {
  private static final Duration IDLE = Duration.ofHours(24);
  private static final RouterSettings SETTINGS =
      new RouterSettings(Settings.DEFAULT, Policy.DEFAULT, IDLE, List.of(Fixtures.NATIVE));
  private static final String SESSION = "cd".repeat(32);
  private static final Submitted WHOLE = Fixtures.whole(Fixtures.spans(10, 1000));
  private static final Usage USAGE = new Usage(10, 0, 1, 0);

  private final RouterDriver router = new RouterDriver(SETTINGS, Fixtures.START);
  private long payloads = 500;

  @AfterEach
  void close() {
    router.close();
  }

  private Job onlyJob() {
    List<Job> jobs = router.jobs();
    assertThat(jobs).hasSize(1);
    return jobs.getFirst();
  }

  private void finish(Job job, Outcome outcome) {
    router.report(finished(job, outcome));
  }

  private AttemptFinished finished(Job job, Outcome outcome) {
    boolean called = job.account() != null;
    return new AttemptFinished(
        job.attempt(),
        router.now,
        "worker-1",
        job.provider(),
        job.account(),
        job.model(),
        job.mode(),
        called,
        called ? 12_000 : 0,
        outcome,
        null,
        null);
  }

  private Outcome success() {
    return new Outcome.Succeeded(Fixtures.payload(payloads++, 100), USAGE);
  }

  private static byte[] key() {
    return Topics.SUBMISSIONS.keys().encode(Fixtures.COMPACTION);
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void shouldBeWiredAsDescribed() throws IOException {
    // When
    String described =
        RouterTopology.build(SETTINGS, router.published, RouterDriver.LIMITS, new Meters())
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
    Job job = onlyJob();
    router.report(
        new AttemptStarted(
            job.attempt(), router.now, "worker-1", Fixtures.TEAM_A, 1, 1, job.deadline()));

    // When
    finish(job, success());

    // Then
    List<CompactionStatus> statuses = router.statuses();
    assertThat(statuses).extracting(CompactionStatus::sequence).containsExactly(0L, 1L);
    assertThat(statuses.getLast().completion())
        .isEqualTo(new Completion.Completed(Fixtures.payload(500, 100), USAGE));
    assertThat(router.entries(RouterStores.SUBMISSIONS)).isEmpty();
    assertThat(router.deadLetters()).isEmpty();
  }

  @Test
  void shouldTryAgainWhenTimePasses() {
    // Given
    router.submit(WHOLE);
    finish(onlyJob(), new Outcome.Transient(Outcome.Transient.Cause.SERVER_ERROR, 500, null));
    assertThat(router.jobs()).isEmpty();

    // When
    router.pass(Duration.ofSeconds(1));

    // Then
    assertThat(onlyJob().attempt().number()).isEqualTo(2);
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
    Job first = onlyJob();
    router.restart();
    finish(first, success());
    List<Job> rest = router.jobs();
    assertThat(rest).hasSize(2);
    router.restart();
    finish(rest.get(1), new Outcome.Declined(null));
    Job again = onlyJob();
    router.restart();
    finish(rest.get(0), success());
    router.restart();

    // When
    finish(again, success());

    // Then
    assertThat(onlyJob().work())
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
    assertThat(onlyJob().account()).isEqualTo(Fixtures.TEAM_B);
  }

  @Test
  void shouldStillKnowWhoRestsWhenRestarted() {
    // Given
    router.submit(WHOLE);
    finish(onlyJob(), new Outcome.RateLimited(Duration.ofMinutes(1)));
    Job second = onlyJob();

    // When
    router.restart();
    finish(second, new Outcome.RateLimited(Duration.ofMinutes(2)));

    // Then
    assertThat(router.jobs()).as("the first account rests").isEmpty();
    router.pass(Duration.ofMinutes(1));
    assertThat(onlyJob().account()).isEqualTo(Fixtures.TEAM_A);
  }

  private static AccountStatus status(AccountId account, AccountState state) {
    return new AccountStatus(
        account, Fixtures.PROVIDER, 1, Usage.NONE, Fixtures.START, null, state, Fixtures.START);
  }

  @Test
  void shouldFireTimersWhenRestarted() {
    // Given
    router.submit(WHOLE);
    finish(onlyJob(), new Outcome.Transient(Outcome.Transient.Cause.SERVER_ERROR, 500, null));

    // When
    router.restart();
    router.pass(Duration.ofSeconds(1));

    // Then
    assertThat(router.jobs()).hasSize(1);
  }

  @Test
  void shouldSetAsideWhatCannotBeRead() {
    // Given
    String submissions = Topics.SUBMISSIONS.name();
    String outcomes = Topics.OUTCOMES.name();

    // When
    router.pipe(submissions, key(), text("garbage"));
    router.pipe(submissions, key(), text("{\"v\":2,\"type\":\"submitted\"}"));
    router.pipe(submissions, text("no id"), Topics.SUBMISSIONS.values().encode(WHOLE));
    router.pipe(submissions, null, null);
    router.pipe(submissions, key(), text("{\"v\":1,\"type\":\"cancel_requested\"}"));
    router.pipe(outcomes, key(), text("{\"v\":1,\"type\":\"attempt_finished\"}"));
    router.pipe(outcomes, key(), null);

    // Then
    List<DeadLetter> letters = router.deadLetters();
    assertThat(letters)
        .extracting(DeadLetter::cause)
        .hasSize(7)
        .containsOnly(DeadLetter.Cause.UNREADABLE_RECORD);
    assertThat(letters)
        .extracting(DeadLetter::source)
        .startsWith(submissions + "-0@0", submissions + "-0@1")
        .endsWith(outcomes + "-0@0", outcomes + "-0@1");
    assertThat(letters.getFirst().compaction()).isEqualTo(Fixtures.COMPACTION);
    router.submit(WHOLE);
    assertThat(router.jobs()).hasSize(1);
  }

  @Test
  void shouldSetAsideWhenAnOutcomeSaysNothing() {
    // Given
    router.submit(WHOLE);
    String attempt = onlyJob().attempt().toString();

    // When
    router.pipe(
        Topics.OUTCOMES.name(),
        key(),
        text(
            "{\"v\":1,\"type\":\"attempt_finished\",\"called\":true,\"wireBytes\":5,\"attempt\":\""
                + attempt
                + "\"}"));

    // Then
    assertThat(router.deadLetters()).hasSize(1);
  }

  @Test
  void shouldSetAsideWhenKeyAndValueDisagree() {
    // Given
    String other = "cmpn_" + "0".repeat(40);

    // When
    router.pipe(Topics.SUBMISSIONS.name(), text(other), Topics.SUBMISSIONS.values().encode(WHOLE));

    // Then
    assertThat(router.deadLetters()).hasSize(1);
    assertThat(router.jobs()).isEmpty();
  }

  @Test
  void shouldLearnLimitsAndUseOnceWhenReportsAreRepeated() {
    // Given
    router.submit(WHOLE);
    Job job = onlyJob();
    AttemptFinished report =
        finished(job, new Outcome.TooLarge(Outcome.TooLarge.Unit.BYTES, 12_000, null));

    // When
    router.report(report);
    router.report(report);
    Job chunk = onlyJob();
    finish(chunk, success());

    // Then
    LearnedLimit limit = router.limits().getLast();
    assertThat(limit.key().toString()).isEqualTo("openai|RESPONSES|gpt-5.5");
    assertThat(limit.bytes().largestAccepted()).isEqualTo(12_000);
    List<AccountStatus> accounts = router.accounts();
    assertThat(accounts).hasSize(2);
    assertThat(accounts).extracting(AccountStatus::calls).containsOnly(1L);
  }

  @Test
  void shouldFoldOrdinaryTurnsTogetherAndDecideNothingOnThem() {
    // Given
    router.report(turn(null, null));
    List<AccountStatus> first = router.accountsNow();

    // When
    for (int i = 0; i < 5; i++) {
      router.report(turn(null, null));
    }
    List<AccountStatus> next = router.accountsNow();

    // Then
    assertThat(first).extracting(AccountStatus::calls).containsExactly(1L);
    assertThat(next).as("published at once").isEmpty();
    assertThat(router.accounts()).extracting(AccountStatus::calls).containsExactly(6L);
    assertThat(router.tenants()).extracting(TenantUsage::calls).containsExactly(1L, 6L);
    router.pass(Duration.ofMinutes(1));
    assertThat(router.accounts()).as("published again").isEmpty();
    assertThat(router.deadLetters()).isEmpty();
    assertThat(router.statuses()).isEmpty();
  }

  @Test
  void shouldPublishAtOnceWhatARefusalMakesOfAnAccount() {
    // Given
    router.report(turn(null, null));
    router.accounts();

    // When
    router.report(turn(null, new Outcome.RateLimited(Duration.ofSeconds(20))));

    // Then
    assertThat(router.accountsNow())
        .extracting(AccountStatus::state)
        .containsExactly(new AccountState.RateLimited(router.now.plusSeconds(20)));
  }

  private TurnFinished turn(@Nullable String session, @Nullable Outcome refusal) {
    return new TurnFinished(
        new TurnId("turn_" + "1".repeat(32)),
        1,
        router.now,
        Fixtures.TENANT,
        Fixtures.PROVIDER,
        Fixtures.TEAM_B,
        "gpt-5.5",
        refusal == null ? 200 : 429,
        39_000,
        Usage.NONE,
        null,
        refusal,
        session);
  }

  @Test
  void shouldBindTheSessionOfATurnAndSendItsCompactionThere() {
    // Given
    router.report(turn(null, null));
    router.report(turn(SESSION, new Outcome.RateLimited(Duration.ofSeconds(1))));
    assertThat(router.bound()).isEmpty();
    router.report(turn(SESSION, null));
    assertThat(router.bound())
        .containsExactly(Map.entry(SESSION, new SessionBinding(Fixtures.TEAM_B, router.now)));

    // When
    router.submit(Fixtures.of(WHOLE, SESSION, null));
    Job job = onlyJob();
    finish(job, success());

    // Then
    assertThat(job.account()).isEqualTo(Fixtures.TEAM_B);
    router.report(turn(SESSION, null));
    assertThat(router.bound()).as("known and fresh").isEmpty();
    router.pass(IDLE.dividedBy(10));
    router.report(turn(SESSION, null));
    assertThat(router.bound()).hasSize(1);
  }

  @Test
  void shouldBindASessionToTheAccountThatCompactedIt() {
    // Given
    router.submit(Fixtures.of(WHOLE, SESSION, null));

    // When
    finish(onlyJob(), success());

    // Then
    assertThat(router.bound())
        .containsExactly(Map.entry(SESSION, new SessionBinding(Fixtures.TEAM_A, router.now)));
  }

  @Test
  void shouldSummarizeWhereAnEndpointIsKnownToBeMissing() {
    // Given
    router.submit(WHOLE);
    finish(onlyJob(), new Outcome.Unsupported(404));
    assertThat(onlyJob().mode()).isEqualTo(Mode.SUMMARIZE);
    router.limits().forEach(limit -> router.known.put(limit.key(), limit));

    // When
    router.submit(
        Fixtures.submitted("ef".repeat(32), WHOLE.history(), WHOLE.chunks(), Fixtures.START));

    // Then
    assertThat(onlyJob().mode()).isEqualTo(Mode.SUMMARIZE);
  }

  @Test
  void shouldFoldWhatIsReportedOfAnAccountOnceAndDecideNothingOnIt() {
    // Given
    ProviderId provider = new ProviderId("openai");
    AccountReport pause = new AccountReport.PauseAsked(Fixtures.TEAM_A, provider, router.now);
    AccountReport resume =
        new AccountReport.ResumeAsked(Fixtures.TEAM_A, provider, router.now.plusMillis(1));

    // When
    router.report(pause);
    router.report(pause);
    router.report(resume);
    router.report(pause);

    // Then
    assertThat(router.accounts())
        .extracting(AccountStatus::state)
        .containsExactly(new AccountState.Paused(), new AccountState.Active());
    assertThat(router.deadLetters()).isEmpty();
    assertThat(router.statuses()).isEmpty();
    assertThat(router.meters.scrape()).doesNotContain("kompakt_unreadable_records_total");
  }

  @Test
  void shouldForgetWhatItKnewOfALimitWhenTimePasses() {
    // Given
    router.submit(WHOLE);
    finish(onlyJob(), new Outcome.TooLarge(Outcome.TooLarge.Unit.BYTES, 20_000, null));
    assertThat(router.limits().getLast().bytes().target()).isEqualTo(10_000);
    finish(onlyJob(), new Outcome.Rejected(400, null, null));

    // When
    router.pass(Duration.ofMinutes(30));
    router.submit(Fixtures.again(WHOLE, router.now));
    router.jobs().forEach(job -> finish(job, success()));

    // Then
    assertThat(router.limits().getLast().bytes().smallestRejected()).isNull();
  }

  @Test
  void shouldCompactLocallyWhenNoAccountIsConfigured() {
    // Given
    try (RouterDriver local =
        new RouterDriver(
            new RouterSettings(Settings.DEFAULT, Policy.DEFAULT, IDLE, List.of()),
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
}
