package dev.kompakt.router.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.bootstrap.route.Member;
import dev.kompakt.bootstrap.route.Pause;
import dev.kompakt.bootstrap.route.Standing;
import dev.kompakt.router.topology.RouterSettings;
import dev.kompakt.schemas.history.History;
import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.record.AccountState;
import dev.kompakt.schemas.record.AccountStatus;
import dev.kompakt.schemas.record.Completion;
import dev.kompakt.schemas.record.Failure;
import dev.kompakt.schemas.record.Job;
import dev.kompakt.schemas.record.LearnedLimit;
import dev.kompakt.schemas.record.LimitKey;
import dev.kompakt.schemas.record.Mode;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.SessionBinding;
import dev.kompakt.schemas.record.Submission.Patience;
import dev.kompakt.schemas.record.Submission.Submitted;
import dev.kompakt.schemas.record.Usage;
import dev.kompakt.schemas.record.Work;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.NullSource;

/// Where jobs go: sessions, lanes without room, used up accounts, missing endpoints.
class RoutingTest {
  private static final String SESSION = "cd".repeat(32);
  private static final Submitted WHOLE = Fixtures.whole(Fixtures.spans(10, 1000));
  private static final Submitted OF_SESSION = Fixtures.of(WHOLE, SESSION, null);
  private static final Submitted DETACHED = Fixtures.of(WHOLE, null, Patience.DETACHED);
  private static final Duration IDLE = Duration.ofHours(24);
  private static final LimitKey COMPACT =
      new LimitKey(Fixtures.PROVIDER, LimitKey.Endpoint.COMPACT, "gpt-5.5");

  private final Run run = Run.of(Fixtures.NATIVE);

  private static Submitted withCiphertext(Submitted submitted) {
    History old = submitted.history();
    return Fixtures.of(
        Fixtures.submitted(
            new History(
                old.items(),
                old.envelope(),
                old.spans(),
                old.longTexts(),
                old.retained(),
                old.itemCount(),
                true,
                null),
            submitted.chunks(),
            submitted.at()),
        SESSION,
        null);
  }

  private void bind(AccountId account, Instant lastUsed) {
    run.sessions.put(SESSION, new SessionBinding(account, lastUsed));
  }

  private void exhaust(AccountId account, Duration left) {
    run.note(
        Standing.fresh(account)
            .paused(new Pause(run.now.plus(left), Pause.Cause.QUOTA_EXHAUSTED, run.now)));
  }

  private static Failure failure(Run run) {
    if (run.status().completion() instanceof Completion.Failed(Failure failure)) {
      return failure;
    }
    throw new AssertionError("it has not failed: " + run.status());
  }

  @Test
  void shouldStayWithTheAccountOfTheSession() {
    // Given
    bind(Fixtures.TEAM_B, run.now.minus(IDLE));

    // When
    run.submit(OF_SESSION);

    // Then
    assertThat(run.newJob().account()).isEqualTo(Fixtures.TEAM_B);
  }

  @Test
  void shouldForgetASessionThatWasIdle() {
    // Given
    bind(Fixtures.TEAM_B, run.now.minus(IDLE).minusMillis(1));

    // When
    run.submit(OF_SESSION);

    // Then
    assertThat(run.newJob().account()).isEqualTo(Fixtures.TEAM_A);
  }

  @Test
  void shouldBindTheSessionToWhoeverMadeTheAnswer() {
    // Given
    bind(Fixtures.TEAM_A, run.now);
    run.submit(OF_SESSION);
    run.finish(run.newJob(), new Outcome.QuotaExhausted(null));

    // When
    run.succeed(run.newJob());

    // Then
    assertThat(run.sessions)
        .containsEntry(SESSION, new SessionBinding(Fixtures.TEAM_B, Fixtures.START));
  }

  @Test
  void shouldRenewABindingOnlyNowAndThen() {
    // Given
    Instant fresh = run.now.minus(IDLE.dividedBy(10)).plusMillis(1);
    bind(Fixtures.TEAM_A, fresh);

    // When
    run.submit(OF_SESSION).succeed(run.newJob());

    // Then
    assertThat(run.sessions).containsEntry(SESSION, new SessionBinding(Fixtures.TEAM_A, fresh));

    // When
    Run later = Run.of(Fixtures.NATIVE);
    later.sessions.putAll(run.sessions);
    later.now = run.now.plusMillis(1);
    later.submit(OF_SESSION).succeed(later.newJob());

    // Then
    assertThat(later.sessions)
        .containsEntry(SESSION, new SessionBinding(Fixtures.TEAM_A, later.now));
  }

  @Test
  void shouldSpreadThePartsOfASessionsHistory() {
    // Given
    bind(Fixtures.TEAM_B, run.now);
    run.submit(Fixtures.of(Fixtures.packed(Fixtures.spans(5, 1000), 1000), SESSION, null));

    // When
    run.succeed(run.newJob());

    // Then
    assertThat(run.newJobs()).extracting(Job::account).contains(Fixtures.TEAM_A, Fixtures.TEAM_B);
    assertThat(run.sessions)
        .as("no part's account is its session's")
        .containsEntry(SESSION, new SessionBinding(Fixtures.TEAM_B, run.now));
  }

  @Test
  void shouldKeepPartsWithCiphertextWithTheirMaker() {
    // Given
    bind(Fixtures.TEAM_B, run.now);
    run.submit(withCiphertext(Fixtures.packed(Fixtures.spans(5, 1000), 1000)));

    // When
    run.succeed(run.newJob());

    // Then
    assertThat(run.newJobs()).hasSize(4).extracting(Job::account).containsOnly(Fixtures.TEAM_B);
  }

  @Test
  void shouldNotSendCiphertextElsewhereWhenItsMakerIsUsedUp() {
    // Given
    bind(Fixtures.TEAM_B, run.now);
    exhaust(Fixtures.TEAM_B, Duration.ofHours(3));

    // When
    run.submit(withCiphertext(WHOLE));

    // Then
    assertThat(run.newJobs()).isEmpty();
    assertThat(failure(run).resetsAt()).isEqualTo(run.now.plus(Duration.ofHours(3)));
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

  @ParameterizedTest
  @NullSource
  @EnumSource(names = "CONNECTED")
  void shouldTellTheTrueResetWhenAllAreUsedUpAndSomebodyWaits(@Nullable Patience patience) {
    // Given
    exhaust(Fixtures.TEAM_A, Duration.ofHours(5));
    exhaust(Fixtures.TEAM_B, Duration.ofHours(3));

    // When
    run.submit(Fixtures.of(WHOLE, null, patience));

    // Then
    Failure failure = failure(run);
    assertThat(failure.status()).isEqualTo(429);
    assertThat(failure.type()).isEqualTo("usage_limit_reached");
    assertThat(failure.retryAfterSeconds()).isEqualTo(60);
    assertThat(failure.resetsAt()).isEqualTo(run.now.plus(Duration.ofHours(3)));
  }

  @Test
  void shouldWaitForTheResetWhenNobodyIsConnected() {
    // Given
    exhaust(Fixtures.TEAM_A, Duration.ofMinutes(20));
    exhaust(Fixtures.TEAM_B, Duration.ofHours(3));
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
    one.note(
        Standing.fresh(Fixtures.TEAM_A)
            .paused(
                new Pause(
                    one.now.plus(Duration.ofMinutes(20)), Pause.Cause.QUOTA_EXHAUSTED, one.now)));
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
    exhaust(Fixtures.TEAM_A, Duration.ofHours(5));
    exhaust(Fixtures.TEAM_B, Duration.ofHours(3));

    // When
    run.submit(DETACHED);

    // Then
    assertThat(failure(run).resetsAt()).isEqualTo(run.now.plus(Duration.ofHours(3)));
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
    assertThat(failure(run).status()).isEqualTo(400);
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
