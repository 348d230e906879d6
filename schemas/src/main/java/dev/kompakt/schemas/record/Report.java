package dev.kompakt.schemas.record;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Instant;

/// What is reported to the router: by workers of attempts, by ingresses of ordinary turns, by any
/// process of accounts. The records of `kompakt.outcomes`.
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
public sealed interface Report permits AttemptEvent, TurnFinished, AccountReport {
  /// By the clock of whoever reports.
  Instant at();
}
