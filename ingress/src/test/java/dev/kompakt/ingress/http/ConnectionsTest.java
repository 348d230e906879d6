package dev.kompakt.ingress.http;

import static dev.kompakt.ingress.http.Samples.COMPACT;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ConnectionsTest {
  private static final String OPEN = "kompakt_connections";

  @Test
  void shouldCloseFurtherConnectionsWhenAnAddressHasItsShare() throws Exception {
    try (TestPlane plane = TestPlane.with("ingress.connections.perAddress", "2");
        Wire first = plane.connect();
        Wire second = plane.connect()) {
      // Given
      plane.awaitMeter(OPEN, 2);

      // When
      try (Wire third = plane.connect()) {
        // Then
        assertThat(closed(third)).isTrue();
      }
      assertThat(first.get("/openapi.json").read().status()).isEqualTo(200);
      assertThat(plane.meter("kompakt_requests_refused_total")).isEqualTo(1);
      second.socket.close();
      plane.awaitMeter(OPEN, 1);
      try (Wire again = plane.connect()) {
        assertThat(again.get("/openapi.json").read().status()).isEqualTo(200);
      }
    }
  }

  @Test
  void shouldForgetConnectionsWhenTheyEndInEveryWay() throws Exception {
    try (TestPlane plane = TestPlane.with("ingress.connections.headTimeout", "200ms")) {
      // Given
      List<Wire> wires = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        wires.add(plane.connect());
      }
      plane.awaitMeter(OPEN, 40);

      // When
      for (int i = 0; i < 40; i++) {
        Wire wire = wires.get(i);
        switch (i % 4) {
          case 0 -> wire.close();
          case 1 -> wire.socket.setSoLinger(true, 0);
          case 2 -> wire.send("GET / HT");
          default -> wire.send(Wire.head("GET", "/openapi.json", "Connection: close") + "\r\n");
        }
        if (i % 4 == 1) {
          wire.close();
        }
      }

      // Then
      plane.awaitMeter(OPEN, 0);
      for (Wire wire : wires) {
        wire.close();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "POST", "POST /v1/responses/compact HTTP/1.1\r\nHost: localhost\r\nX-A: "})
  void shouldCloseWhenHeadDripsOrNeverComes(String start) throws Exception {
    try (TestPlane plane =
            TestPlane.with(
                "ingress.connections.headTimeout", "300ms",
                "ingress.connections.idleTimeout", "300ms");
        Wire wire = plane.connect()) {
      // Given
      wire.send(start);

      // When
      Thread drip = start.isEmpty() ? null : Thread.ofVirtual().start(() -> drip(wire));

      // Then
      assertThat(closed(wire)).isTrue();
      plane.awaitMeter(OPEN, 0);
      if (drip != null) {
        drip.interrupt();
        drip.join();
      }
    }
  }

  @Test
  void shouldCloseIdleConnectionWhenItsRequestIsAnswered() throws Exception {
    try (TestPlane plane = TestPlane.with("ingress.connections.idleTimeout", "200ms");
        Wire wire = plane.connect()) {
      // Given
      assertThat(wire.get("/openapi.json").read().status()).isEqualTo(200);

      // When Then
      assertThat(closed(wire)).isTrue();
      plane.awaitMeter(OPEN, 0);
    }
  }

  @Test
  void shouldKeepParkedConnectionWhenIdleTimeoutPasses() throws Exception {
    try (TestPlane plane =
            TestPlane.with(
                "ingress.connections.idleTimeout", "150ms",
                "ingress.connections.headTimeout", "150ms",
                "ingress.keepalive.firstAfter", "60s");
        Wire wire = plane.connect()) {
      // Given
      wire.post(COMPACT, Samples.request("a"));
      plane.submitted(1);
      try (Wire idle = plane.connect()) {
        assertThat(closed(idle)).isTrue();
      }

      // When
      plane.log.complete(plane.submitted(1), Samples.answer("x"));

      // Then
      assertThat(wire.read().body()).isEqualTo(Samples.answer("x"));
    }
  }

  @Test
  void shouldGiveUpWhenBodyComesSlowerThanItMust() throws Exception {
    try (TestPlane plane =
            TestPlane.with("ingress.bodyIdle", "300ms", "ingress.minBodyRate", "4KiB");
        Wire wire = plane.connect()) {
      // Given
      wire.send(
          Wire.head("POST", COMPACT)
              + "Content-Type: application/json\r\nContent-Length: 100000\r\n\r\n{\"model\":\"");

      // When
      Thread drip = Thread.ofVirtual().start(() -> drip(wire));

      // Then
      Wire.Reply reply = wire.read();
      drip.interrupt();
      drip.join();
      assertThat(reply.status()).isEqualTo(408);
      assertThat(reply.body()).contains("body_too_slow");
      plane.awaitMeter("kompakt_requests_in_flight", 0);
    }
  }

  @Test
  void shouldTakeBodyWhenItPausesAndThenHurries() throws Exception {
    try (TestPlane plane = TestPlane.with("ingress.bodyIdle", "2s", "ingress.minBodyRate", "1KiB");
        Wire wire = plane.connect()) {
      // Given
      String body = Samples.request("a".repeat(20_000));
      wire.send(
          Wire.head("POST", COMPACT)
              + "Content-Type: application/json\r\nContent-Length: "
              + body.length()
              + "\r\n\r\n");

      // When
      for (int i = 0; i < 10; i++) {
        Thread.sleep(20);
        wire.send(body.substring(i, i + 1));
      }
      wire.send(body.substring(10));

      // Then
      plane.submitted(1);
    }
  }

  @Test
  void shouldAnswerInOrderWhenRequestsArePipelined() throws Exception {
    try (TestPlane plane = TestPlane.with();
        Wire wire = plane.connect()) {
      // Given
      String request = Wire.head("GET", "/v1/compactions/cmpn_" + "0".repeat(40)) + "\r\n";

      // When
      wire.send(request.repeat(200) + Wire.head("GET", "/openapi.json") + "\r\n");

      // Then
      for (int i = 0; i < 200; i++) {
        assertThat(wire.read().status()).isEqualTo(404);
      }
      assertThat(wire.read().status()).isEqualTo(200);
      plane.awaitMeter("kompakt_requests_in_flight", 0);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /openapi.json HTTP/0.9\r\nHost: a\r\n\r\n",
        "GET /openapi.json HTTP/1.1\r\n Host: a\r\n\r\n",
        "GET /openapi.json HTTP/1.1\r\nHost : a\r\n\r\n",
        "GET /openapi.json HTTP/1.1\nHost: a\n\n",
        "GET /openapi.json HTTP/1.1\r\nX: 1\r\n\r\n",
        "GET /openapi.json HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET /openapi.json HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "\u0016\u0003\u0001\u0002\0\u0001\0\u0001\u00fc\u0003\u0003",
      })
  void shouldNeverServeWhenHeadIsNoPlainHttp11(String head) throws Exception {
    try (TestPlane plane = TestPlane.with("ingress.connections.headTimeout", "500ms");
        Wire wire = plane.connect()) {
      // When
      wire.send(head.getBytes(StandardCharsets.ISO_8859_1));

      // Then
      String answer = wire.rest();
      assertThat(answer)
          .satisfiesAnyOf(
              text -> assertThat(text).isEmpty(),
              text -> assertThat(text).startsWith("HTTP/1.1 4"),
              text -> assertThat(text).startsWith("HTTP/1.1 505"),
              text -> assertThat(text).startsWith("HTTP/0.9 505"));
    }
  }

  @Test
  void shouldSpeakHttp11WhenVersionIsNoneThereIs() throws Exception {
    try (TestPlane plane = TestPlane.with();
        Wire wire = plane.connect()) {
      // When
      wire.send("GET /openapi.json HTTP/9.9\r\nHost: a\r\nConnection: close\r\n\r\n");

      // Then
      assertThat(wire.rest()).startsWith("HTTP/1.1 200 ");
    }
  }

  private static boolean closed(Wire wire) throws IOException {
    try {
      return wire.ended();
    } catch (SocketException e) {
      return true;
    }
  }

  private static void drip(Wire wire) {
    try {
      while (!Thread.interrupted()) {
        wire.send("a");
        Thread.sleep(Duration.ofMillis(20));
      }
    } catch (IOException | InterruptedException e) {
      // the connection is closed, or the test is over
    }
  }
}
