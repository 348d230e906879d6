package dev.kompakt.standalone.broker;

import dev.kompakt.bootstrap.config.HostPort;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.BindException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;
import org.jspecify.annotations.Nullable;

/// A real Kafka broker in this JVM, controller and broker in one. The only class that touches
/// Kafka's server code, which is no public API of Kafka's.
///
/// Its records survive a restart and a kill.
public final class EmbeddedBroker implements AutoCloseable {
  private static final Duration START_DEADLINE = Duration.ofSeconds(60);
  private static final Duration STOP_DEADLINE = Duration.ofSeconds(15);
  private static final int ATTEMPTS_FOR_A_PORT = 5;

  private final DataDirectory directory;
  private final KafkaRaftServer server;
  private final String bootstrap;

  private EmbeddedBroker(DataDirectory directory, KafkaRaftServer server, String bootstrap) {
    this.directory = directory;
    this.server = server;
    this.bootstrap = bootstrap;
  }

  /// Starts a broker that is a cluster of its own on the directory's records, which are made if
  /// there are none.
  ///
  /// @param listen port 0 takes any free port; clients are told to come to 127.0.0.1
  /// @throws DirectoryInUseException if another process uses the directory
  /// @throws PortTakenException if something else listens there
  /// @throws BrokerFailedException if it does not come up in time
  public static EmbeddedBroker start(Path dataDir, HostPort listen) {
    return start(dataDir, List.of(Listener.at(listen)), null);
  }

  /// The same with several addresses, and as a node of a cluster.
  ///
  /// @param listeners one or more; brokers reach each other by the first
  /// @param member null for a cluster of its own
  public static EmbeddedBroker start(
      Path dataDir, List<Listener> listeners, @Nullable Quorum member) {
    DataDirectory directory = DataDirectory.take(dataDir);
    try {
      EmbeddedBroker broker = start(directory, listeners, member);
      broker.announce(null, null);
      return broker;
    } catch (RuntimeException e) {
      directory.close();
      throw e;
    }
  }

  private static EmbeddedBroker start(
      DataDirectory directory, List<Listener> listeners, @Nullable Quorum member) {
    Path logs = directory.brokerLogs();
    for (int attempt = 1; ; attempt++) {
      List<Listener> free = listeners.stream().map(Listener::free).toList();
      Quorum quorum =
          member == null ? Quorum.alone(Ports.remembered(directory.controllerPort())) : member;
      format(logs, quorum);
      if (attempt == 1 && quorum.alone() && directory.leftByAKill()) {
        forget(logs, quorum);
      }
      try {
        KafkaRaftServer server =
            start(BrokerSettings.of(logs, free, quorum), free.getFirst().listen());
        return new EmbeddedBroker(directory, server, free.getFirst().advertised().toString());
      } catch (PortTakenException e) {
        if (listeners.getFirst().listen().port() != 0 || attempt == ATTEMPTS_FOR_A_PORT) {
          throw e;
        }
      }
    }
  }

  /// Tells other processes of this machine where this one listens, as base addresses.
  public void announce(@Nullable String ingress, @Nullable String admin) {
    directory.announce(bootstrap, ingress, admin);
  }

  /// Lets go the members of a classic consumer group that lived in a process that was killed; does
  /// nothing if the last process stopped by itself.
  public void dismissMembers(String group) {
    if (directory.leftByAKill()) {
      AfterAKill.dismissMembers(bootstrap, group);
    }
  }

  /// Where clients connect to.
  public String bootstrap() {
    return bootstrap;
  }

  private static KafkaRaftServer start(Map<String, Object> settings, HostPort listen) {
    KafkaRaftServer server;
    try {
      server = within(START_DEADLINE, "broker-start", () -> started(settings));
    } catch (TimeoutException e) {
      throw new BrokerFailedException(
          "the embedded broker did not start within " + START_DEADLINE.toSeconds() + " s", e);
    } catch (ExecutionException e) {
      for (Throwable t = e; t != null; t = t.getCause()) {
        if (t instanceof BindException
            || String.valueOf(t.getMessage()).contains("Address already in use")) {
          throw new PortTakenException("--listen", listen, "Address already in use");
        }
      }
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new BrokerFailedException("the embedded broker did not start: " + cause, e);
    }
    if (Thread.currentThread().isInterrupted()) {
      stop(server);
      throw new BrokerFailedException("interrupted", null);
    }
    return server;
  }

  private static KafkaRaftServer started(Map<String, Object> settings) {
    KafkaRaftServer server = new KafkaRaftServer(new KafkaConfig(settings, false), Time.SYSTEM);
    try {
      server.startup();
      return server;
    } catch (RuntimeException | Error e) {
      server.shutdown();
      throw e;
    }
  }

  private static void forget(Path logs, Quorum quorum) {
    KafkaRaftServer controller =
        start(BrokerSettings.controller(logs, quorum), quorum.controller());
    try {
      AfterAKill.forgetBroker(quorum);
    } finally {
      stop(controller);
    }
  }

  private static void format(Path logs, Quorum quorum) {
    if (Files.exists(logs.resolve("meta.properties"))) {
      return;
    }
    try {
      Files.createDirectories(logs);
      new Formatter()
          .setClusterId(quorum.alone() ? Uuid.randomUuid().toString() : quorum.clusterId())
          .setNodeId(quorum.node())
          .addDirectory(logs.toString())
          .setMetadataLogDirectory(logs.toString())
          .setReleaseVersion(MetadataVersion.LATEST_PRODUCTION)
          .setControllerListenerName(BrokerSettings.CONTROLLER)
          .setIgnoreFormatted(true)
          .setPrintStream(
              new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
          .run();
    } catch (Exception e) {
      throw new BrokerFailedException(
          logs + " cannot be made a broker's directory: " + e.getMessage(), e);
    }
  }

  private static void stop(KafkaRaftServer server) {
    try {
      var _ =
          within(
              STOP_DEADLINE,
              "broker-stop",
              () -> {
                server.shutdown();
                server.awaitShutdown();
                return server;
              });
    } catch (TimeoutException | ExecutionException e) {
      // what is written is safe; the next start recovers the logs
    }
  }

  /// Waits for some work, also when interrupted: a broker half started or half stopped helps
  /// nobody.
  private static <T> T within(Duration deadline, String name, Callable<T> work)
      throws TimeoutException, ExecutionException {
    FutureTask<T> task = new FutureTask<>(work);
    var _ = Thread.ofPlatform().daemon().name(name).start(task);
    long until = System.nanoTime() + deadline.toNanos();
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return task.get(until - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void close() {
    stop(server);
    directory.close();
  }
}
