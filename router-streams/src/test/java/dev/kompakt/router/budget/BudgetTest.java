package dev.kompakt.router.budget;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.schemas.history.PayloadRef;
import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.id.AttemptId;
import dev.kompakt.schemas.id.PayloadId;
import dev.kompakt.schemas.id.ProviderId;
import dev.kompakt.schemas.record.AccountStatus;
import dev.kompakt.schemas.record.AttemptEvent.AttemptFinished;
import dev.kompakt.schemas.record.Mode;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.Usage;
import java.time.Instant;
import java.util.List;
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
        outcome);
  }

  @Test
  void shouldAddUpCallsAndTokens() {
    // Given
    Outcome succeeded =
        new Outcome.Succeeded(
            new PayloadRef(new PayloadId("p_" + "0".repeat(32)), 0, List.of(1L), 10),
            new Usage(100, 10, 20, 5));
    AccountStatus first = Budget.fold(null, ACCOUNT, attempt(true, succeeded), NOW);

    // When
    AccountStatus second =
        Budget.fold(first, ACCOUNT, attempt(true, new Outcome.Unauthorized(401)), NOW);
    AccountStatus third = Budget.fold(second, ACCOUNT, attempt(true, succeeded), NOW);

    // Then
    assertThat(third.calls()).isEqualTo(3);
    assertThat(third.usage()).isEqualTo(new Usage(200, 20, 40, 10));
  }

  @Test
  void shouldNotCountWhenNoCallWasMade() {
    assertThat(Budget.key(attempt(false, new Outcome.Declined()))).isNull();
    assertThat(Budget.key(attempt(true, new Outcome.Declined()))).isEqualTo(ACCOUNT);
  }
}
