package dev.kompakt.router.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.router.decide.Fixtures;
import dev.kompakt.schemas.id.ProviderId;
import dev.kompakt.schemas.id.TurnId;
import dev.kompakt.schemas.record.AccountReport;
import dev.kompakt.schemas.record.AccountState;
import dev.kompakt.schemas.record.AccountStatus;
import dev.kompakt.schemas.record.AttemptEvent.AttemptFinished;
import dev.kompakt.schemas.record.Job;
import dev.kompakt.schemas.record.LearnedLimit;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.SessionBinding;
import dev.kompakt.schemas.record.Submission.Submitted;
import dev.kompakt.schemas.record.TenantUsage;
import dev.kompakt.schemas.record.TurnFinished;
import dev.kompakt.schemas.record.Usage;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/// What reports and turns are folded into: accounts, tenants, limits, sessions.
class FoldsTest {
  private static final String SESSION = "cd".repeat(32);
  private static final Submitted WHOLE = Fixtures.whole(Fixtures.spans(10, 1000));

  @AutoClose private final RouterDriver router = new RouterDriver();

  @Test
  void shouldLearnLimitsAndUseOnceWhenReportsAreRepeated() {
    // Given
    router.submit(WHOLE);
    Job job = router.onlyJob();
    AttemptFinished report =
        router.finished(job, new Outcome.TooLarge(Outcome.TooLarge.Unit.BYTES, 12_000, null));

    // When
    router.report(report);
    router.report(report);
    Job chunk = router.onlyJob();
    router.succeed(chunk);

    // Then
    LearnedLimit limit = router.limits().getLast();
    assertThat(limit.key().toString()).isEqualTo("openai|RESPONSES|gpt-5.5");
    assertThat(limit.bytes().largestAccepted()).isEqualTo(12_000);
    List<AccountStatus> accounts = router.accounts();
    assertThat(accounts).hasSize(2);
    assertThat(accounts).extracting(AccountStatus::calls).containsOnly(1L);
  }

  @Test
  void shouldForgetWhatItKnewOfALimitWhenTimePasses() {
    // Given
    router.submit(WHOLE);
    router.finish(
        router.onlyJob(), new Outcome.TooLarge(Outcome.TooLarge.Unit.BYTES, 20_000, null));
    assertThat(router.limits().getLast().bytes().target()).isEqualTo(10_000);
    router.finish(router.onlyJob(), new Outcome.Rejected(400, null, null));

    // When
    router.pass(Duration.ofMinutes(30));
    router.submit(Fixtures.again(WHOLE, router.now));
    router.jobs().forEach(router::succeed);

    // Then
    assertThat(router.limits().getLast().bytes().smallestRejected()).isNull();
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
    Job job = router.onlyJob();
    router.succeed(job);

    // Then
    assertThat(job.account()).isEqualTo(Fixtures.TEAM_B);
    router.report(turn(SESSION, null));
    assertThat(router.bound()).as("known and fresh").isEmpty();
    router.pass(RouterDriver.IDLE.dividedBy(10));
    router.report(turn(SESSION, null));
    assertThat(router.bound()).hasSize(1);
  }

  @Test
  void shouldBindASessionToTheAccountThatCompactedIt() {
    // Given
    router.submit(Fixtures.of(WHOLE, SESSION, null));

    // When
    router.succeed(router.onlyJob());

    // Then
    assertThat(router.bound())
        .containsExactly(Map.entry(SESSION, new SessionBinding(Fixtures.TEAM_A, router.now)));
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
}
