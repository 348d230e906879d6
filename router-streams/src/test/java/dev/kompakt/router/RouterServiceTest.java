package dev.kompakt.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kompakt.bootstrap.config.ConfigException;
import dev.kompakt.bootstrap.config.ConfigLoader;
import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.bootstrap.kafka.KafkaClients;
import dev.kompakt.bootstrap.observe.Health;
import dev.kompakt.bootstrap.observe.Meters;
import dev.kompakt.bootstrap.route.Member;
import dev.kompakt.router.topology.RouterSettings;
import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.id.ProviderId;
import dev.kompakt.schemas.record.Mode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RouterServiceTest {
  @TempDir private Path directory = Path.of(".");

  private KompaktConfig config(String yaml) throws IOException {
    Path file = directory.resolve("kompakt.yaml");
    Files.writeString(file, yaml);
    return ConfigLoader.load(
        file,
        Map.of(),
        Map.of("kafka.dataDir", directory.toString(), "kafka.bootstrap", "127.0.0.1:1"));
  }

  @Test
  void shouldTakeItsSettingsFromTheConfig() throws IOException {
    // Given
    KompaktConfig config =
        config(
            """
            providers:
              - { id: openai, baseUrl: "https://api.example.com/v1", mode: trigger }
            accounts:
              - { id: a, provider: openai, apiKey: "env:KEY_A" }
              - id: b
                provider: openai
                apiKey: "env:KEY_B"
                quota: { concurrency: 2, tokensPerMinute: 9000, ceilings: { primary: 80 } }
            routing: { budgetThreshold: 90, grace: 3s, whenExhausted: local, sessionIdle: 2h }
            compaction: { parallelChunks: 3, maxCalls: 7, keepResults: 2h }
            upstream: { totalTimeout: 25m }
            """);

    // When
    RouterSettings settings = RouterService.settings(config);

    // Then
    assertThat(settings.providers())
        .containsExactly(
            new RouterSettings.Provider(
                new ProviderId("openai"),
                Mode.TRIGGER,
                List.of(
                    new Member(new AccountId("a"), 4, null, Map.of()),
                    new Member(new AccountId("b"), 2, 9000, Map.of("primary", 80)))));
    assertThat(settings.policy().threshold()).isEqualTo(90);
    assertThat(settings.decisions().localWhenExhausted()).isTrue();
    assertThat(settings.sessionIdle()).isEqualTo(Duration.ofHours(2));
    assertThat(settings.policy().grace()).isEqualTo(Duration.ofSeconds(3));
    assertThat(settings.decisions().parallelChunks()).isEqualTo(3);
    assertThat(settings.decisions().maxCalls()).isEqualTo(7);
    assertThat(settings.decisions().keepCompleted()).isEqualTo(Duration.ofHours(2));
    assertThat(settings.decisions().attemptTimeout()).isEqualTo(Duration.ofMinutes(25));
  }

  @Test
  void shouldNameTheDirectoryWhenAnotherRouterUsesIt() throws IOException {
    // Given
    KompaktConfig config = config("providers: []");
    Health health = new Health();
    try (KafkaClients clients = new KafkaClients(config.kafka(), "test");
        RouterService first = RouterService.create(config, clients, new Meters(), health)) {

      // Then
      assertThatThrownBy(() -> RouterService.create(config, clients, new Meters(), health))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("kafka.dataDir")
          .hasMessageContaining(directory.toString());
      assertThat(first.running()).isFalse();
      assertThat(health.ready()).isFalse();
    }
  }
}
