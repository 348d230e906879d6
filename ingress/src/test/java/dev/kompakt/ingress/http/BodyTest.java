package dev.kompakt.ingress.http;

import static dev.kompakt.ingress.http.Samples.COMPACT;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import dev.kompakt.schemas.history.PayloadRef;
import dev.kompakt.schemas.id.TenantId;
import dev.kompakt.schemas.record.Submission;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BodyTest {
  private static final String JSON = "Content-Type: application/json\r\n";
  private static final String IN_FLIGHT = "kompakt_body_bytes_in_flight";

  @Test
  void shouldStoreItemsAndEnvelopeApartWhenBodyIsAccepted() throws Exception {
    try (TestPlane plane = TestPlane.with();
        Wire wire = plane.connect()) {
      // When
      wire.post(
          COMPACT,
          "{\"model\":\"m\",\"instructions\":\"be brief\",\"input\":["
              + Samples.message("a")
              + " , "
              + Samples.message("b")
              + "]}");

      // Then
      Submission.Submitted submitted = plane.submitted(1);
      assertThat(plane.log.text(submitted.history().items()))
          .isEqualTo(Samples.message("a") + "," + Samples.message("b"));
      assertThat(plane.log.text(submitted.history().envelope()))
          .contains("\"model\"", "\"instructions\"")
          .doesNotContain("\"input\"");
      assertThat(submitted.model()).isEqualTo("m");
      assertThat(submitted.chunks()).hasSize(1);
    }
  }

  @Test
  void shouldReadBodyInChunksWhenItsLengthIsNotTold() throws Exception {
    try (TestPlane plane = TestPlane.with();
        Wire wire = plane.connect()) {
      // Given
      wire.send(Wire.head("POST", COMPACT) + JSON + "Transfer-Encoding: chunked\r\n\r\n");

      // When
      for (String part : Samples.request("hello").split("(?<=\\G.{7})", -1)) {
        wire.send(Integer.toHexString(part.length()) + "\r\n" + part + "\r\n");
      }
      wire.send("0\r\n\r\n");

      // Then
      plane.log.complete(plane.submitted(1), Samples.answer("x"));
      assertThat(wire.read().body().strip()).isEqualTo(Samples.answer("x"));
      assertThat(wire.get("/openapi.json").read().status()).isEqualTo(200);
    }
  }

  @Test
  void shouldTakeLargeBodyWhenItIsEncoded() throws Exception {
    try (TestPlane plane = TestPlane.with()) {
      // Given
      StringBuilder digits = new StringBuilder();
      Random random = new Random(11);
      while (digits.length() < 11_000_000) {
        digits.append(random.nextLong());
      }
      byte[] body = Samples.request(digits.toString()).getBytes(StandardCharsets.UTF_8);
      ByteArrayOutputStream gzip = new ByteArrayOutputStream();
      try (GZIPOutputStream out = new GZIPOutputStream(gzip)) {
        out.write(body);
      }

      // When
      try (Wire plain = plane.connect();
          Wire gzipped = plane.connect();
          Wire zstd = plane.connect()) {
        plain.post(COMPACT, body);
        plane.submitted(1);
        plane.awaitMeter("kompakt_parked_requests", 1);
        gzipped.post(COMPACT, gzip.toByteArray(), "Content-Encoding: gzip");
        zstd.post(COMPACT, Zstd.compress(body), "Content-Encoding: zstd");
        plane.awaitMeter("kompakt_parked_requests", 3);
      }

      // Then
      assertThat(plane.log.submitted()).hasSize(1);
      PayloadRef items = plane.submitted(1).history().items();
      assertThat(items.bytes()).isGreaterThan(11_000_000);
      plane.awaitMeter(IN_FLIGHT, 0);
    }
  }

  @Test
  void shouldRefuseAtOnceWhenContentLengthIsOverTheCap() throws Exception {
    try (TestPlane plane = TestPlane.with("ingress.maxBodyBytes", "64KiB");
        Wire wire = plane.connect()) {
      // When
      wire.send(Wire.head("POST", COMPACT) + JSON + "Content-Length: 65537\r\n\r\n");

      // Then
      Wire.Reply reply = wire.read();
      assertThat(reply.status()).isEqualTo(400);
      assertThat(reply.head().header("connection")).isEqualTo("close");
      assertThat(reply.body()).contains("request_too_large");
      assertThat(wire.ended()).isTrue();
    }
  }

  @Test
  void shouldRefuseWhenChunkedBodyPassesTheCap() throws Exception {
    try (TestPlane plane = TestPlane.with("ingress.maxBodyBytes", "64KiB");
        Wire wire = plane.connect()) {
      // Given
      wire.send(Wire.head("POST", COMPACT) + JSON + "Transfer-Encoding: chunked\r\n\r\n");
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
      wire.send(Wire.head("POST", COMPACT) + JSON + "Content-Length: 20000000\r\n\r\n");

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
  void shouldGiveUpWhenBodyStalls() throws Exception {
    try (TestPlane plane = TestPlane.with("ingress.bodyIdle", "150ms");
        Wire wire = plane.connect()) {
      // When
      wire.send(Wire.head("POST", COMPACT) + JSON + "Content-Length: 1000\r\n\r\n{\"model\":");

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
      wire.send(Wire.head("POST", COMPACT) + JSON + "Content-Length: 100000\r\n\r\n{\"model\":\"");

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
      wire.send(Wire.head("POST", COMPACT) + JSON + "Content-Length: 1000\r\n\r\n{\"model\":");
      plane.awaitMeter("kompakt_requests_in_flight", 1);

      // When
      wire.close();

      // Then
      plane.awaitMeter("kompakt_clients_gone_total", 1);
      plane.awaitMeter("kompakt_requests_in_flight", 0);
      plane.awaitMeter(IN_FLIGHT, 0);
    }
  }

  @Test
  void shouldContinueWhenClientExpectsIt() throws Exception {
    try (TestPlane plane = TestPlane.with();
        Wire wire = plane.connect()) {
      // Given
      String body = Samples.request("hello");
      wire.send(
          Wire.head("POST", COMPACT)
              + JSON
              + "Expect: 100-continue\r\nContent-Length: "
              + body.length()
              + "\r\n\r\n");

      // When
      Wire.Head interim = wire.readHead();
      wire.send(body);
      plane.log.complete(plane.submitted(1), Samples.answer("x"));

      // Then
      assertThat(interim.status()).isEqualTo(100);
      assertThat(wire.read().body().strip()).isEqualTo(Samples.answer("x"));
      assertThat(wire.get("/openapi.json").read().status()).isEqualTo(200);
    }
  }

  @Test
  void shouldRefuseWithoutContinueWhenBodyIsTooLarge() throws Exception {
    try (TestPlane plane = TestPlane.with("ingress.maxBodyBytes", "64KiB");
        Wire wire = plane.connect()) {
      // When
      wire.send(
          Wire.head("POST", COMPACT)
              + JSON
              + "Expect: 100-continue\r\nContent-Length: 100000\r\n\r\n");

      // Then
      assertThat(wire.read().status()).isEqualTo(400);
      assertThat(wire.ended()).isTrue();
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

  @Test
  void shouldAskToTryAgainWhenLogDoesNotAcknowledge() throws Exception {
    try (TestPlane plane = TestPlane.with();
        Wire wire = plane.connect()) {
      // Given
      plane.log.down(true);

      // When
      wire.post(COMPACT, Samples.request("hello"), "Idempotency-Key: k");

      // Then
      Wire.Reply reply = wire.read();
      assertThat(reply.status()).isEqualTo(503);
      assertThat(reply.head().header("retry-after")).isEqualTo("5");
      plane.log.down(false);
      wire.post(COMPACT, Samples.request("other"), "Idempotency-Key: k");
      assertThat(plane.submitted(1).idempotencyKey()).hasSize(64);
    }
  }

  @Test
  void shouldOpenCheckpointOnlyForItsTenant() throws Exception {
    try (TestPlane plane = TestPlane.with();
        Wire wire = plane.connect();
        Wire other = plane.connect()) {
      // Given
      String own = plane.seal.seal(TenantId.LOCAL, "what was done so far");
      String foreign = plane.seal.seal(new TenantId("bob"), "what bob did so far");

      // When
      wire.post(
          COMPACT,
          "{\"model\":\"m\",\"input\":["
              + Samples.compactionItem(own)
              + ",{\"type\":\"message\",\"role\":\"user\",\"content\":\"a\"}]}");
      Submission.Submitted opened = plane.submitted(1);
      other.post(COMPACT, "{\"model\":\"m\",\"input\":[" + Samples.compactionItem(foreign) + "]}");

      // Then
      assertThat(plane.log.text(opened.history().items()))
          .contains("what was done so far")
          .doesNotContain("kmp1.");
      assertThat(plane.log.text(plane.submitted(2).history().items())).contains(foreign);
      assertThat(plane.meter("kompakt_checkpoints_opened_total")).isEqualTo(1);
    }
  }
}
