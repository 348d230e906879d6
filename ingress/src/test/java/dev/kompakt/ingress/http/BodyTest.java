package dev.kompakt.ingress.http;

import static dev.kompakt.ingress.http.Samples.COMPACT;
import static dev.kompakt.ingress.http.Samples.COMPACT_HEAD;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import dev.kompakt.schemas.history.PayloadRef;
import dev.kompakt.schemas.id.TenantId;
import dev.kompakt.schemas.record.Submission;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

/// How bodies are taken in, and what is stored of them.
class BodyTest {
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
      wire.send(COMPACT_HEAD + "Transfer-Encoding: chunked\r\n\r\n");

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
      plane.awaitMeter("kompakt_body_bytes_in_flight", 0);
    }
  }

  @Test
  void shouldContinueWhenClientExpectsIt() throws Exception {
    try (TestPlane plane = TestPlane.with();
        Wire wire = plane.connect()) {
      // Given
      String body = Samples.request("hello");
      wire.send(
          COMPACT_HEAD + "Expect: 100-continue\r\nContent-Length: " + body.length() + "\r\n\r\n");

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
