package dev.kompakt.router.topology;

import dev.kompakt.bootstrap.observe.RoleFailedException;
import dev.kompakt.router.state.StateCheck;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Kafka Streams from one start to its end. Holds the state directory from when it is made.
final class StreamsRun {
  private static final Logger LOG = LoggerFactory.getLogger(StreamsRun.class);

  private final KafkaStreams streams;
  private final ThreadReplacement threads;
  private final boolean fresh;
  private final Path directory;

  private StreamsRun(
      KafkaStreams streams, ThreadReplacement threads, boolean fresh, Path directory) {
    this.streams = streams;
    this.threads = threads;
    this.fresh = fresh;
    this.directory = directory;
  }

  /// Makes it, and clears what another topology left in the state directory.
  ///
  /// @throws RouterStreams.DirectoryInUseException if another process uses the state directory
  /// @throws RoleFailedException if there is no room for it
  static StreamsRun make(Topology topology, Map<String, Object> settings) {
    Path directory = Path.of(String.valueOf(settings.get(StreamsConfig.STATE_DIR_CONFIG)));
    try {
      return made(topology, settings, directory);
    } catch (RuntimeException e) {
      throw FullDisk.explained(e, directory);
    }
  }

  private static StreamsRun made(Topology topology, Map<String, Object> settings, Path directory) {
    Properties properties = new Properties();
    properties.putAll(settings);
    KafkaStreams streams;
    try {
      streams = new KafkaStreams(topology, properties);
    } catch (StreamsException e) {
      if (String.valueOf(e.getMessage()).contains("state directory")) {
        throw new RouterStreams.DirectoryInUseException(e);
      }
      throw e;
    }
    ThreadReplacement threads = new ThreadReplacement(directory, InstantSource.system());
    streams.setUncaughtExceptionHandler(threads);
    streams.setStateListener(
        (next, before) ->
            LOG.atDebug()
                .addKeyValue("from", before)
                .addKeyValue("to", next)
                .log("streams changed state"));
    try {
      return new StreamsRun(streams, threads, cleared(streams, topology, directory), directory);
    } catch (RuntimeException e) {
      streams.close();
      throw e;
    }
  }

  private static boolean cleared(KafkaStreams streams, Topology topology, Path directory) {
    LocalState state = new LocalState(directory, topology);
    if (state.ofThisTopology()) {
      return false;
    }
    streams.cleanUp();
    state.adopt();
    return true;
  }

  /// Whether it was not this topology that ran here last.
  boolean fresh() {
    return fresh;
  }

  /// Deletes stores that are damaged, which are then restored, and starts the threads.
  ///
  /// @throws RoleFailedException if there is no room for what they write
  void start() {
    try {
      StateCheck.deleteDamaged(directory.resolve(RouterGroup.ID));
      streams.start();
    } catch (RuntimeException e) {
      throw FullDisk.explained(e, directory);
    }
  }

  boolean running() {
    return streams.state() == KafkaStreams.State.RUNNING;
  }

  /// Waits until it ends by itself, which it may never.
  ThreadReplacement.End awaitEnd() throws InterruptedException {
    try {
      return threads.end().get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Ends all threads and leaves the group.
  ///
  /// @return whether they ended in time
  boolean close(Duration timeout) {
    return streams.close(timeout);
  }
}
