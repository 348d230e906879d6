package dev.kompakt.ingress.http;

import static dev.kompakt.ingress.http.Samples.COMPACT;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// All memory that answers and bodies may take is lent to answers nobody reads.
final class SlowReadersTest {
  private static final String LARGE = Samples.answer("0123456789".repeat(3_000_000));

  @Test
  void shouldServeOthersOnceSlowReadersHaveLostTheirPlace() throws Exception {
    try (TestPlane plane =
            TestPlane.withLeastMemory(
                "ingress.keepalive.firstAfter", "60s", "ingress.bodyIdle", "2s");
        Wire slow = plane.connect();
        Wire alike = plane.connect();
        Wire parked = plane.connect();
        Wire late = plane.connect()) {
      // Given
      slow.post(COMPACT, Samples.request("slow"));
      plane.submitted(1);
      alike.post(COMPACT, Samples.request("alike"));
      plane.submitted(2);
      parked.post(COMPACT, Samples.request("parked"));
      plane.submitted(3);
      TestPlane.eventually(() -> plane.memory.lent() == 0);
      plane.log.complete(plane.submitted(1), LARGE);
      plane.log.complete(plane.submitted(2), LARGE);
      TestPlane.eventually(() -> plane.memory.lent() > 2 * (4L << 20));

      // When
      plane.log.complete(plane.submitted(3), Samples.answer("x"));
      late.post(COMPACT, Samples.request("late"));

      // Then
      plane.log.complete(plane.submitted(4), Samples.answer("y"));
      assertThat(parked.read().body()).isEqualTo(Samples.answer("x"));
      assertThat(late.read().body()).isEqualTo(Samples.answer("y"));
      plane.awaitMeter("kompakt_clients_gone_total", 2);
      TestPlane.eventually(() -> plane.memory.lent() == 0);
    }
  }
}
