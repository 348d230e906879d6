package dev.kompakt.bootstrap.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class HealthTest {
  private final Health health = new Health();

  @Test
  void shouldBeReadyWhenEveryCheckHolds() {
    // Given
    AtomicBoolean kafka = new AtomicBoolean();
    health.require("streams", () -> true);
    health.require("kafka", kafka::get);

    // When
    boolean before = health.ready();
    kafka.set(true);

    // Then
    assertThat(before).isFalse();
    assertThat(health.ready()).isTrue();
    assertThat(health.results())
        .containsExactly(java.util.Map.entry("kafka", true), java.util.Map.entry("streams", true));
  }

  @Test
  void shouldNotBeReadyWhenItDrains() {
    // When
    health.drain();

    // Then
    assertThat(health.ready()).isFalse();
    assertThat(health.results()).containsEntry("draining", false);
  }
}
