package dev.kompakt.standalone;

import java.time.Duration;

/// How long a start may take.
///
/// @param contact how long Kafka may not answer before it is given up
/// @param ready how long the roles may take from then on
record Patience(Duration contact, Duration ready) {
  private static final Duration FOREVER = Duration.ofDays(36_500);

  /// Of whoever waits for it: one try, and a while.
  static final Patience SHORT = new Patience(Duration.ZERO, Duration.ofSeconds(90));

  /// Of servers that are watched by their probes: however long brokers are down, or state is
  /// restored.
  static final Patience ENDLESS = new Patience(FOREVER, FOREVER);
}
