package dev.kompakt.bootstrap.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
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
        .containsExactly(
            Map.entry("kafka", new Check.Holds()), Map.entry("streams", new Check.Holds()));
  }

  @Test
  void shouldTellWhetherItWaitsOrHasFailedForGood() {
    // Given
    AtomicReference<Check> streams = new AtomicReference<>(new Check.NotYet());
    health.require("kafka", () -> true);
    health.follow("streams", streams::get);

    // Then
    assertThat(health.ready()).isFalse();
    assertThat(health.waiting()).isFalse();
    assertThatCode(health::requireNoFailure).doesNotThrowAnyException();

    streams.set(new Check.Waits("others to leave"));
    assertThat(health.ready()).isFalse();
    assertThat(health.waiting()).isTrue();
    assertThatCode(health::requireNoFailure).doesNotThrowAnyException();

    streams.set(new Check.Failed("refused; ask for leave"));
    assertThat(health.ready()).isFalse();
    assertThat(health.waiting()).isFalse();
    assertThatThrownBy(health::requireNoFailure)
        .isInstanceOf(RoleFailedException.class)
        .hasMessage("refused; ask for leave");

    streams.set(new Check.Holds());
    assertThat(health.ready()).isTrue();
  }

  @Test
  void shouldNotBeReadyWhenItDrains() {
    // When
    health.drain();

    // Then
    assertThat(health.ready()).isFalse();
    assertThat(health.results()).containsEntry("draining", new Check.NotYet());
  }
}
