package dev.kompakt.ingress.http;

import static dev.kompakt.ingress.http.Samples.COMPACT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.bootstrap.config.ClientKey;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// What a key allows, and what its holder is told where it does not.
final class KeysTest {
  private static final String RESPONSES = "/v1/responses";

  @Test
  void shouldRefuseUnreadWhenKeyIsNotGoodForCompactions() throws Exception {
    try (TestPlane plane = plane(entry("a", "scopes: [responses]"));
        Wire wire = plane.connect();
        Wire trigger = plane.connect()) {
      // When
      wire.send(
          Wire.head("POST", COMPACT, key("a"))
              + "Content-Type: application/json\r\nContent-Length: 100000\r\n\r\n");
      trigger.post(RESPONSES, Samples.trigger("a", false), key("a"));

      // Then
      for (Wire.Reply reply : List.of(wire.read(), trigger.read())) {
        assertThat(reply.status()).isEqualTo(403);
        assertThat(reply.body()).contains("insufficient_scope");
      }
      assertThat(plane.log.submissions()).isEmpty();
    }
  }

  @Test
  void shouldRefuseModelWhenKeyIsNotGoodForIt() throws Exception {
    try (TestPlane plane = plane(entry("a", "models: [gpt-4*]"), entry("b", "models: [gpt-5.5]"));
        Wire wire = plane.connect();
        Wire other = plane.connect()) {
      // When
      wire.post(COMPACT, Samples.request("x"), key("a"));
      other.post(COMPACT, Samples.request("x"), key("b"));

      // Then
      Wire.Reply reply = wire.read();
      assertThat(reply.status()).isEqualTo(403);
      assertThat(reply.body()).contains("model_not_allowed", "\"param\":\"model\"");
      plane.submitted(1);
      assertThat(plane.log.submitted()).hasSize(1);
    }
  }

  @Test
  void shouldTellTheLimitWhenKeyIsOverIt() throws Exception {
    try (TestPlane plane =
            plane(
                entry("a", "limits: { concurrency: 1 }"),
                entry("b", "limits: { requestsPerMinute: 1 }"),
                entry("c", "limits: { tokensPerDay: 10 }"));
        Wire parked = plane.connect()) {
      // Given
      parked.post(COMPACT, Samples.request("x"), key("a"));
      plane.submitted(1);
      try (Wire first = plane.connect()) {
        first.post(COMPACT, "{", key("b")).read();
      }
      plane.tokens.put("c", 10L);

      // When
      Wire.Reply concurrency = refused(plane, "a");
      Wire.Reply rate = refused(plane, "b");
      Wire.Reply tokens = refused(plane, "c");

      // Then
      assertThat(concurrency.body()).contains("rate_limit_exceeded", "running at once");
      assertThat(rate.body()).contains("rate_limit_exceeded", "within a minute");
      assertThat(tokens.body()).contains("token_budget_exceeded", "T00:00:00Z");
      plane.tokens.put("c", 9L);
      plane.pass(Duration.ofSeconds(61));
      for (String user : List.of("b", "c")) {
        try (Wire wire = plane.connect()) {
          assertThat(wire.post(COMPACT, "{", key(user)).read().status()).isEqualTo(400);
        }
      }
    }
  }

  @Test
  void shouldLetOthersInWhenOneKeyFloods() throws Exception {
    try (TestPlane plane =
            TestPlane.with(
                "clients", "[" + entry("a", "") + ", " + entry("b", "") + "]",
                "ingress.lanes.compact.maxRequests", "8",
                "ingress.keepalive.firstAfter", "60s");
        Wire one = plane.connect();
        Wire two = plane.connect();
        Wire three = plane.connect();
        Wire four = plane.connect();
        Wire other = plane.connect()) {
      // Given
      int i = 0;
      for (Wire wire : List.of(one, two, three, four)) {
        wire.post(COMPACT, Samples.request("x" + i++), key("a"));
        plane.submitted(i);
      }

      // When
      Wire.Reply refused = refused(plane, "a");
      other.post(COMPACT, Samples.request("y"), key("b"));

      // Then
      assertThat(refused.body()).contains("gateway_overloaded", "share");
      plane.log.complete(plane.submitted(5), Samples.answer("z"));
      assertThat(other.read().status()).isEqualTo(200);
    }
  }

  @Test
  void shouldDoTheSameForAnyBadKeyWhenFloodedWithThem() throws Exception {
    ClientKey known = ClientKey.create(new SecureRandom());
    String entry = "{id: a, key: " + known.id() + ", keySha256: " + known.sha256() + "}";
    try (TestPlane plane = TestPlane.with("clients", "[" + entry + "]");
        Wire wire = plane.connect()) {
      // Given
      String wrongSecret = "Authorization: Bearer kmpk_" + known.id() + "_" + "0".repeat(43);

      // When
      String first = wire.get("/v1/compactions/x", wrongSecret + "000000").read().body();
      for (int i = 0; i < 2_000; i++) {
        String unknown = ClientKey.create(new SecureRandom()).reveal();
        Wire.Reply reply = wire.get("/v1/compactions/x", "Authorization: Bearer " + unknown).read();

        // Then
        assertThat(reply.status()).isEqualTo(401);
        assertThat(reply.body()).contains("invalid_api_key");
      }
      assertThat(first).contains("malformed_api_key");
      String right = "Authorization: Bearer " + known.reveal();
      assertThat(wire.get("/v1/compactions/x", right).read().status()).isEqualTo(404);
      plane.awaitMeter("kompakt_requests_in_flight", 0);
    }
  }

  private static Wire.Reply refused(TestPlane plane, String user) throws IOException {
    try (Wire wire = plane.connect()) {
      wire.send(
          Wire.head("POST", COMPACT, key(user))
              + "Content-Type: application/json\r\nContent-Length: 100000\r\n\r\n");
      Wire.Reply reply = wire.read();
      assertThat(reply.status()).as(reply.body()).isEqualTo(429);
      assertThat(Integer.parseInt(Objects.requireNonNull(reply.head().header("retry-after"))))
          .isBetween(1, 60);
      assertThat(wire.ended()).isTrue();
      return reply;
    }
  }

  private static TestPlane plane(String... entries) {
    return TestPlane.with(
        "clients", "[" + String.join(", ", entries) + "]", "ingress.keepalive.firstAfter", "60s");
  }

  private static String entry(String user, String more) {
    String hash = HexFormat.of().formatHex(ClientKey.sha256("key of " + user));
    return "{id: " + user + ", keySha256: " + hash + (more.isEmpty() ? "" : ", " + more) + "}";
  }

  private static String key(String user) {
    return "Authorization: Bearer key of " + user;
  }
}
