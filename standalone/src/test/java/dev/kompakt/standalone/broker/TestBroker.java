package dev.kompakt.standalone.broker;

import dev.kompakt.bootstrap.config.ConfigLoader;
import dev.kompakt.bootstrap.config.HostPort;
import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.bootstrap.kafka.KafkaClients;
import dev.kompakt.bootstrap.kafka.TopicProvisioner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;

/// A broker with all topics, one for every test of this JVM.
final class TestBroker {
  static final HostPort ANY_PORT = new HostPort("127.0.0.1", 0);

  private static final EmbeddedBroker BROKER = start();

  private TestBroker() {}

  static KompaktConfig.Kafka kafka() {
    return settings(BROKER);
  }

  /// Clients of it; the test closes them.
  static KafkaClients clients(String name) {
    return new KafkaClients(kafka(), name);
  }

  /// Settings for clients of a broker.
  static KompaktConfig.Kafka settings(EmbeddedBroker broker) {
    return ConfigLoader.load(null, Map.of(), Map.of()).kafka().withBootstrap(broker.bootstrap());
  }

  private static EmbeddedBroker start() {
    try {
      Path directory = Files.createTempDirectory("kompakt-test-broker");
      EmbeddedBroker broker = EmbeddedBroker.start(directory, ANY_PORT);
      Runtime.getRuntime().addShutdownHook(new Thread(() -> close(broker, directory)));
      KompaktConfig.Kafka kafka = settings(broker);
      try (KafkaClients clients = new KafkaClients(kafka, "test-setup");
          Admin admin = clients.admin()) {
        new TopicProvisioner(kafka, admin).provision();
      }
      return broker;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void close(EmbeddedBroker broker, Path directory) {
    broker.close();
    try (var files = Files.walk(directory)) {
      files.sorted(java.util.Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
