package dev.kompakt.schemas.record;

import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.id.ProviderId;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What is known of an account's use; the records of `kompakt.accounts`.
///
/// @param calls upstream calls finished since the account was first seen
/// @param usage tokens of all of them
/// @param readings what upstream last said of each window, by name; null for nothing
/// @param restsUntil it is not to be used before, for it was refused; null if it may be
public record AccountStatus(
    AccountId account,
    ProviderId provider,
    long calls,
    Usage usage,
    Instant updatedAt,
    @Nullable List<UsageReading> readings,
    @Nullable Instant restsUntil) {
  public AccountStatus {
    readings = readings == null ? null : List.copyOf(readings);
  }
}
