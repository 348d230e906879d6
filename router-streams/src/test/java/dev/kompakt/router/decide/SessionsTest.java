package dev.kompakt.router.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.schemas.history.History;
import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.record.Job;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.SessionBinding;
import dev.kompakt.schemas.record.Submission.Submitted;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/// Which account the jobs of a session go to, and whom the session is bound to.
class SessionsTest {
  private static final String SESSION = "cd".repeat(32);
  private static final Submitted WHOLE = Fixtures.whole(Fixtures.spans(10, 1000));
  private static final Submitted OF_SESSION = Fixtures.of(WHOLE, SESSION, null);
  private static final Duration IDLE = Duration.ofHours(24);

  private final Run run = Run.of(Fixtures.NATIVE);

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
    run.exhaust(Fixtures.TEAM_B, Duration.ofHours(3));

    // When
    run.submit(withCiphertext(WHOLE));

    // Then
    assertThat(run.newJobs()).isEmpty();
    assertThat(run.failure().resetsAt()).isEqualTo(run.now.plus(Duration.ofHours(3)));
  }

  private void bind(AccountId account, Instant lastUsed) {
    run.sessions.put(SESSION, new SessionBinding(account, lastUsed));
  }

  private static Submitted withCiphertext(Submitted submitted) {
    History history = Fixtures.unreadable(submitted.history(), true, null);
    return Fixtures.of(
        Fixtures.submitted(history, submitted.chunks(), submitted.at()), SESSION, null);
  }
}
