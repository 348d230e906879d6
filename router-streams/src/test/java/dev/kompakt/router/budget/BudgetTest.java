package dev.kompakt.router.budget;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.schemas.history.PayloadRef;
import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.id.AttemptId;
import dev.kompakt.schemas.id.PayloadId;
import dev.kompakt.schemas.id.ProviderId;
import dev.kompakt.schemas.id.TenantId;
import dev.kompakt.schemas.record.AccountState;
import dev.kompakt.schemas.record.AccountStatus;
import dev.kompakt.schemas.record.AttemptEvent.AttemptFinished;
import dev.kompakt.schemas.record.Mode;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.TenantUsage;
import dev.kompakt.schemas.record.Usage;
import dev.kompakt.schemas.record.UsageReading;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class BudgetTest {
  private static final Instant NOW = Instant.parse("2026-11-20T10:00:00Z");
  private static final AccountId ACCOUNT = new AccountId("team-a");

  private static AttemptFinished attempt(boolean called, Outcome outcome) {
    return new AttemptFinished(
        AttemptId.parse("cmpn_" + "0".repeat(40) + "/0#1"),
        NOW,
        "worker-1",
        new ProviderId("openai"),
        ACCOUNT,
        "gpt-5.5",
        Mode.NATIVE,
        called,
        10,
        outcome,
        null,
        null);
  }

  @Test
  void shouldAddUpCallsAndTokens() {
    // Given
    Outcome succeeded =
        new Outcome.Succeeded(
            new PayloadRef(new PayloadId("p_" + "0".repeat(32)), 0, List.of(1L), 10),
            new Usage(100, 10, 20, 5));
    AccountStatus first = Budget.account(null, call(attempt(true, succeeded)), NOW);

    // When
    AccountStatus second =
        Budget.account(first, call(attempt(true, new Outcome.Unauthorized(401, null))), NOW);
    AccountStatus third = Budget.account(second, call(attempt(true, succeeded)), NOW);

    // Then
    assertThat(third.calls()).isEqualTo(3);
    assertThat(third.usage()).isEqualTo(new Usage(200, 20, 40, 10));
  }

  @Test
  void shouldNotCountWhenNoCallWasMade() {
    assertThat(Call.of(attempt(false, new Outcome.Declined(null)))).isNull();
    assertThat(Call.of(attempt(true, new Outcome.Declined(null)))).isNotNull();
  }

  @Test
  void shouldRestAfterARefusalUntilItIsOver() {
    // Given
    Call limited = call(attempt(true, new Outcome.RateLimited(Duration.ofSeconds(20))));
    Call exhausted = call(attempt(true, new Outcome.QuotaExhausted(NOW.plusSeconds(3600))));
    Call fine = call(attempt(true, new Outcome.Rejected(400, null, null)));

    // When
    AccountStatus first = Budget.account(null, limited, NOW);
    AccountStatus second = Budget.account(first, exhausted, NOW);
    AccountStatus third = Budget.account(second, limited, NOW);
    AccountStatus later = Budget.account(third, fine, NOW.plusSeconds(3601));

    // Then
    assertThat(first.state()).isEqualTo(new AccountState.RateLimited(NOW.plusSeconds(20)));
    assertThat(second.state()).isEqualTo(new AccountState.RateLimited(NOW.plusSeconds(3600)));
    assertThat(third.state()).isEqualTo(new AccountState.RateLimited(NOW.plusSeconds(3600)));
    assertThat(later.state()).isEqualTo(new AccountState.Active());
  }

  @Test
  void shouldNotRestForYearsOnOneWord() {
    // When
    AccountStatus status =
        Budget.account(
            null, call(attempt(true, new Outcome.QuotaExhausted(NOW.plusSeconds(1L << 40)))), NOW);

    // Then
    assertThat(status.state())
        .isEqualTo(new AccountState.RateLimited(NOW.plus(Budget.LONGEST_REST)));
  }

  @Test
  void shouldKeepTheNewestReadingOfEachWindow() {
    // Given
    AccountStatus known =
        Budget.account(null, turn(NOW, reading("primary", 10), reading("tokens", 1)), NOW);

    // When
    AccountStatus next = Budget.account(known, turn(NOW, reading("primary", 20)), NOW);

    // Then
    assertThat(next.readings())
        .containsExactlyInAnyOrder(reading("primary", 20), reading("tokens", 1));
  }

  @Test
  void shouldCountATenantsDayAndBeginAnewOnTheNext() {
    // Given
    TenantUsage first = Budget.tenant(null, turn(NOW), NOW);
    TenantUsage second = Budget.tenant(first, turn(NOW), NOW);

    // When
    TenantUsage next = Budget.tenant(second, turn(NOW.plus(Duration.ofDays(1))), NOW);

    // Then
    LocalDate day = LocalDate.parse("2026-11-20");
    assertThat(second)
        .isEqualTo(new TenantUsage(new TenantId("alice"), day, 2, new Usage(20, 0, 4, 0), NOW));
    assertThat(next)
        .isEqualTo(
            new TenantUsage(
                new TenantId("alice"), day.plusDays(1), 1, new Usage(10, 0, 2, 0), NOW));
    assertThat(Budget.tenant(next, turn(NOW), NOW)).isNull();
  }

  private static Call call(AttemptFinished attempt) {
    return Objects.requireNonNull(Call.of(attempt));
  }

  private static UsageReading reading(String window, double used) {
    return new UsageReading(window, used, null, null, NOW);
  }

  private static Call turn(Instant at, UsageReading... readings) {
    return new Call(
        "turn",
        ACCOUNT,
        new ProviderId("openai"),
        new TenantId("alice"),
        at,
        new Usage(10, 0, 2, 0),
        List.of(readings),
        null);
  }
}
