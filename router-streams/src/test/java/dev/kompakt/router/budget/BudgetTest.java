package dev.kompakt.router.budget;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.schemas.history.PayloadRef;
import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.id.AttemptId;
import dev.kompakt.schemas.id.PayloadId;
import dev.kompakt.schemas.id.ProviderId;
import dev.kompakt.schemas.id.TenantId;
import dev.kompakt.schemas.record.AccountReport;
import dev.kompakt.schemas.record.AccountStatus;
import dev.kompakt.schemas.record.AttemptEvent.AttemptFinished;
import dev.kompakt.schemas.record.Mode;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.Report;
import dev.kompakt.schemas.record.TenantUsage;
import dev.kompakt.schemas.record.Usage;
import dev.kompakt.schemas.record.UsageReading;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
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
    AccountStatus first = folded(null, attempt(true, succeeded));

    // When
    AccountStatus second = folded(first, attempt(true, new Outcome.Unauthorized(401, null)));
    AccountStatus third = folded(second, attempt(true, succeeded));

    // Then
    assertThat(third.calls()).isEqualTo(3);
    assertThat(third.usage()).isEqualTo(new Usage(200, 20, 40, 10));
  }

  @Test
  void shouldNotCountWhenNoCallWasMade() {
    assertThat(Call.of(attempt(false, new Outcome.Declined(null)))).isNull();
    assertThat(Call.of(attempt(true, new Outcome.Declined(null)))).isNotNull();
    assertThat(Budget.account(null, attempt(false, new Outcome.Declined(null)), NOW)).isNull();
  }

  @Test
  void shouldKeepTheNewestReadingOfEachWindowWhicheverComesFirst() {
    // Given
    UsageReading old = reading("primary", 10, NOW.minusSeconds(5));
    UsageReading tokens = reading("tokens", 1, NOW.minusSeconds(9));
    UsageReading fresh = reading("primary", 20, NOW);

    // When
    AccountStatus inOrder = polled(polled(null, old, tokens), fresh);
    AccountStatus late = polled(polled(null, fresh), old, tokens);

    // Then
    assertThat(inOrder.readings()).containsExactlyInAnyOrder(fresh, tokens);
    assertThat(late.readings()).containsExactlyInAnyOrder(fresh, tokens);
  }

  @Test
  void shouldNotLetAClockThatIsAheadKeepLaterReadingsOut() {
    // When
    AccountStatus status =
        polled(
            polled(null, reading("primary", 90, NOW.plus(Duration.ofDays(1)))),
            reading("primary", 5, NOW));

    // Then
    assertThat(status.readings()).containsExactly(reading("primary", 5, NOW));
  }

  @Test
  void shouldKeepAFewWindowsWhateverAProviderCallsThem() {
    // When
    AccountStatus status = null;
    for (int i = 0; i < 50; i++) {
      status = polled(status, reading("window-" + i, 1, NOW.minusSeconds(100 - i)));
    }

    // Then
    assertThat(Objects.requireNonNull(status).readings())
        .hasSize(Windows.MOST)
        .contains(reading("window-49", 1, NOW.minusSeconds(51)));
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

  private static AccountStatus folded(@Nullable AccountStatus known, Report report) {
    return Objects.requireNonNull(Budget.account(known, report, NOW));
  }

  private static AccountStatus polled(@Nullable AccountStatus known, UsageReading... readings) {
    return folded(
        known,
        new AccountReport.UsagePolled(ACCOUNT, new ProviderId("openai"), NOW, List.of(readings)));
  }

  private static UsageReading reading(String window, double used, Instant at) {
    return new UsageReading(window, used, null, null, at);
  }

  private static Call turn(Instant at) {
    return new Call(
        "turn",
        ACCOUNT,
        new ProviderId("openai"),
        new TenantId("alice"),
        at,
        new Usage(10, 0, 2, 0),
        List.of(),
        null);
  }
}
