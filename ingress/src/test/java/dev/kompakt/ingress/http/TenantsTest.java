package dev.kompakt.ingress.http;

import static dev.kompakt.ingress.http.Samples.COMPACT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.bootstrap.config.ClientKey;
import dev.kompakt.schemas.id.TenantId;
import dev.kompakt.schemas.record.Failure;
import dev.kompakt.schemas.record.Submission;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Another tenant's ids are answered as ids that do not exist, byte for byte.
final class TenantsTest {
  private static final String NOBODYS = "cmpn_" + "0".repeat(40);

  @ParameterizedTest
  @ValueSource(strings = {"running", "completed", "failed", "queued"})
  void shouldNotExistForOthersWhenCompactionIsSomeones(String standing) throws Exception {
    try (TestPlane plane = plane();
        Wire alice = plane.connect();
        Wire bob = plane.connect()) {
      // Given
      alice.post(COMPACT, Samples.request("secret"), key("alice"), "Prefer: respond-async");
      Submission.Submitted submitted = plane.submitted(1);
      assertThat(alice.read().status()).isEqualTo(202);
      switch (standing) {
        case "running" -> plane.log.run(submitted, 1);
        case "completed" -> plane.log.complete(submitted, Samples.answer("secret"));
        case "failed" ->
            plane.log.fail(
                submitted, new Failure(400, "invalid_request_error", "x", "secret", null));
        default -> {}
      }
      String id = submitted.compaction().toString();

      for (String suffix : List.of("", "/events", "/cancel")) {
        String method = suffix.equals("/cancel") ? "POST" : "GET";

        // When
        Wire.Reply his = ask(bob, method, id + suffix, "bob");
        Wire.Reply none = ask(bob, method, NOBODYS + suffix, "bob");

        // Then
        assertThat(his.status()).as(suffix).isEqualTo(404);
        assertThat(his.body()).as(suffix).isEqualTo(none.body()).doesNotContain("secret");
        assertThat(his.head().headers().keySet()).isEqualTo(none.head().headers().keySet());
      }
      assertThat(plane.log.submissions()).as("nothing was cancelled").hasSize(1);
      assertThat(ask(alice, "GET", id, "alice").status()).isEqualTo(200);
    }
  }

  @Test
  void shouldBeApartWhenTwoTenantsSendTheSame() throws Exception {
    try (TestPlane plane = plane();
        Wire alice = plane.connect();
        Wire bob = plane.connect()) {
      // When
      alice.post(COMPACT, Samples.request("same"), key("alice"), "Idempotency-Key: k");
      Submission.Submitted first = plane.submitted(1);
      plane.log.complete(first, Samples.answer("alice's"));
      bob.post(COMPACT, Samples.request("same"), key("bob"), "Idempotency-Key: k");
      Submission.Submitted second = plane.submitted(2);
      plane.log.complete(second, Samples.answer("bob's"));

      // Then
      assertThat(first.compaction()).isNotEqualTo(second.compaction());
      assertThat(second.tenant()).isEqualTo(new TenantId("bob"));
      assertThat(alice.read().body()).contains("alice's");
      assertThat(bob.read().body()).contains("bob's");
    }
  }

  @Test
  void shouldNotClashWhenAnotherTenantUsedTheIdempotencyKeyForOtherContent() throws Exception {
    try (TestPlane plane = plane();
        Wire alice = plane.connect();
        Wire bob = plane.connect()) {
      // Given
      alice.post(COMPACT, Samples.request("one"), key("alice"), "Idempotency-Key: k");
      plane.log.complete(plane.submitted(1), Samples.answer("x"));
      assertThat(alice.read().status()).isEqualTo(200);

      // When
      bob.post(COMPACT, Samples.request("two"), key("bob"), "Idempotency-Key: k");

      // Then
      plane.log.complete(plane.submitted(2), Samples.answer("y"));
      assertThat(bob.read().status()).isEqualTo(200);
    }
  }

  @Test
  void shouldStayClosedWhenCheckpointIsAnotherTenants() throws Exception {
    try (TestPlane plane = plane();
        Wire bob = plane.connect()) {
      // Given
      String sealed = plane.seal.seal(new TenantId("alice"), "a summary of alice's");

      // When
      bob.post(
          COMPACT,
          "{\"model\":\"gpt-5.5\",\"input\":["
              + Samples.compactionItem(sealed)
              + ","
              + Samples.message("x")
              + "]}",
          key("bob"));

      // Then
      Submission.Submitted submitted = plane.submitted(1);
      assertThat(plane.log.text(submitted.history().items()))
          .contains(sealed)
          .doesNotContain("summary");
    }
  }

  @Test
  void shouldShareCompactionsWhenTwoKeysAreOfOneTenant() throws Exception {
    // Given
    String clients = "[" + entry("alice", "one") + ", " + entry("alice", "two") + "]";
    try (TestPlane plane =
            TestPlane.with("clients", clients, "ingress.keepalive.firstAfter", "60s");
        Wire one = plane.connect();
        Wire two = plane.connect()) {
      one.post(COMPACT, Samples.request("same"), key("one"));
      Submission.Submitted submitted = plane.submitted(1);

      // When
      two.post(COMPACT, Samples.request("same"), key("two"));
      plane.awaitMeter("kompakt_parked_requests", 2);
      plane.log.complete(submitted, Samples.answer("x"));

      // Then
      assertThat(two.read().body()).isEqualTo(one.read().body());
      assertThat(plane.log.submitted()).hasSize(1);
    }
  }

  private static Wire.Reply ask(Wire wire, String method, String path, String user)
      throws Exception {
    String length = method.equals("POST") ? "Content-Length: 0\r\n" : "";
    return wire.send(Wire.head(method, "/v1/compactions/" + path, key(user)) + length + "\r\n")
        .read();
  }

  private static TestPlane plane() {
    return TestPlane.with(
        "clients",
        "[" + entry("alice", "alice") + ", " + entry("bob", "bob") + "]",
        "ingress.keepalive.firstAfter",
        "60s");
  }

  private static String entry(String tenant, String secret) {
    String hash = HexFormat.of().formatHex(ClientKey.sha256("key of " + secret));
    return "{id: " + tenant + ", keySha256: " + hash + "}";
  }

  private static String key(String secret) {
    return "Authorization: Bearer key of " + secret;
  }
}
