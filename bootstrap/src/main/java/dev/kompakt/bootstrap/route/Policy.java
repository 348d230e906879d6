package dev.kompakt.bootstrap.route;

import dev.kompakt.bootstrap.config.KompaktConfig;
import java.time.Duration;

/// The figures routing goes by.
///
/// @param threshold percent of a window above which an account is used only if all are
/// @param perCall percent points each call in flight adds to what is used
/// @param grace how long a session waits for its account to come back before it moves
public record Policy(double threshold, double perCall, Duration grace) {
  private static final double PER_CALL = 2.5;
  public static final Policy DEFAULT = new Policy(95, PER_CALL, Duration.ofSeconds(10));

  public static Policy of(KompaktConfig.Routing config) {
    return new Policy(config.budgetThreshold(), PER_CALL, config.grace());
  }
}
