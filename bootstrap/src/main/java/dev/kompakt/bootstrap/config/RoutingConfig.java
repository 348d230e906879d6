package dev.kompakt.bootstrap.config;

import static dev.kompakt.bootstrap.config.Bounds.between;
import static dev.kompakt.bootstrap.config.Bounds.range;

import java.time.Duration;

/// How accounts are chosen.
///
/// @param budgetThreshold percent of a window above which an account is used only if all are
/// @param whenExhausted what becomes of a compaction when no account can be used for long
/// @param grace how long a session waits for its account to come back before it moves
/// @param sessionIdle a session that was not used for so long may move
/// @param limitLifetime how long a learned limit holds
/// @param usageEvery how often a provider's usage address is asked for an account
public record RoutingConfig(
    int budgetThreshold,
    WhenExhausted whenExhausted,
    Duration grace,
    Duration sessionIdle,
    Duration limitLifetime,
    Duration usageEvery) {
  public RoutingConfig {
    range("routing.budgetThreshold", budgetThreshold, 1, 100);
    between("routing.grace", grace, Duration.ZERO, Duration.ofMinutes(5));
    between("routing.sessionIdle", sessionIdle, Duration.ofMinutes(1), Duration.ofDays(30));
    between("routing.limitLifetime", limitLifetime, Duration.ofSeconds(1), Duration.ofDays(7));
    between("routing.usageEvery", usageEvery, Duration.ofSeconds(1), Duration.ofHours(1));
  }

  public enum WhenExhausted {
    /// Callers on a connection are told when to come again, others wait.
    REFUSE,
    /// It is compacted locally, without any upstream.
    LOCAL
  }
}
