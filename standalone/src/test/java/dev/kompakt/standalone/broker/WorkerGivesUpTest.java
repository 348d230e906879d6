package dev.kompakt.standalone.broker;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kompakt.bootstrap.config.ConfigLoader;
import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.bootstrap.credential.Credentials;
import dev.kompakt.bootstrap.kafka.KafkaClients;
import dev.kompakt.bootstrap.observe.Health;
import dev.kompakt.bootstrap.observe.Meters;
import dev.kompakt.bootstrap.observe.RoleFailedException;
import dev.kompakt.bootstrap.payload.PayloadStore;
import dev.kompakt.bootstrap.seal.SealingKey;
import dev.kompakt.bootstrap.seal.SegmentSeal;
import dev.kompakt.workers.WorkerService;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/// A worker whose thread dies gives up (docs/adr/0023).
class WorkerGivesUpTest {
  private static final Duration SOON = Duration.ofSeconds(30);

  @Test
  void shouldNeverBeReadyAgainAndSayWhyWhenTheThreadOfItsLanesDies() {
    // Given
    KompaktConfig config = ConfigLoader.load(null, Map.of(), Map.of());
    SealingKey key = new SealingKey(new byte[32]);
    Meters meters = new Meters();
    Health health = new Health();
    AtomicBoolean broken = new AtomicBoolean();
    InstantSource clock =
        () -> {
          if (broken.get() && Thread.currentThread().getName().equals("worker-lanes")) {
            throw new IllegalStateException("broken by the test");
          }
          return Instant.now();
        };
    try (KafkaClients clients = TestBroker.clients("worker-test");
        PayloadStore payloads = new PayloadStore(clients, new SegmentSeal(key), 1)) {
      WorkerService worker =
          WorkerService.create(
              config, clients, payloads, Credentials.ofKeys(config), key, meters, health, clock);
      worker.start();
      await().atMost(SOON).until(health::ready);
      health.requireNoFailure();

      // When
      broken.set(true);

      // Then
      await()
          .dontCatchUncaughtExceptions()
          .atMost(SOON)
          .untilAsserted(
              () ->
                  assertThatThrownBy(health::requireNoFailure)
                      .isInstanceOf(RoleFailedException.class)
                      .hasMessageContaining("IllegalStateException"));
      worker.close(Duration.ZERO);
    }
  }
}
