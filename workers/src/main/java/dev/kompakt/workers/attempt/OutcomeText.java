package dev.kompakt.workers.attempt;

import dev.kompakt.schemas.record.Outcome;

/// Outcomes for logs and metrics.
final class OutcomeText {
  private OutcomeText() {}

  /// The kind alone; one of few.
  static String kind(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Succeeded _ -> "succeeded";
      case Outcome.TooLarge _ -> "too_large";
      case Outcome.RateLimited _ -> "rate_limited";
      case Outcome.QuotaExhausted _ -> "quota_exhausted";
      case Outcome.Unauthorized _ -> "unauthorized";
      case Outcome.Unsupported _ -> "unsupported";
      case Outcome.Transient _ -> "transient";
      case Outcome.Rejected _ -> "rejected";
      case Outcome.Malformed _ -> "malformed";
      case Outcome.Cancelled _ -> "cancelled";
      case Outcome.Declined _ -> "declined";
      case Outcome.PayloadLost _ -> "payload_lost";
      case Outcome.WorkerLost _ -> "worker_lost";
    };
  }

  /// The kind and what a reader of the log wants to know of it.
  static String of(Outcome outcome) {
    String detail =
        switch (outcome) {
          case Outcome.Succeeded s -> s.result().bytes() + " bytes";
          case Outcome.TooLarge t -> t.size() + " " + t.unit();
          case Outcome.RateLimited r -> r.retryAfter().toString();
          case Outcome.QuotaExhausted q -> String.valueOf(q.resetsAt());
          case Outcome.Unauthorized u -> String.valueOf(u.status());
          case Outcome.Unsupported u -> String.valueOf(u.status());
          case Outcome.Transient t -> t.cause() + (t.status() == null ? "" : " " + t.status());
          case Outcome.Rejected r -> r.status() + " " + r.code();
          case Outcome.Malformed m -> m.fault().toString();
          case Outcome.Cancelled _,
              Outcome.Declined _,
              Outcome.PayloadLost _,
              Outcome.WorkerLost _ ->
              "";
        };
    return detail.isEmpty() ? kind(outcome) : kind(outcome) + " (" + detail + ")";
  }
}
