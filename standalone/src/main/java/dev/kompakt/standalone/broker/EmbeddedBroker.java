package dev.kompakt.standalone.broker;

import dev.kompakt.bootstrap.config.HostPort;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.BindException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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
/// Its records survive a restart and a kill. Clients are told to come to 127.0.0.1.
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

  /// Starts a broker on the directory's records, which are made if there are none.
  ///
  /// @param listen port 0 takes any free port
  /// @throws DirectoryInUseException if another process uses the directory
  /// @throws PortTakenException if something else listens there
  /// @throws BrokerFailedException if it does not come up in time
  public static EmbeddedBroker start(Path dataDir, HostPort listen) {
    DataDirectory directory = DataDirectory.take(dataDir);
    try {
      EmbeddedBroker broker = start(directory, listen);
      broker.announce(null, null);
      return broker;
    } catch (RuntimeException e) {
      directory.close();
      throw e;
    }
  }

  private static EmbeddedBroker start(DataDirectory directory, HostPort listen) {
    Path logs = directory.brokerLogs();
    format(logs);
    for (int attempt = 1; ; attempt++) {
      int port = Ports.free(listen);
      int controllerPort = Ports.remembered(directory.controllerPort());
      if (attempt == 1 && directory.leftByAKill()) {
        forget(logs, controllerPort);
      }
      Map<String, Object> settings = BrokerSettings.of(logs, listen.host(), port, controllerPort);
      try {
        KafkaRaftServer server = start(settings, new HostPort(listen.host(), port));
        return new EmbeddedBroker(directory, server, "127.0.0.1:" + port);
      } catch (PortTakenException e) {
        if (listen.port() != 0 || attempt == ATTEMPTS_FOR_A_PORT) {
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

  private static void forget(Path logs, int controllerPort) {
    KafkaRaftServer controller =
        start(
            BrokerSettings.controller(logs, controllerPort),
            new HostPort("127.0.0.1", controllerPort));
    try {
      AfterAKill.forgetBroker("127.0.0.1:" + controllerPort);
    } finally {
      stop(controller);
    }
  }

  private static void format(Path logs) {
    if (Files.exists(logs.resolve("meta.properties"))) {
      return;
    }
    try {
      Files.createDirectories(logs);
      new Formatter()
          .setClusterId(Uuid.randomUuid().toString())
          .setNodeId(BrokerSettings.NODE_ID)
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
