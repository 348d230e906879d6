package dev.kompakt.bootstrap.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.bootstrap.config.ConfigLoader;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KafkaClientsTest {
  @Test
  void shouldWaitForAllCopiesAndRepeatNoneWhateverTheConfigPassesThrough() {
    // Given
    Map<String, String> flags =
        Map.of(
            "kafka.bootstrap",
            "127.0.0.1:1",
            "kafka.client.acks",
            "1",
            "kafka.client.enable.idempotence",
            "false",
            "kafka.client.delivery.timeout.ms",
            "3600000");

    // When
    Map<String, Object> settings;
    try (KafkaClients clients =
        new KafkaClients(ConfigLoader.load(null, Map.of(), flags).kafka(), "test")) {
      settings = clients.producerSettings();
    }

    // Then
    assertThat(settings)
        .containsEntry("acks", "all")
        .containsEntry("enable.idempotence", true)
        .containsEntry("delivery.timeout.ms", 30_000);
  }
}
