package dev.kompakt.testing.audit;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/// What one account was used for, at its worst moments.
///
/// @param atOnce most calls in flight
/// @param requests most calls begun within a minute, whenever that begins
/// @param tokens most tokens of such calls
record QuotaUse(long atOnce, long requests, long tokens) {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  /// What an account may do; null for no limit.
  record Allowed(
      String account,
      String authorization,
      @Nullable Integer concurrency,
      @Nullable Integer requestsPerMinute,
      @Nullable Integer tokensPerMinute) {}

  /// Of these calls, all of one account.
  static QuotaUse of(List<Charge> calls) {
    return new QuotaUse(
        mostAtOnce(calls), mostInAMinute(calls, _ -> 1), mostInAMinute(calls, Charge::tokens));
  }

  static List<String> violations(List<Charge> calls, List<Allowed> accounts) {
    List<String> violations = new ArrayList<>();
    for (Allowed account : accounts) {
      QuotaUse use =
          of(
              calls.stream()
                  .filter(c -> c.authorization().equals(account.authorization()))
                  .toList());
      exceeded(account, use.atOnce(), account.concurrency(), "calls at once", violations);
      exceeded(
          account, use.requests(), account.requestsPerMinute(), "calls in a minute", violations);
      exceeded(account, use.tokens(), account.tokensPerMinute(), "tokens in a minute", violations);
    }
    return violations;
  }

  private static void exceeded(
      Allowed account, long use, @Nullable Integer limit, String what, List<String> violations) {
    if (limit != null && use > limit) {
      violations.add(
          "account %s had %d %s, and may have %d".formatted(account.account(), use, what, limit));
    }
  }

  private static long mostAtOnce(List<Charge> calls) {
    TreeMap<Instant, Long> changes = new TreeMap<>();
    for (Charge call : calls) {
      changes.merge(call.startedAt(), 1L, Long::sum);
      changes.merge(call.endedAt(), -1L, Long::sum);
    }
    long now = 0;
    long most = 0;
    for (long change : changes.values()) {
      now += change;
      most = Math.max(most, now);
    }
    return most;
  }

  /// The most in any minute, its end not included.
  private static long mostInAMinute(List<Charge> calls, ToLongFunction<Charge> amount) {
    long most = 0;
    for (Charge first : calls) {
      Instant from = first.startedAt();
      Instant to = from.plus(MINUTE);
      most =
          Math.max(
              most,
              calls.stream()
                  .filter(call -> !call.startedAt().isBefore(from) && call.startedAt().isBefore(to))
                  .mapToLong(amount)
                  .sum());
    }
    return most;
  }
}
