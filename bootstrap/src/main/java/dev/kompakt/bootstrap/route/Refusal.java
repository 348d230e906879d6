package dev.kompakt.bootstrap.route;

import dev.kompakt.schemas.record.Outcome;
import org.jspecify.annotations.Nullable;

/// Why an account did not take a call, as a metric's tag.
public enum Refusal {
  RATE_LIMITED("rate_limited"),
  QUOTA_EXHAUSTED("quota_exhausted"),
  UNAUTHORIZED("unauthorized"),
  NO_ROOM("no_room");

  private final String text;

  Refusal(String text) {
    this.text = text;
  }

  public String text() {
    return text;
  }

  /// The refusal in an outcome; null if the account is not what kept the call from a result.
  public static @Nullable Refusal of(Outcome outcome) {
    return switch (outcome) {
      case Outcome.RateLimited _ -> RATE_LIMITED;
      case Outcome.QuotaExhausted _ -> QUOTA_EXHAUSTED;
      case Outcome.Unauthorized _ -> UNAUTHORIZED;
      case Outcome.Declined _ -> NO_ROOM;
      case Outcome.Succeeded _,
          Outcome.TooLarge _,
          Outcome.Unsupported _,
          Outcome.Transient _,
          Outcome.Rejected _,
          Outcome.Malformed _,
          Outcome.Cancelled _,
          Outcome.PayloadLost _,
          Outcome.WorkerLost _ ->
          null;
    };
  }
}
