package dev.kompakt.router;

import dev.kompakt.bootstrap.observe.Meter;
import dev.kompakt.bootstrap.observe.Meters;
import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.record.AccountState;
import dev.kompakt.schemas.record.AccountStatus;
import dev.kompakt.schemas.record.UsageReading;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// How the accounts of the config stand, as metrics.
final class AccountGauges {
  private static final List<String> STATES =
      Stream.of(
              new AccountState.Active(),
              new AccountState.RateLimited(Instant.MAX),
              new AccountState.QuotaExceeded(Instant.MAX),
              new AccountState.ReauthRequired(),
              new AccountState.Deactivated(),
              new AccountState.Paused())
          .map(AccountState::text)
          .toList();

  private final Function<AccountId, @Nullable AccountStatus> known;
  private final InstantSource clock;

  private AccountGauges(Function<AccountId, @Nullable AccountStatus> known, InstantSource clock) {
    this.known = known;
    this.clock = clock;
  }

  /// Has them exported.
  ///
  /// @param known what is known of an account; null if nothing
  static void export(
      Collection<AccountId> accounts,
      Function<AccountId, @Nullable AccountStatus> known,
      Meters meters,
      InstantSource clock) {
    AccountGauges gauges = new AccountGauges(known, clock);
    for (AccountId account : accounts) {
      meters.gauge(Meter.ACCOUNT_USED, () -> gauges.used(account), account.value());
      for (String state : STATES) {
        meters.gauge(
            Meter.ACCOUNT_STATE,
            () -> gauges.state(account).equals(state) ? 1 : 0,
            account.value(),
            state);
      }
    }
  }

  private String state(AccountId account) {
    AccountStatus status = known.apply(account);
    return (status == null ? new AccountState.Active() : status.stateAt(clock.instant())).text();
  }

  private double used(AccountId account) {
    AccountStatus status = known.apply(account);
    List<UsageReading> readings = status == null ? null : status.readings();
    return readings == null
        ? 0
        : readings.stream().mapToDouble(r -> r.usedAt(clock.instant())).max().orElse(0) / 100;
  }
}
