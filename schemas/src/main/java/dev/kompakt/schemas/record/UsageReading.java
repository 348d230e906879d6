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
/// @param at when it was said; null in records of before this was told
public record UsageReading(
    String window,
    double usedPercent,
    @Nullable Duration length,
    @Nullable Instant resetsAt,
    @Nullable Instant at) {
  public UsageReading {
    if (!(usedPercent >= 0) || Double.isInfinite(usedPercent)) {
      throw new IllegalArgumentException("window " + window + ": used " + usedPercent + " percent");
    }
  }

  /// What is used at a moment: nothing, once the window it was said of has passed.
  public double usedAt(Instant now) {
    return passed(now) ? 0 : usedPercent;
  }

  /// When its window begins anew; null if nothing that was said tells.
  public @Nullable Instant renewedAt() {
    if (resetsAt != null) {
      return resetsAt;
    }
    return at == null || length == null ? null : at.plus(length);
  }

  private boolean passed(Instant now) {
    Instant renewed = renewedAt();
    return renewed != null && !renewed.isAfter(now);
  }
}
