package dev.kompakt.schemas.record;

import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.id.ProviderId;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What is known of an account; the records of `kompakt.accounts`.
///
/// @param calls upstream calls finished since the account was first seen
/// @param usage tokens of all of them
/// @param readings what upstream last said of each window, by name; null for nothing
/// @param state as it was at `since`; what it is now is [AccountState#at]. Null for active
/// @param since when that state began; null while nothing was heard that made one
public record AccountStatus(
    AccountId account,
    ProviderId provider,
    long calls,
    Usage usage,
    Instant updatedAt,
    @Nullable List<UsageReading> readings,
    @Nullable AccountState state,
    @Nullable Instant since) {
  public AccountStatus {
    readings = readings == null ? null : List.copyOf(readings);
  }

  /// The state at a moment.
  public AccountState stateAt(Instant now) {
    return state == null ? new AccountState.Active() : state.at(now);
  }
}
