package dev.kompakt.schemas.record;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What upstream said of one window of an account's quota.
///
/// @param window `primary`, `secondary`, `requests`, `tokens`, or what the provider calls it
/// @param usedPercent 0 for untouched, 100 for used up; may be above
/// @param length of the window; null if it was not said
/// @param resetsAt when the window begins anew; null if it was not said
public record UsageReading(
    String window, double usedPercent, @Nullable Duration length, @Nullable Instant resetsAt) {
  public UsageReading {
    if (!(usedPercent >= 0) || Double.isInfinite(usedPercent)) {
      throw new IllegalArgumentException("window " + window + ": used " + usedPercent + " percent");
    }
  }
}
