package dev.kompakt.bootstrap.route;

import dev.kompakt.bootstrap.config.RoutingConfig;
import java.time.Duration;

/// The figures routing goes by.
///
/// @param threshold percent of a window above which an account is used only if all are
/// @param atCapacity percent points that as many calls in flight as an account may make at once add
///   to what is used; twice as many, half of them waiting, add twice that
/// @param grace how long a session waits for its account to come back before it moves
public record Policy(double threshold, double atCapacity, Duration grace) {
  private static final double AT_CAPACITY = 10;
  public static final Policy DEFAULT = new Policy(95, AT_CAPACITY, Duration.ofSeconds(10));

  public static Policy of(RoutingConfig config) {
    return new Policy(config.budgetThreshold(), AT_CAPACITY, config.grace());
  }
}
