package dev.kompakt.bootstrap.credential;

import java.time.Duration;

/// How long renewing may take.
///
/// @param claim a claim is over after this, for its owner and its rivals alike
/// @param ask how long the token endpoint has for its answer; well inside of `claim`
/// @param patience how long a caller waits in all, for the log, its turn and the endpoint
/// @param refused for so long a refusal answers for the endpoint
/// @param skew how far the clocks of processes may be apart
record Timing(Duration claim, Duration ask, Duration patience, Duration refused, Duration skew) {
  static final Timing DEFAULT =
      new Timing(
          Duration.ofSeconds(30),
          Duration.ofSeconds(8),
          Duration.ofSeconds(15),
          Duration.ofSeconds(5),
          Duration.ofMinutes(1));
}
