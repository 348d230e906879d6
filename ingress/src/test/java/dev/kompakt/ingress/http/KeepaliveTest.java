package dev.kompakt.ingress.http;

import static dev.kompakt.ingress.http.Samples.COMPACT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kompakt.schemas.record.Failure;
import java.io.EOFException;
import java.net.SocketException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class KeepaliveTest {
  private static final Failure OVERLOADED =
      new Failure(503, "server_error", "server_is_overloaded", "Busy.", 7);

  @Test
  void shouldAnswerWithLengthAndStatusWhenDoneBeforeFirstBeat() throws Exception {
    try (TestPlane plane = TestPlane.with("ingress.keepalive.firstAfter", "60s");
        Wire wire = plane.connect()) {
      // Given
      wire.post(COMPACT, Samples.request("hello"));

      // When
      plane.log.complete(plane.submitted(1), Samples.answer("x"));

      // Then
      Wire.Reply reply = wire.read();
      assertThat(reply.status()).isEqualTo(200);
      assertThat(reply.head().header("content-type")).isEqualTo("application/json");
      assertThat(reply.head().header("content-length")).isNotNull();
      assertThat(reply.body()).isEqualTo(Samples.answer("x"));
    }
  }

  @Test
  void shouldBeatNewlinesAndThenAnswerWhenWorkTakesLong() throws Exception {
    try (TestPlane plane = TestPlane.with();
        Wire wire = plane.connect()) {
      // Given
      wire.post(COMPACT, Samples.request("hello"));
      Wire.Head head = wire.readHead();
      String beats = wire.readChunk() + wire.readChunk() + wire.readChunk();

      // When
      plane.log.complete(plane.submitted(1), Samples.answer("x"));

      // Then
      assertThat(head.status()).isEqualTo(200);
      assertThat(head.chunked()).isTrue();
      assertThat(head.header("content-length")).isNull();
      assertThat(head.header("content-type")).isEqualTo("application/json");
      assertThat(head.header("cache-control")).isEqualTo("no-cache, no-transform");
      assertThat(head.header("x-accel-buffering")).isEqualTo("no");
      assertThat(head.header("x-request-id")).startsWith("req_");
      assertThat(beats).isEqualTo("\n\n\n");
      assertThat(wire.readChunks().strip()).isEqualTo(Samples.answer("x"));
      assertThat(plane.meter("kompakt_keepalives_total")).isGreaterThanOrEqualTo(3);
    }
  }

  @Test
  void shouldServeNextRequestWhenParkedOneIsAnswered() throws Exception {
    try (TestPlane plane = TestPlane.with();
        Wire wire = plane.connect()) {
      for (int i = 1; i <= 5; i++) {
        // Given
        wire.post(COMPACT, Samples.request("turn " + i));
        Wire.Head head = wire.readHead();
        String beat = wire.readChunk();

        // When
        plane.log.complete(plane.submitted(i), Samples.answer("answer " + i));

        // Then
        assertThat(head.status()).isEqualTo(200);
        assertThat(beat).isEqualTo("\n");
        assertThat(wire.readChunks().strip()).isEqualTo(Samples.answer("answer " + i));
      }
      assertThat(wire.get("/openapi.json").read().status()).isEqualTo(200);
    }
  }

  @Test
  void shouldKeepTrueStatusWhenFailedBeforeFirstBeat() throws Exception {
    try (TestPlane plane = TestPlane.with("ingress.keepalive.firstAfter", "60s");
        Wire wire = plane.connect()) {
      // Given
      wire.post(COMPACT, Samples.request("hello"));

      // When
      plane.log.fail(plane.submitted(1), OVERLOADED);

      // Then
      Wire.Reply reply = wire.read();
      assertThat(reply.status()).isEqualTo(503);
      assertThat(reply.head().header("retry-after")).isEqualTo("7");
      assertThat(reply.body())
          .isEqualTo(
              "{\"error\":{\"message\":\"Busy.\",\"type\":\"server_error\","
                  + "\"code\":\"server_is_overloaded\",\"param\":null}}");
      assertThat(wire.get("/openapi.json").read().status()).isEqualTo(200);
    }
  }

  @Test
  void shouldBreakBodyWhenFailedAfterCommit() throws Exception {
    try (TestPlane plane = TestPlane.with();
        Wire wire = plane.connect()) {
      // Given
      wire.post(COMPACT, Samples.request("hello"));
      wire.readHead();
      wire.readChunk();

      // When
      plane.log.fail(plane.submitted(1), OVERLOADED);

      // Then
      assertThatThrownBy(wire::readChunks).isInstanceOf(EOFException.class);
      plane.awaitMeter("kompakt_requests_total{route=\"compact\",status=\"503\"}", 1);
    }
  }

  @Test
  void shouldBreakChunksWhenConnectionWasToCloseAnyway() throws Exception {
    try (TestPlane plane = TestPlane.with();
        Wire wire = plane.connect()) {
      // Given
      wire.post(COMPACT, Samples.request("hello"), "Connection: close");
      Wire.Head head = wire.readHead();
      wire.readChunk();

      // When
      plane.log.fail(plane.submitted(1), OVERLOADED);

      // Then
      assertThat(head.chunked()).isTrue();
      assertThatThrownBy(wire::readChunks).isInstanceOf(EOFException.class);
    }
  }

  @Test
  void shouldResetConnectionWhenBodyHasNoOtherEnd() throws Exception {
    try (TestPlane plane = TestPlane.with();
        Wire wire = plane.connect()) {
      // Given
      String body = Samples.request("hello");
      wire.send(
          "POST /v1/responses/compact HTTP/1.0\r\nHost: localhost\r\n"
              + "Content-Type: application/json\r\nContent-Length: "
              + body.length()
              + "\r\n\r\n"
              + body);
      Wire.Head head = wire.readHead();
      int first = wire.readByte();

      // When
      plane.log.fail(plane.submitted(1), OVERLOADED);

      // Then
      assertThat(head.chunked()).isFalse();
      assertThat(first).isEqualTo('\n');
      assertThatThrownBy(wire::ended).isInstanceOf(SocketException.class);
    }
  }

  @Test
  void shouldAnswerStoredErrorWhenBrokenRequestIsTriedAgain() throws Exception {
    try (TestPlane plane = TestPlane.with();
        Wire wire = plane.connect();
        Wire retry = plane.connect()) {
      // Given
      wire.post(COMPACT, Samples.request("hello"));
      wire.readHead();
      plane.log.fail(plane.submitted(1), OVERLOADED);
      assertThatThrownBy(wire::readChunks).isInstanceOf(EOFException.class);

      // When
      Wire.Reply reply = retry.post(COMPACT, Samples.request("hello")).read();

      // Then
      assertThat(reply.status()).isEqualTo(503);
      assertThat(reply.head().header("retry-after")).isBetween("1", "7");
      assertThat(plane.log.submitted()).hasSize(1);
    }
  }

  @Test
  void shouldOutliveReadTimeoutWhileParkedAndHeedItAfterwards() throws Exception {
    try (TestPlane plane =
            TestPlane.withReadTimeout(
                Duration.ofMillis(300), "ingress.keepalive.firstAfter", "700ms");
        Wire wire = plane.connect()) {
      // Given
      wire.post(COMPACT, Samples.request("hello"));
      wire.readHead();

      // When
      plane.log.complete(plane.submitted(1), Samples.answer("x"));

      // Then
      assertThat(wire.readChunks().strip()).isEqualTo(Samples.answer("x"));
      assertThat(wire.ended()).isTrue();
    }
  }
}
