package dev.kompakt.schemas.record;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Instant;

/// What is reported of upstream calls: by workers of attempts, by ingresses of ordinary turns. The
/// records of `kompakt.outcomes`.
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
public sealed interface CallEvent permits AttemptEvent, TurnFinished {
  /// By the clock of whoever reports.
  Instant at();
}
