package dev.kompakt.router.budget;

import dev.kompakt.schemas.record.AccountState;
import dev.kompakt.schemas.record.AccountStatus;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.TenantUsage;
import dev.kompakt.schemas.record.Usage;
import dev.kompakt.schemas.record.UsageReading;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Folds calls into the use of their account and of their tenant. The caller sees to it that each
/// report is folded once.
public final class Budget {
  /// How long an account rests that was refused without a word on how long.
  static final Duration REST = Duration.ofMinutes(5);

  /// No account rests longer on the word of one answer.
  static final Duration LONGEST_REST = Duration.ofDays(8);

  private static final int MOST_WINDOWS = 16;

  private Budget() {}

  /// The account after a call.
  ///
  /// @param known null if this is the first
  public static AccountStatus account(@Nullable AccountStatus known, Call call, Instant now) {
    AccountStatus before =
        known == null
            ? new AccountStatus(
                call.account(), call.provider(), 0, Usage.NONE, now, null, null, null)
            : known;
    return new AccountStatus(
        call.account(),
        call.provider(),
        before.calls() + 1,
        before.usage().plus(call.usage()),
        now,
        readings(before.readings(), call.readings()),
        state(before, call, now),
        call.at());
  }

  /// The tenant's day after a call; null if that adds nothing.
  ///
  /// @param known null if this is the first
  public static @Nullable TenantUsage tenant(@Nullable TenantUsage known, Call call, Instant now) {
    if (call.tenant() == null) {
      return null;
    }
    LocalDate day = LocalDate.ofInstant(call.at(), ZoneOffset.UTC);
    if (known == null || known.day().isBefore(day)) {
      return new TenantUsage(call.tenant(), day, 1, call.usage(), now);
    }
    return known.day().equals(day)
        ? new TenantUsage(
            call.tenant(), day, known.calls() + 1, known.usage().plus(call.usage()), now)
        : null;
  }

  /// The newest reading of each window.
  private static @Nullable List<UsageReading> readings(
      @Nullable List<UsageReading> known, List<UsageReading> said) {
    if (said.isEmpty()) {
      return known;
    }
    Map<String, UsageReading> byWindow = new LinkedHashMap<>();
    said.forEach(reading -> byWindow.put(reading.window(), reading));
    if (known != null) {
      known.forEach(reading -> byWindow.putIfAbsent(reading.window(), reading));
    }
    return new ArrayList<>(byWindow.values()).subList(0, Math.min(MOST_WINDOWS, byWindow.size()));
  }

  private static @Nullable AccountState state(AccountStatus known, Call call, Instant now) {
    Instant rest =
        switch (call.outcome()) {
          case Outcome.RateLimited(Duration retryAfter) -> call.at().plus(retryAfter);
          case Outcome.QuotaExhausted(Instant resetsAt) ->
              resetsAt == null ? call.at().plus(REST) : resetsAt;
          case Outcome.Unauthorized _ -> call.at().plus(REST);
          case null -> null;
          case Outcome.Succeeded _,
              Outcome.TooLarge _,
              Outcome.Transient _,
              Outcome.Rejected _,
              Outcome.Malformed _,
              Outcome.Cancelled _,
              Outcome.Declined _,
              Outcome.Unsupported _,
              Outcome.PayloadLost _ ->
              null;
        };
    Instant latest = now.plus(LONGEST_REST);
    if (rest != null && rest.isAfter(latest)) {
      rest = latest;
    }
    AccountState current = known.stateAt(now);
    if (rest == null || !rest.isAfter(now)) {
      return current;
    }
    return switch (current) {
      case AccountState.RateLimited limited -> limited.toRateLimited(rest);
      case AccountState.Active active -> active.toRateLimited(rest);
      case AccountState.QuotaExceeded _,
          AccountState.ReauthRequired _,
          AccountState.Deactivated _,
          AccountState.Paused _ ->
          current;
    };
  }
}
