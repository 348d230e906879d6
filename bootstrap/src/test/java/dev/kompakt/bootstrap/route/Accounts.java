package dev.kompakt.bootstrap.route;

import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.id.ProviderId;
import dev.kompakt.schemas.record.AccountState;
import dev.kompakt.schemas.record.AccountStatus;
import dev.kompakt.schemas.record.Usage;
import dev.kompakt.schemas.record.UsageReading;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/// Accounts of a provider, and what can be known of them.
final class Accounts {
  static final Instant NOW = Instant.parse("2026-11-20T10:00:00Z");
  static final AccountId A = new AccountId("a");
  static final AccountId B = new AccountId("b");
  static final AccountId C = new AccountId("c");

  private Accounts() {}

  /// A pool of accounts that may make four calls at once each.
  static Pool pool(AccountId... accounts) {
    return new Pool(Stream.of(accounts).map(Accounts::member).toList(), Policy.DEFAULT);
  }

  static Member member(AccountId account) {
    return new Member(account, 4, null, Map.of());
  }

  static Instant in(Duration time) {
    return NOW.plus(time);
  }

  static AccountStatus status(AccountId account, UsageReading... readings) {
    return status(account, new AccountState.Active(), NOW.minusSeconds(60), readings);
  }

  static AccountStatus status(
      AccountId account, AccountState state, Instant since, UsageReading... readings) {
    return new AccountStatus(
        account, new ProviderId("p"), 1, Usage.NONE, NOW, List.of(readings), state, since);
  }

  static AccountStatus limited(AccountId account, Duration time) {
    return status(account, new AccountState.RateLimited(in(time)), NOW);
  }

  static AccountStatus exhausted(AccountId account, Duration time) {
    return status(account, new AccountState.QuotaExceeded(in(time)), NOW);
  }

  /// A reading of the week's window.
  static UsageReading week(double used, Duration reset) {
    return reading("secondary", used, reset);
  }

  static UsageReading reading(String window, double used, Duration reset) {
    return new UsageReading(window, used, null, in(reset), NOW);
  }

  /// A standing with so many calls in flight.
  static Standing busy(AccountId account, int inFlight) {
    return new Standing(account, inFlight, NOW.minusSeconds(1), null, 0);
  }

  static Standing paused(AccountId account, Pause.Cause cause, Duration time) {
    return Standing.fresh(account).paused(new Pause(in(time), cause, NOW));
  }

  /// A call of a session that stays with an account.
  static Ask ofSession(AccountId session) {
    return new Ask(session, false, Set.of(), 0);
  }

  static Ask heldBy(AccountId session) {
    return new Ask(session, true, Set.of(), 0);
  }
}
