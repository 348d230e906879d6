package dev.kompakt.it;

import dev.kompakt.testing.Deployment;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.kafka.KafkaContainer;

/// The suite on the Kafka image that docker-compose.yml names; skipped, and saying so, where there
/// is no Docker.
class CompactionTestcontainersIT extends CompactionSuite {
  private static @Nullable KafkaContainer kafka;

  @BeforeAll
  static void startKafka() {
    boolean docker = DockerClientFactory.instance().isDockerAvailable();
    if (!docker) {
      System.out.println("CompactionTestcontainersIT is skipped: no Docker engine answers here");
    }
    Assumptions.assumeTrue(docker, "no Docker engine answers here");
    kafka = new KafkaContainer("apache/kafka:4.3.1");
    kafka.start();
  }

  @AfterAll
  static void stopKafka() {
    if (kafka != null) {
      kafka.stop();
    }
  }

  @Override
  Deployment deploy(Path home, String config) {
    if (kafka == null) {
      throw new IllegalStateException("Kafka was not started");
    }
    return Deployment.inOneJvmOn(kafka.getBootstrapServers(), home, config);
  }
}
