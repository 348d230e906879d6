package dev.kompakt.ingress.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class GateTest {
  @Test
  void shouldWaitForRoomAndThenRefuseWhenGateIsFull() throws Exception {
    // Given
    Gate gate = new Gate(1, Duration.ofMillis(20));
    Gate.Pass pass = gate.enter();

    // When
    assertThatThrownBy(gate::enter).isInstanceOf(Gate.FullException.class);
    pass.close();
    pass.close();

    // Then
    assertThat(gate.inside()).isZero();
    gate.enter();
    assertThatThrownBy(gate::enter).isInstanceOf(Gate.FullException.class);
  }
}
