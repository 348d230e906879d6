package dev.kompakt.workers.quota;

import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.Usage;
import org.jspecify.annotations.Nullable;

/// What an attempt that has ended used of its account's quota.
///
/// @param called whether the provider may have got a request
/// @param tokens as its answer tells; null if there was none, so that the estimate stands
public record Spent(boolean called, @Nullable Long tokens) {
  /// A call nothing is known of.
  public static final Spent UNKNOWN = new Spent(true, null);

  /// What an attempt used.
  ///
  /// @param outcome null if it has none
  public static Spent of(boolean called, @Nullable Outcome outcome) {
    return new Spent(called, called && outcome != null ? tokens(outcome) : null);
  }

  private static @Nullable Long tokens(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Succeeded(_, Usage usage) -> {
        long tokens = usage.inputTokens() + usage.outputTokens();
        yield tokens == 0 ? null : tokens;
      }
      case Outcome.TooLarge _,
          Outcome.RateLimited _,
          Outcome.QuotaExhausted _,
          Outcome.Unauthorized _,
          Outcome.Unsupported _,
          Outcome.Rejected _ ->
          0L;
      case Outcome.Transient _,
          Outcome.Malformed _,
          Outcome.Cancelled _,
          Outcome.Declined _,
          Outcome.PayloadLost _,
          Outcome.WorkerLost _ ->
          null;
    };
  }
}
