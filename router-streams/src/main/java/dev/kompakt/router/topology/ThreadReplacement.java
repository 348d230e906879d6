package dev.kompakt.router.topology;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Replaces stream threads that die, unless they die so often that it does not help: then the
/// router stops and is no longer ready.
final class ThreadReplacement implements StreamsUncaughtExceptionHandler {
  static final int MOST = 20;
  static final Duration WITHIN = Duration.ofMinutes(10);

  private static final Logger LOG = LoggerFactory.getLogger(ThreadReplacement.class);

  private final InstantSource clock;
  private final Deque<Instant> deaths = new ArrayDeque<>();

  ThreadReplacement(InstantSource clock) {
    this.clock = clock;
  }

  @Override
  public synchronized StreamThreadExceptionResponse handle(Throwable exception) {
    Instant now = clock.instant();
    while (!deaths.isEmpty() && deaths.getFirst().isBefore(now.minus(WITHIN))) {
      deaths.removeFirst();
    }
    deaths.addLast(now);
    boolean again = deaths.size() <= MOST;
    Throwable root = exception;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    StackTraceElement[] trace = root.getStackTrace();
    LOG.atError()
        .addKeyValue("error", exception.getClass().getSimpleName())
        .addKeyValue("cause", root.getClass().getSimpleName())
        .addKeyValue("where", trace.length == 0 ? "unknown" : trace[0])
        .log(
            again ? "a stream thread died and is replaced" : "stream threads keep dying, stopping");
    return again
        ? StreamThreadExceptionResponse.REPLACE_THREAD
        : StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
  }
}
