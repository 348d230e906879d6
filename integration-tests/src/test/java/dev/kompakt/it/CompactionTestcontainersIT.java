package dev.kompakt.it;

import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.testing.Deployment;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.kafka.KafkaContainer;

/// The suite on the Kafka image that docker-compose.yml names; skipped, and saying so, where there
/// is no Docker.
class CompactionTestcontainersIT extends CompactionSuite {
  @Override
  Deployment deploy(Path home, String config) {
    boolean docker = DockerClientFactory.instance().isDockerAvailable();
    if (!docker) {
      System.out.println("CompactionTestcontainersIT is skipped: no Docker engine answers here");
    }
    Assumptions.assumeTrue(docker, "no Docker engine answers here");
    KafkaContainer kafka = new KafkaContainer("apache/kafka:4.3.1");
    kafka.start();
    return new OnContainer(kafka, Deployment.inOneJvmOn(kafka.getBootstrapServers(), home, config));
  }

  private record OnContainer(KafkaContainer kafka, Deployment kompakt) implements Deployment {
    @Override
    public URI data() {
      return kompakt.data();
    }

    @Override
    public URI admin() {
      return kompakt.admin();
    }

    @Override
    public String broker() {
      return kompakt.broker();
    }

    @Override
    public KompaktConfig config() {
      return kompakt.config();
    }

    @Override
    public void close() {
      kompakt.close();
      kafka.stop();
    }
  }
}
