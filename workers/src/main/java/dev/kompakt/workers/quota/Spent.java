package dev.kompakt.workers.quota;

import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.Outcome.Transient.Cause;
import dev.kompakt.schemas.record.Usage;
import org.jspecify.annotations.Nullable;

/// What an attempt that has ended used of its account's quota.
///
/// @param called whether the provider may have got a request
/// @param tokens as its answer tells; null if there was none, so that the estimate stands
/// @param cutShort whether the provider may be at work on it a moment longer, for it was not the
///   provider's answer that ended it
public record Spent(boolean called, @Nullable Long tokens, boolean cutShort) {
  /// A call nothing is known of, made elsewhere and long ago.
  public static final Spent UNKNOWN = new Spent(true, null, false);

  /// What an attempt used.
  ///
  /// @param outcome null if it has none
  public static Spent of(boolean called, @Nullable Outcome outcome) {
    return new Spent(
        called,
        called && outcome != null ? tokens(outcome) : null,
        called && (outcome == null || cutShort(outcome)));
  }

  private static boolean cutShort(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Transient(Cause cause, _, _) ->
          switch (cause) {
            case CONNECTION_LOST, HEADER_TIMEOUT, IDLE_TIMEOUT, TOTAL_TIMEOUT, WORKER_FAULT -> true;
            case CONNECT_FAILED, SERVER_ERROR, OVERLOADED -> false;
          };
      // An answer that is too long, for one, is not read to its end.
      case Outcome.Malformed _, Outcome.Cancelled _, Outcome.PayloadLost _ -> true;
      case Outcome.Succeeded _,
          Outcome.TooLarge _,
          Outcome.RateLimited _,
          Outcome.QuotaExhausted _,
          Outcome.Unauthorized _,
          Outcome.Unsupported _,
          Outcome.Rejected _,
          Outcome.Declined _,
          Outcome.WorkerLost _ ->
          false;
    };
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
