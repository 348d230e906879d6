package dev.kompakt.ingress.http;

import static dev.kompakt.ingress.http.Samples.COMPACT;
import static dev.kompakt.ingress.http.Samples.COMPACT_HEAD;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Bodies that are too large, too slow, broken off or no request are refused, and hold nothing.
class BodyRefusalTest {
  private static final String IN_FLIGHT = "kompakt_body_bytes_in_flight";

  @Test
  void shouldRefuseAtOnceWhenContentLengthIsOverTheCap() throws Exception {
    try (TestPlane plane = TestPlane.with("ingress.maxBodyBytes", "64KiB");
        Wire wire = plane.connect()) {
      // When
      wire.send(COMPACT_HEAD + "Content-Length: 65537\r\n\r\n");

      // Then
      Wire.Reply reply = wire.read();
      assertThat(reply.status()).isEqualTo(400);
      assertThat(reply.head().header("connection")).isEqualTo("close");
      assertThat(reply.body()).contains("request_too_large");
      assertThat(wire.ended()).isTrue();
    }
  }

  @Test
  void shouldRefuseWithoutContinueWhenBodyIsTooLarge() throws Exception {
    try (TestPlane plane = TestPlane.with("ingress.maxBodyBytes", "64KiB");
        Wire wire = plane.connect()) {
      // When
      wire.send(COMPACT_HEAD + "Expect: 100-continue\r\nContent-Length: 100000\r\n\r\n");

      // Then
      assertThat(wire.read().status()).isEqualTo(400);
      assertThat(wire.ended()).isTrue();
    }
  }

  @Test
  void shouldRefuseWhenChunkedBodyPassesTheCap() throws Exception {
    try (TestPlane plane = TestPlane.with("ingress.maxBodyBytes", "64KiB");
        Wire wire = plane.connect()) {
      // Given
      wire.send(COMPACT_HEAD + "Transfer-Encoding: chunked\r\n\r\n");
      wire.send("1d\r\n{\"model\":\"m\",\"instructions\":\"\r\n");

      // When
      String chunk = "8000\r\n" + "a".repeat(0x8000) + "\r\n";
      wire.send(chunk + chunk + chunk);

      // Then
      Wire.Reply reply = wire.read();
      assertThat(reply.status()).as(reply.body()).isEqualTo(400);
      assertThat(wire.ended()).isTrue();
    }
  }

  @Test
  void shouldDeliverRefusalWhenClientGoesOnSending() throws Exception {
    try (TestPlane plane = TestPlane.with("ingress.maxBodyBytes", "64KiB");
        Wire wire = plane.connect()) {
      // Given
      wire.send(COMPACT_HEAD + "Content-Length: 20000000\r\n\r\n");

      // When
      wire.send(new byte[20_000_000]);

      // Then
      assertThat(wire.read().status()).isEqualTo(400);
    }
  }

  @Test
  void shouldRefuseBombWhenItUnpacksTooFar() throws Exception {
    try (TestPlane plane = TestPlane.with("ingress.maxBodyBytes", "1MiB");
        Wire wire = plane.connect()) {
      // Given
      byte[] bomb =
          Zstd.compress(
              ("{\"model\":\"m\",\"input\":\"" + " ".repeat(50_000_000))
                  .getBytes(StandardCharsets.UTF_8));

      // When
      wire.post(COMPACT, bomb, "Content-Encoding: zstd");

      // Then
      assertThat(wire.read().status()).isEqualTo(400);
    }
  }

  @Test
  void shouldRefuseWhenBytesFollowEncodedContent() throws Exception {
    try (TestPlane plane = TestPlane.with();
        Wire wire = plane.connect()) {
      // Given
      byte[] body = Samples.request("hello").getBytes(StandardCharsets.UTF_8);
      ByteArrayOutputStream sent = new ByteArrayOutputStream();
      sent.writeBytes(Zstd.compress(body));
      sent.writeBytes(new byte[100]);

      // When
      wire.post(COMPACT, sent.toByteArray(), "Content-Encoding: zstd");

      // Then
      assertThat(wire.read().status()).isEqualTo(400);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[]",
        "{\"model\":\"m\",\"input\":[]} trailing",
        "{\"model\":\"m\",\"input\":[],\"input\":[]}",
        "{\"model\":\"m\"}",
        "{\"input\":[]}",
        "{\"model\":\"m\",\"input\":[]}"
      })
  void shouldSayWhatIsWrongWhenBodyIsNoRequest(String body) throws Exception {
    try (TestPlane plane = TestPlane.with();
        Wire wire = plane.connect()) {
      // When
      wire.post(COMPACT, body);

      // Then
      Wire.Reply reply = wire.read();
      assertThat(reply.status()).isEqualTo(400);
      assertThat(reply.body()).contains("\"type\":\"invalid_request_error\"");
      assertThat(plane.log.submissions()).isEmpty();
    }
  }

  @Test
  void shouldGiveUpWhenBodyStalls() throws Exception {
    try (TestPlane plane = TestPlane.with("ingress.bodyIdle", "150ms");
        Wire wire = plane.connect()) {
      // When
      wire.send(COMPACT_HEAD + "Content-Length: 1000\r\n\r\n{\"model\":");

      // Then
      Wire.Reply reply = wire.read();
      assertThat(reply.status()).isEqualTo(408);
      assertThat(reply.body()).contains("body_stalled");
      assertThat(wire.ended()).isTrue();
      plane.awaitMeter("kompakt_requests_in_flight", 0);
      plane.awaitMeter(IN_FLIGHT, 0);
    }
  }

  @Test
  void shouldGiveUpWhenBodyDrips() throws Exception {
    try (TestPlane plane = TestPlane.with("ingress.bodyDeadline", "1s");
        Wire wire = plane.connect()) {
      // Given
      wire.send(COMPACT_HEAD + "Content-Length: 100000\r\n\r\n{\"model\":\"");

      // When
      Thread drip =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      while (!Thread.interrupted()) {
                        wire.send("m");
                        Thread.sleep(Duration.ofMillis(20));
                      }
                    } catch (IOException | InterruptedException e) {
                      // the connection is closed, or the test is over
                    }
                  });

      // Then
      Wire.Reply reply = wire.read();
      drip.interrupt();
      drip.join();
      assertThat(reply.status()).isEqualTo(408);
      assertThat(reply.body()).contains("body_too_slow");
    }
  }

  @Test
  void shouldCountClientAsGoneWhenItLeavesWithinTheBody() throws Exception {
    try (TestPlane plane = TestPlane.with()) {
      // Given
      Wire wire = plane.connect();
      wire.send(COMPACT_HEAD + "Content-Length: 1000\r\n\r\n{\"model\":");
      plane.awaitMeter("kompakt_requests_in_flight", 1);

      // When
      wire.close();

      // Then
      plane.awaitMeter("kompakt_clients_gone_total", 1);
      plane.awaitMeter("kompakt_requests_in_flight", 0);
      plane.awaitMeter(IN_FLIGHT, 0);
    }
  }
}
