package dev.kompakt.ingress.http;

import static dev.kompakt.ingress.http.Samples.COMPACT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class DrainTest {
  @Test
  void shouldTurnAwayRetryablyWhenClosedWhileParked() throws Exception {
    TestPlane plane = TestPlane.with("ingress.keepalive.firstAfter", "60s");
    try (Wire wire = plane.connect()) {
      // Given
      wire.post(COMPACT, Samples.request("a"));
      plane.submitted(1);
      plane.awaitMeter("kompakt_parked_requests", 1);

      // When
      plane.plane.close(Duration.ofMillis(50));

      // Then
      Wire.Reply reply = wire.read();
      assertThat(reply.status()).isEqualTo(503);
      assertThat(reply.body()).contains("shutting_down");
      assertThat(reply.head().header("retry-after")).isEqualTo("1");
      assertThat(wire.ended()).isTrue();
    }
  }

  @Test
  void shouldBreakBodyWhenClosedAfterCommit() throws Exception {
    TestPlane plane = TestPlane.with();
    try (Wire wire = plane.connect()) {
      // Given
      wire.post(COMPACT, Samples.request("a"));
      wire.readHead();

      // When
      plane.plane.close(Duration.ofMillis(50));

      // Then
      assertThatThrownBy(wire::readChunks).isInstanceOf(EOFException.class);
    }
  }

  @Test
  void shouldServeOnButKeepNoConnectionWhenLeaving() throws Exception {
    try (TestPlane plane = TestPlane.with("ingress.keepalive.firstAfter", "60s");
        Wire wire = plane.connect();
        Wire idle = plane.connect();
        Wire late = plane.connect()) {
      // Given
      idle.get("/openapi.json").read();
      wire.post(COMPACT, Samples.request("a"));
      plane.awaitMeter("kompakt_parked_requests", 1);

      // When
      plane.plane.leave();
      late.post(COMPACT, Samples.request("b"));
      plane.log.complete(plane.submitted(1), Samples.answer("x"));
      plane.log.complete(plane.submitted(2), Samples.answer("y"));
      Wire.Reply parked = wire.read();
      Wire.Reply fresh = late.read();
      Wire.Reply reused = idle.get("/openapi.json").read();

      // Then
      assertThat(parked.body()).isEqualTo(Samples.answer("x"));
      assertThat(parked.head().header("connection")).isEqualTo("close");
      assertThat(fresh.body()).isEqualTo(Samples.answer("y"));
      assertThat(fresh.head().header("connection")).isEqualTo("close");
      assertThat(reused.status()).isEqualTo(200);
      assertThat(reused.head().header("connection")).isEqualTo("close");
    }
  }

  @Test
  void shouldLetParkedRequestEndAndTurnAwayWhatComesWhenClosing() throws Exception {
    TestPlane plane = TestPlane.with();
    try (Wire wire = plane.connect();
        Wire idle = plane.connect()) {
      // Given
      wire.post(COMPACT, Samples.request("a"));
      wire.readHead();
      idle.get("/openapi.json").read();

      // When
      plane.plane.turnAway();
      Thread closing = Thread.ofVirtual().start(() -> plane.plane.close(TestPlane.PATIENCE));
      Wire.Reply onOldConnection = idle.post(COMPACT, Samples.request("b")).read();
      Wire.Reply onNewConnection;
      try (Wire late = plane.connect()) {
        onNewConnection = late.post(COMPACT, Samples.request("b")).read();
      }
      plane.log.complete(plane.submitted(1), Samples.answer("x"));

      // Then
      assertThat(wire.readChunks().strip()).isEqualTo(Samples.answer("x"));
      assertTurnedAway(onOldConnection);
      assertTurnedAway(onNewConnection);
      closing.join();
      assertThat(plane.log.submitted()).hasSize(1);
    }
  }

  private static void assertTurnedAway(Wire.Reply reply) {
    assertThat(reply.status()).isEqualTo(503);
    assertThat(reply.body()).contains("shutting_down");
    assertThat(reply.head().header("retry-after")).isEqualTo("1");
    assertThat(reply.head().header("connection")).isEqualTo("close");
  }
}
