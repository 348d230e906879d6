package dev.kompakt.standalone;

import dev.kompakt.bootstrap.kafka.UnreachableException;
import dev.kompakt.bootstrap.observe.Check;
import dev.kompakt.bootstrap.observe.Health;
import dev.kompakt.bootstrap.observe.RoleFailedException;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Waits until a process is ready.
///
/// @param patience how long it may take
record Readiness(Health health, Duration patience) {
  private static final Logger LOG = LoggerFactory.getLogger(Readiness.class);
  private static final Duration BETWEEN_CHECKS = Duration.ofMillis(5);
  private static final Duration LONG = Duration.ofSeconds(90);

  /// Returns once it is ready.
  ///
  /// @throws UnreachableException if it is not in time, not counting while it waits for others, or
  ///   this thread is interrupted
  /// @throws RoleFailedException if it will never be
  void await() {
    long began = System.nanoTime();
    boolean told = false;
    while (!health.ready()) {
      health.requireNoFailure();
      if (health.waiting()) {
        began = System.nanoTime();
      }
      long waited = System.nanoTime() - began;
      if (waited > patience.toNanos()) {
        throw new UnreachableException(
            "not ready within " + patience.toSeconds() + " s; what does not hold: " + missing(),
            null);
      }
      if (!told && waited > LONG.toNanos()) {
        told = true;
        LOG.atWarn().addKeyValue("missing", missing()).log("not ready yet");
      }
      try {
        Thread.sleep(BETWEEN_CHECKS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new UnreachableException("interrupted while starting", e);
      }
    }
  }

  private String missing() {
    return health.results().entrySet().stream()
        .filter(check -> !(check.getValue() instanceof Check.Holds))
        .map(Map.Entry::getKey)
        .collect(Collectors.joining(", "));
  }
}
