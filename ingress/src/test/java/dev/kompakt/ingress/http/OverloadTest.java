package dev.kompakt.ingress.http;

import static dev.kompakt.ingress.http.Samples.COMPACT;
import static dev.kompakt.ingress.http.Samples.RESPONSES;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.ingress.relay.Spool;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class OverloadTest {
  private static final String JSON = "Content-Type: application/json\r\n";
  private static final String IN_FLIGHT = "kompakt_requests_in_flight";

  @Test
  void shouldRefuseUnreadWhenTooManyRequestsAreParked() throws Exception {
    try (TestPlane plane = TestPlane.with("ingress.maxRequests", "1");
        Wire wire = plane.connect();
        Wire other = plane.connect()) {
      // Given
      wire.post(COMPACT, Samples.request("a"));
      plane.submitted(1);

      // When
      other.send(Wire.head("POST", COMPACT) + JSON + "Content-Length: 100000\r\n\r\n");

      // Then
      Wire.Reply refused = other.read();
      assertThat(refused.status()).isEqualTo(429);
      assertThat(refused.body()).contains("gateway_overloaded");
      assertThat(Integer.parseInt(Objects.requireNonNull(refused.head().header("retry-after"))))
          .isBetween(1, 60);
      assertThat(other.ended()).isTrue();
      assertThat(plane.meter("kompakt_requests_refused_total")).isEqualTo(1);
    }
  }

  @Test
  void shouldLetInAgainWhenRequestsHaveEndedInEveryWay() throws Exception {
    try (TestPlane plane = TestPlane.with("ingress.maxRequests", "1")) {
      int submitted = 0;
      for (int round = 0; round < 3; round++) {
        // Given
        try (Wire bad = plane.connect()) {
          bad.post(COMPACT, "{").read();
        }
        try (Wire wrong = plane.connect()) {
          wrong.send(Wire.head("POST", COMPACT) + "Content-Length: 5\r\n\r\n").read();
        }
        plane.awaitMeter(IN_FLIGHT, 0);
        try (Wire leaving = plane.connect()) {
          leaving.send(Wire.head("POST", COMPACT) + JSON + "Content-Length: 5\r\n\r\n");
          plane.awaitMeter(IN_FLIGHT, 1);
        }
        plane.awaitMeter(IN_FLIGHT, 0);
        try (Wire parked = plane.connect()) {
          parked.post(COMPACT, Samples.request("leaves " + round));
          plane.submitted(++submitted);
        }
        plane.awaitMeter(IN_FLIGHT, 0);

        // When
        try (Wire wire = plane.connect()) {
          wire.post(COMPACT, Samples.request("stays " + round));
          plane.log.complete(plane.submitted(++submitted), Samples.answer("x"));

          // Then
          assertThat(wire.read().body().strip()).isEqualTo(Samples.answer("x"));
        }
        plane.awaitMeter(IN_FLIGHT, 0);
        plane.awaitMeter("kompakt_body_bytes_in_flight", 0);
      }
    }
  }

  @Test
  void shouldRefuseWhenBodyBytesInFlightAreUsedUp() throws Exception {
    try (TestPlane plane = TestPlane.with("ingress.maxBodyBytesInFlight", "3MiB");
        Wire one = plane.connect();
        Wire other = plane.connect();
        Wire small = plane.connect()) {
      // Given
      one.send(Wire.head("POST", COMPACT) + JSON + "Content-Length: 2000000\r\n\r\n{");
      plane.awaitMeter("kompakt_body_bytes_in_flight", 2_000_000);

      // When
      other.send(Wire.head("POST", COMPACT) + JSON + "Content-Length: 2000000\r\n\r\n{");

      // Then
      assertThat(other.read().status()).isEqualTo(429);
      small.post(COMPACT, Samples.request("a"));
      plane.submitted(1);
      assertThat(plane.meter("kompakt_body_bytes_in_flight")).isEqualTo(2_000_000);
    }
  }

  @Test
  void shouldRefuseMidwayWhenChunkedBodyFindsNoRoom() throws Exception {
    try (TestPlane plane = TestPlane.with("ingress.maxBodyBytesInFlight", "3MiB");
        Wire one = plane.connect();
        Wire other = plane.connect()) {
      // Given
      one.send(Wire.head("POST", COMPACT) + JSON + "Content-Length: 2000000\r\n\r\n{");
      plane.awaitMeter("kompakt_body_bytes_in_flight", 2_000_000);
      other.send(Wire.head("POST", COMPACT) + JSON + "Transfer-Encoding: chunked\r\n\r\n");

      // When
      String start = "{\"model\":\"m\",\"instructions\":\"";
      other.send(Integer.toHexString(start.length()) + "\r\n" + start + "\r\n");
      other.send("180000\r\n" + "a".repeat(0x180000) + "\r\n");

      // Then
      assertThat(other.read().status()).isEqualTo(429);
      plane.awaitMeter("kompakt_body_bytes_in_flight", 2_000_000);
    }
  }

  @Test
  void shouldNotWaitForEachOthersMemoryWhenCompactionsComeAsResponses() throws Exception {
    List<String> bodies =
        IntStream.range(0, 14)
            .mapToObj(i -> Samples.trigger("x".repeat(1 << 20) + i, true))
            .toList();
    List<Wire> wires = new ArrayList<>();
    try (TestPlane plane = TestPlane.withLeastMemory("ingress.keepalive.firstAfter", "60s");
        ExecutorService senders = Executors.newVirtualThreadPerTaskExecutor()) {
      // Given: all memory that may be lent early is
      for (String body : bodies) {
        Wire wire = plane.connect();
        wires.add(wire);
        wire.send(
            Wire.head("POST", RESPONSES) + JSON + "Content-Length: " + body.length() + "\r\n\r\n");
      }
      plane.awaitMeter(IN_FLIGHT, bodies.size());
      TestPlane.eventually(() -> plane.memory.lent() > 7 * (Spool.MEMORY_BYTES * 2));

      // When
      senders.invokeAll(
          IntStream.range(0, bodies.size())
              .<Callable<Wire>>mapToObj(i -> () -> wires.get(i).send(bodies.get(i)))
              .toList());

      // Then
      plane.submitted(bodies.size());
      TestPlane.eventually(() -> plane.memory.lent() == 0);
    } finally {
      for (Wire wire : wires) {
        wire.close();
      }
    }
  }
}
