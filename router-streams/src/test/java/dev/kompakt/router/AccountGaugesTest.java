package dev.kompakt.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.bootstrap.observe.Meters;
import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.id.ProviderId;
import dev.kompakt.schemas.record.AccountState;
import dev.kompakt.schemas.record.AccountStatus;
import dev.kompakt.schemas.record.Usage;
import dev.kompakt.schemas.record.UsageReading;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AccountGaugesTest {
  private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");
  private static final AccountId A = new AccountId("a");

  private final Map<AccountId, AccountStatus> known = new HashMap<>();
  private final Meters meters = new Meters();

  @Test
  void shouldTellWhatIsUsedAndTheStateAsItIsNow() {
    // Given
    Instant[] now = {NOW};
    AccountGauges.export(List.of(A, new AccountId("b")), known::get, meters, () -> now[0]);
    known.put(
        A,
        new AccountStatus(
            A,
            new ProviderId("p"),
            1,
            Usage.NONE,
            NOW,
            List.of(
                new UsageReading("primary", 97, null, NOW.plusSeconds(30), NOW),
                new UsageReading("secondary", 40, null, null, NOW)),
            new AccountState.RateLimited(NOW.plusSeconds(30)),
            NOW));

    // When
    String during = meters.scrape();
    now[0] = NOW.plusSeconds(30);
    String after = meters.scrape();

    // Then
    assertThat(during)
        .contains(
            "kompakt_account_used_ratio{account=\"a\"} 0.97",
            "kompakt_account_used_ratio{account=\"b\"} 0.0",
            "kompakt_account_state{account=\"a\",state=\"rate_limited\"} 1.0",
            "kompakt_account_state{account=\"a\",state=\"active\"} 0.0",
            "kompakt_account_state{account=\"b\",state=\"active\"} 1.0");
    assertThat(after)
        .contains(
            "kompakt_account_used_ratio{account=\"a\"} 0.4",
            "kompakt_account_state{account=\"a\",state=\"active\"} 1.0");
  }
}
