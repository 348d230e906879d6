package dev.kompakt.ingress.http;

import static dev.kompakt.ingress.http.Samples.COMPACT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kompakt.schemas.record.Failure;
import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class AnswerTest {
  private static final String PARKED = "kompakt_parked_requests";
  private static final String GONE = "kompakt_clients_gone_total";

  @Test
  void shouldStreamAnswerWhenItHasManySegments() throws Exception {
    try (TestPlane plane = TestPlane.with("ingress.keepalive.firstAfter", "60s");
        Wire wire = plane.connect()) {
      // Given
      String answer = Samples.answer("0123456789".repeat(500_000));
      wire.post(COMPACT, Samples.request("hello"));

      // When
      plane.log.complete(plane.submitted(1), answer);

      // Then
      assertThat(wire.read().body().equals(answer)).isTrue();
      assertThat(wire.get("/openapi.json").read().status()).isEqualTo(200);
    }
  }

  @Test
  void shouldGiveUpWhenClientDoesNotReadItsAnswer() throws Exception {
    try (TestPlane plane = TestPlane.with("ingress.bodyIdle", "300ms");
        Wire wire = plane.connect()) {
      // Given
      wire.post(COMPACT, Samples.request("hello"));
      wire.readHead();

      // When
      plane.log.complete(plane.submitted(1), Samples.answer("0123456789".repeat(3_000_000)));

      // Then
      plane.awaitMeter(GONE, 1);
      plane.awaitMeter("kompakt_requests_in_flight", 0);
      plane.awaitMeter(PARKED, 0);
      assertThatThrownBy(wire::readChunks).isInstanceOf(IOException.class);
    }
  }

  @Test
  void shouldNoticeAtOnceAndKeepWorkingWhenClientLeaves() throws Exception {
    try (TestPlane plane = TestPlane.with("ingress.keepalive.firstAfter", "60s");
        Wire later = plane.connect()) {
      // Given
      Wire wire = plane.connect();
      wire.post(COMPACT, Samples.request("hello"));
      plane.submitted(1);
      plane.awaitMeter(PARKED, 1);

      // When
      wire.close();

      // Then
      plane.awaitMeter(PARKED, 0);
      plane.awaitMeter(GONE, 1);
      plane.awaitMeter("kompakt_requests_in_flight", 0);
      plane.log.complete(plane.submitted(1), Samples.answer("x"));
      assertThat(later.post(COMPACT, Samples.request("hello")).read().body())
          .isEqualTo(Samples.answer("x"));
      assertThat(plane.log.submissions()).hasSize(1);
    }
  }

  @Test
  void shouldNoticeWhenClientLeavesWithAnotherRequestPipelined() throws Exception {
    try (TestPlane plane = TestPlane.with()) {
      // Given
      Wire wire = plane.connect();
      wire.post(COMPACT, Samples.request("hello"));
      plane.submitted(1);
      plane.awaitMeter(PARKED, 1);
      wire.get("/openapi.json");

      // When
      wire.close();

      // Then
      plane.awaitMeter(PARKED, 0);
      plane.awaitMeter(GONE, 1);
    }
  }

  @Test
  void shouldAnswerPipelinedRequestsInOrderWhenSentAtOnce() throws Exception {
    try (TestPlane plane = TestPlane.with();
        Wire wire = plane.connect()) {
      // Given
      String one = Samples.request("one");
      String both =
          Wire.head("POST", COMPACT)
              + "Content-Type: application/json\r\nContent-Length: "
              + one.length()
              + "\r\n\r\n"
              + one
              + Wire.head("GET", "/openapi.json")
              + "\r\n"
              + Wire.head("GET", "/nowhere")
              + "\r\n";
      wire.send(both);

      // When
      plane.submitted(1);
      plane.awaitMeter(PARKED, 1);
      plane.log.complete(plane.submitted(1), Samples.answer("x"));

      // Then
      assertThat(wire.read().body().strip()).isEqualTo(Samples.answer("x"));
      assertThat(wire.read().status()).isEqualTo(200);
      assertThat(wire.read().status()).isEqualTo(404);
    }
  }

  @Test
  void shouldAnswerPipelinedRequestWhenItArrivesWhileParked() throws Exception {
    try (TestPlane plane = TestPlane.with();
        Wire wire = plane.connect()) {
      for (int i = 1; i <= 10; i++) {
        // Given
        wire.post(COMPACT, Samples.request("turn " + i));
        plane.submitted(i);
        plane.awaitMeter(PARKED, 1);
        wire.get("/openapi.json");

        // When
        plane.log.complete(plane.submitted(i), Samples.answer("x"));

        // Then
        assertThat(wire.read().body().strip()).isEqualTo(Samples.answer("x"));
        assertThat(wire.read().status()).isEqualTo(200);
      }
    }
  }

  @Test
  void shouldAnswerAllWhenManyWaitForTheSame() throws Exception {
    try (TestPlane plane = TestPlane.with()) {
      // Given
      List<Wire> wires = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        wires.add(plane.connect().post(COMPACT, Samples.request("hello")));
        plane.submitted(1);
      }
      plane.awaitMeter(PARKED, 50);

      // When
      plane.log.complete(plane.submitted(1), Samples.answer("x"));

      // Then
      for (Wire wire : wires) {
        try (wire) {
          assertThat(wire.read().body().strip()).isEqualTo(Samples.answer("x"));
        }
      }
      plane.awaitMeter(PARKED, 0);
      plane.awaitMeter("kompakt_requests_in_flight", 0);
    }
  }

  @Test
  void shouldKeepTrueStatusWhenResultCannotBeReadBeforeCommit() throws Exception {
    try (TestPlane plane = TestPlane.with("ingress.keepalive.firstAfter", "60s");
        Wire wire = plane.connect()) {
      // Given
      plane.log.unreadable(true);
      wire.post(COMPACT, Samples.request("hello"));

      // When
      plane.log.complete(plane.submitted(1), Samples.answer("x"));

      // Then
      Wire.Reply reply = wire.read();
      assertThat(reply.status()).isEqualTo(503);
      assertThat(reply.head().header("retry-after")).isEqualTo("5");
      assertThat(reply.body()).contains("result_unavailable");
    }
  }

  @Test
  void shouldBreakBodyWhenResultCannotBeReadAfterCommit() throws Exception {
    try (TestPlane plane = TestPlane.with();
        Wire wire = plane.connect()) {
      // Given
      plane.log.unreadable(true);
      wire.post(COMPACT, Samples.request("hello"));
      wire.readHead();

      // When
      plane.log.complete(plane.submitted(1), Samples.answer("x"));

      // Then
      assertThatThrownBy(wire::readChunks).isInstanceOf(EOFException.class);
    }
  }

  @Test
  void shouldKeepOldFailureFromAnsweringWhenSubmittedAgain() throws Exception {
    try (TestPlane plane = TestPlane.with();
        Wire wire = plane.connect();
        Wire again = plane.connect()) {
      // Given
      wire.post(COMPACT, Samples.request("hello"));
      plane.log.fail(plane.submitted(1), new Failure(502, "server_error", "bad", "Bad.", null));
      assertThat(wire.read().status()).isEqualTo(502);
      plane.pass(Duration.ofSeconds(61));

      // When
      again.post(COMPACT, Samples.request("hello"));
      again.readHead();
      plane.log.complete(plane.submitted(2), Samples.answer("x"));

      // Then
      assertThat(again.readChunks().strip()).isEqualTo(Samples.answer("x"));
    }
  }
}
