package dev.kompakt.router.topology;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler;
import org.apache.kafka.streams.errors.TopologyException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Replaces stream threads that die, unless that does not help: the group has another topology,
/// topics are wrong, the disk is full, or threads die too often.
final class ThreadReplacement implements StreamsUncaughtExceptionHandler {
  static final int MOST = 20;
  static final Duration WITHIN = Duration.ofMinutes(10);

  private static final Logger LOG = LoggerFactory.getLogger(ThreadReplacement.class);

  private final Path directory;
  private final InstantSource clock;
  private final Deque<Instant> deaths = new ArrayDeque<>();
  private final CompletableFuture<End> end = new CompletableFuture<>();

  /// Why all threads are ended.
  sealed interface End {
    /// The group is another topology's, or just being taken over from one.
    record Refused() implements End {}

    /// Nothing that this process does would help.
    record Failed(String why) implements End {}
  }

  /// Makes one.
  ///
  /// @param directory of the state
  ThreadReplacement(Path directory, InstantSource clock) {
    this.directory = directory;
    this.clock = clock;
  }

  /// Completes when threads are no longer replaced; not if they are closed.
  CompletableFuture<End> end() {
    return end;
  }

  @Override
  public synchronized StreamThreadExceptionResponse handle(Throwable exception) {
    Throwable root = exception;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    if (refusal(root)) {
      return stop(new End.Refused());
    }
    if (root instanceof TopologyException) {
      return stop(
          new End.Failed("the router's topics are not as it needs them: " + root.getMessage()));
    }
    if (FullDisk.causes(exception)) {
      return stop(new End.Failed(FullDisk.told(directory)));
    }
    Instant now = clock.instant();
    while (!deaths.isEmpty() && deaths.getFirst().isBefore(now.minus(WITHIN))) {
      deaths.removeFirst();
    }
    deaths.addLast(now);
    boolean again = deaths.size() <= MOST;
    StackTraceElement[] trace = root.getStackTrace();
    LOG.atError()
        .addKeyValue("error", exception.getClass().getSimpleName())
        .addKeyValue("cause", root.getClass().getSimpleName())
        .addKeyValue("where", trace.length == 0 ? "unknown" : trace[0])
        .log(
            again ? "a stream thread died and is replaced" : "stream threads keep dying, stopping");
    if (again) {
      return StreamThreadExceptionResponse.REPLACE_THREAD;
    }
    return stop(
        new End.Failed(
            "the router's threads keep dying, last of "
                + root.getClass().getSimpleName()
                + "; see the log"));
  }

  private StreamThreadExceptionResponse stop(End why) {
    end.complete(why);
    return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
  }

  /// Brokers call a heartbeat that brings another topology an invalid request. While the group is
  /// taken over it is none of Kafka Streams' for a moment, and not found.
  private static boolean refusal(Throwable root) {
    return root instanceof InvalidRequestException || root instanceof GroupIdNotFoundException;
  }
}
