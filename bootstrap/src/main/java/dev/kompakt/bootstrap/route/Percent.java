package dev.kompakt.bootstrap.route;

import java.math.BigDecimal;
import java.math.RoundingMode;

/// Percentages as people read them.
final class Percent {
  private Percent() {}

  /// Two digits after the point at most.
  static String of(double value) {
    return BigDecimal.valueOf(value)
            .setScale(2, RoundingMode.HALF_UP)
            .stripTrailingZeros()
            .toPlainString()
        + " %";
  }
}
