package dev.kompakt.ingress.http;

import static dev.kompakt.ingress.http.Samples.COMPACT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.schemas.id.TenantId;
import dev.kompakt.schemas.record.Checkpoint;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class FrontDoorTest {
  private static final String JSON = "Content-Type: application/json\r\n";

  @ParameterizedTest
  @CsvSource({
    "GET,/,404,not_found",
    "GET,/v1/models/,404,not_found",
    "GET,/v1/responses/compact/,404,not_found",
    "GET,/v1/compactions/,404,not_found",
    "GET,/v1/compactions/a/b/c,404,not_found",
    "GET,/v1/compactions/cmpn_xyz,404,compaction_not_found",
    "GET,/v1/compactions/..%2f..%2fx,404,compaction_not_found",
    "GET,/v1/responses,405,method_not_allowed",
    "GET,/v1/responses/compact,405,method_not_allowed",
    "DELETE,/v1/compactions/cmpn_0123456789012345678901234567890123456789,405,method_not_allowed",
    "PUT,/openapi.json,405,method_not_allowed"
  })
  void shouldTellWhatIsServedWhenPathOrMethodIsNot(
      String method, String path, int status, String code) throws Exception {
    try (TestPlane plane = TestPlane.with();
        Wire wire = plane.connect()) {
      // When
      wire.send(Wire.head(method, path) + "\r\n");

      // Then
      Wire.Reply reply = wire.read();
      assertThat(reply.status()).isEqualTo(status);
      assertThat(reply.body()).contains("\"code\":\"" + code + "\"", "\"param\":null");
      assertThat(reply.head().header("x-request-id")).matches("req_[0-9a-f]{32}");
      assertThat(reply.head().header("date")).isNotNull();
      assertThat(reply.head().header("allow") != null).isEqualTo(status == 405);
      assertThat(wire.get("/openapi.json").read().status()).isEqualTo(200);
    }
  }

  @Test
  void shouldRefuseUpgradeAtOnceWhenWebSocketIsAskedFor() throws Exception {
    try (TestPlane plane = TestPlane.with();
        Wire wire = plane.connect()) {
      // When
      wire.get(
          "/v1/responses",
          "Connection: Upgrade",
          "Upgrade: websocket",
          "Sec-WebSocket-Version: 13",
          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==");

      // Then
      Wire.Reply reply = wire.read();
      assertThat(reply.status()).isEqualTo(426);
      assertThat(reply.body()).contains("websocket_not_served");
    }
  }

  @Test
  void shouldSayThatTurnsAreNotServedWhenTriggerIsMissing() throws Exception {
    try (TestPlane plane = TestPlane.with();
        Wire wire = plane.connect()) {
      // When
      wire.post(Samples.RESPONSES, Samples.request("hello"));

      // Then
      Wire.Reply reply = wire.read();
      assertThat(reply.status()).isEqualTo(501);
      assertThat(reply.body()).contains("ordinary_turns_not_served");
      assertThat(plane.log.submissions()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "text/plain",
        "application/json; charset=utf-16",
        "application/json; charset=latin1",
        "application/jsonx",
        "application/json, application/json",
        "multipart/form-data; boundary=x"
      })
  void shouldRefuseWhenContentTypeIsNotJson(String type) throws Exception {
    try (TestPlane plane = TestPlane.with();
        Wire wire = plane.connect()) {
      // When
      wire.send(
          Wire.head("POST", COMPACT) + "Content-Type: " + type + "\r\nContent-Length: 2\r\n\r\n{}");

      // Then
      Wire.Reply reply = wire.read();
      assertThat(reply.status()).isEqualTo(415);
      assertThat(reply.body()).contains("unsupported_content_type");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/json",
        "Application/JSON; Charset=UTF-8",
        "application/json;charset=\"utf-8\"",
        "application/json;"
      })
  void shouldReadBodyWhenContentTypeIsJson(String type) throws Exception {
    try (TestPlane plane = TestPlane.with();
        Wire wire = plane.connect()) {
      // When
      wire.send(
          Wire.head("POST", COMPACT) + "Content-Type: " + type + "\r\nContent-Length: 2\r\n\r\n{}");

      // Then
      assertThat(wire.read().status()).isEqualTo(400);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"br", "gzip, zstd", "deflate", "identity, gzip"})
  void shouldRefuseWhenContentEncodingIsUnknown(String encoding) throws Exception {
    try (TestPlane plane = TestPlane.with();
        Wire wire = plane.connect()) {
      // When
      wire.post(COMPACT, "{}", "Content-Encoding: " + encoding);

      // Then
      assertThat(wire.read().status()).isEqualTo(415);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Transfer-Encoding: xchunked|501",
        "Transfer-Encoding: gzip, chunked|501",
        "Transfer-Encoding: identity|501",
        "Transfer-Encoding: chunked~Transfer-Encoding: chunked|400",
        "Transfer-Encoding: chunked~Content-Length: 5|400",
        "Content-Length: 5~Content-Length: 6|400",
        "Content-Length: -1|400",
        "Content-Length: 99999999999999999999|400",
        "Content-Length: 5~Expect: the-unexpected|417"
      })
  void shouldRefuseAndCloseWhenFramingIsNotPlain(String headers, int status) throws Exception {
    try (TestPlane plane = TestPlane.with();
        Wire wire = plane.connect()) {
      // When
      wire.send(Wire.head("POST", COMPACT) + JSON + headers.replace("~", "\r\n") + "\r\n\r\nhello");

      // Then
      assertThat(wire.readHead().status()).isEqualTo(status);
      assertThat(wire.ended()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "POST /v1/responses/compact HTTP/1.1\r\n\r\n",
        "POST /v1/responses/compact HTTP/1.1\nHost: a\n\n",
        "POST /v1/responses/compact HTTP/1.1\r\nHost: a\r\nFoo : bar\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
      })
  void shouldCloseWhenHeadIsMalformed(String head) throws Exception {
    try (TestPlane plane = TestPlane.with();
        Wire wire = plane.connect()) {
      // When
      wire.send(head);

      // Then
      assertThat(wire.ended()).isTrue();
    }
  }

  @Test
  void shouldCloseWhenHeadersAreTooLarge() throws Exception {
    try (TestPlane plane = TestPlane.with();
        Wire wire = plane.connect()) {
      // When
      wire.send(Wire.head("GET", "/openapi.json", "X: " + "a".repeat(80_000)));

      // Then
      assertThat(wire.ended()).isTrue();
    }
  }

  @Test
  void shouldRefuseWhenQueryBringsABody() throws Exception {
    try (TestPlane plane = TestPlane.with();
        Wire wire = plane.connect()) {
      // When
      wire.get(
          "/v1/compactions/cmpn_0123456789012345678901234567890123456789", "Content-Length: 9");

      // Then
      assertThat(wire.read().status()).isEqualTo(400);
      assertThat(wire.ended()).isTrue();
    }
  }

  @Test
  void shouldKnowTenantByKeyWhenClientsAreConfigured() throws Exception {
    // Given
    String clients =
        "[{id: alice, keySha256: "
            + sha256("key-a")
            + "}, {id: bob, keySha256: "
            + sha256("key-b")
            + "}]";
    try (TestPlane plane = TestPlane.with("clients", clients);
        Wire wire = plane.connect()) {
      // When
      wire.post(COMPACT, Samples.request("hello"), "Authorization: bearer key-b");

      // Then
      assertThat(plane.submitted(1).tenant()).isEqualTo(new TenantId("bob"));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "X-None: 1",
        "Authorization: Bearer wrong",
        "Authorization: Bearer ",
        "Authorization: Basic key-a",
        "Authorization: key-a",
        "Authorization: Bearer key-a\r\nAuthorization: Bearer key-a"
      })
  void shouldRefuseUnreadWhenKeyIsNotKnown(String header) throws Exception {
    // Given
    String clients = "[{id: alice, keySha256: " + sha256("key-a") + "}]";
    try (TestPlane plane = TestPlane.with("clients", clients);
        Wire wire = plane.connect()) {
      // When
      wire.send(Wire.head("POST", COMPACT, header) + JSON + "Content-Length: 100000\r\n\r\n");

      // Then
      Wire.Reply reply = wire.read();
      assertThat(reply.status()).isEqualTo(401);
      assertThat(reply.head().header("www-authenticate")).isEqualTo("Bearer");
      assertThat(reply.body()).contains("invalid_api_key").doesNotContain("key-a");
      assertThat(wire.ended()).isTrue();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "kompakt-checkpoint: both,invalid_checkpoint",
    "Idempotency-Key: é,invalid_idempotency_key",
    "Idempotency-Key:,invalid_idempotency_key"
  })
  void shouldRefuseWhenHeaderCannotBeMet(String header, String code) throws Exception {
    try (TestPlane plane = TestPlane.with();
        Wire wire = plane.connect()) {
      // When
      wire.post(COMPACT, Samples.request("hello"), header);

      // Then
      Wire.Reply reply = wire.read();
      assertThat(reply.status()).isEqualTo(400);
      assertThat(reply.body()).contains(code);
      assertThat(plane.log.submissions()).isEmpty();
    }
  }

  @Test
  void shouldRefuseWhenIdempotencyKeyIsTooLong() throws Exception {
    try (TestPlane plane = TestPlane.with();
        Wire wire = plane.connect()) {
      // When
      wire.post(COMPACT, Samples.request("hello"), "Idempotency-Key: " + "k".repeat(257));

      // Then
      assertThat(wire.read().body()).contains("invalid_idempotency_key");
    }
  }

  @Test
  void shouldHandBackPlainWhenHeaderOrConfigAsksForIt() throws Exception {
    try (TestPlane plane = TestPlane.with("compaction.checkpoint", "plain");
        Wire wire = plane.connect();
        Wire other = plane.connect()) {
      // When
      wire.post(COMPACT, Samples.request("hello"));
      Checkpoint byConfig = plane.submitted(1).checkpoint();
      other.post(COMPACT, Samples.request("hello"), "kompakt-checkpoint: sealed");

      // Then
      assertThat(byConfig).isEqualTo(Checkpoint.PLAIN);
      assertThat(plane.submitted(2).checkpoint()).isEqualTo(Checkpoint.SEALED);
      assertThat(plane.submitted(2).compaction()).isNotEqualTo(plane.submitted(1).compaction());
    }
  }

  private static String sha256(String key) throws Exception {
    return HexFormat.of()
        .formatHex(
            MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8)));
  }
}
