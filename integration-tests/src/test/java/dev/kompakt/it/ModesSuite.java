package dev.kompakt.it;

import static dev.kompakt.it.Client.compactionItems;
import static dev.kompakt.it.Client.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.testing.Call;
import dev.kompakt.testing.Deployment;
import dev.kompakt.testing.FakeUpstream;
import dev.kompakt.testing.Histories;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Each mode, from the request to what reaches the provider and what comes back.
abstract class ModesSuite {
  private static final String SLOW_BEATS = "{ firstAfter: 30s, every: 10s }";

  abstract Deployment deploy(Path home, String config);

  @Test
  void shouldSendATriggerAndReturnItsItemWhenTheModeIsTrigger(@TempDir Path home) {
    // Given
    try (FakeUpstream upstream = FakeUpstream.start();
        Deployment deployment = deploy(home, Configs.provider(upstream, "trigger", SLOW_BEATS))) {
      byte[] body = Histories.small(11).toBytes();

      // When
      HttpResponse<String> response =
          new Client(deployment.data()).post("/v1/responses/compact", body);

      // Then
      assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
      assertThat(compactionItems(json(response))).hasSize(1);
      assertThat(upstream.calls()).singleElement().satisfies(ModesSuite::isTriggerCall);
      assertThat(upstream.violations()).isEmpty();
    }
  }

  private static void isTriggerCall(Call call) {
    assertThat(call.endpoint()).isEqualTo(Call.Endpoint.TRIGGER);
    JsonNode sent = Client.JSON.readTree(call.body().orElseThrow());
    assertThat(sent.path("stream").asBoolean()).isTrue();
    assertThat(sent.path("input").path(sent.path("input").size() - 1).path("type").asString())
        .isEqualTo("compaction_trigger");
  }

  @Test
  void shouldAskForASummaryAndSealItWhenTheModeIsSummarize(@TempDir Path home) {
    // Given
    try (FakeUpstream upstream = FakeUpstream.start();
        Deployment deployment = deploy(home, Configs.provider(upstream, "summarize", SLOW_BEATS))) {
      upstream.summarizing(call -> "a plain summary");
      Client client = new Client(deployment.data());

      // When
      HttpResponse<String> sealed =
          client.post("/v1/responses/compact", Histories.small(12).toBytes());
      HttpResponse<String> plain =
          client.post(
              "/v1/responses/compact",
              Histories.small(12).toBytes(),
              "kompakt-checkpoint",
              "plain");

      // Then
      assertThat(sealed.statusCode()).as(sealed.body()).isEqualTo(200);
      assertThat(compactionItems(json(sealed)))
          .singleElement()
          .satisfies(
              item -> assertThat(item.path("encrypted_content").asString()).startsWith("kmp1."));
      assertThat(sealed.body()).doesNotContain("a plain summary");
      assertThat(compactionItems(json(plain))).isEmpty();
      assertThat(plain.body()).contains("a plain summary");
      assertThat(upstream.violations()).isEmpty();
    }
  }

  @Test
  void shouldCompactWithoutAnyUpstreamWhenNoAccountIsConfigured(@TempDir Path home) {
    // Given
    try (Deployment deployment = deploy(home, "ingress: { keepalive: " + SLOW_BEATS + " }")) {
      Client client = new Client(deployment.data());
      byte[] body = Histories.ofMebibytes(13, 2).toBytes();

      // When
      HttpResponse<String> first =
          client.post("/v1/responses/compact", body, "kompakt-checkpoint", "plain");

      // Then
      assertThat(first.statusCode()).as(first.body()).isEqualTo(200);
      assertThat(first.body().getBytes(StandardCharsets.UTF_8).length).isLessThan(body.length / 2);
      assertThat(json(first).path("output").path(0).path("role").asString()).isEqualTo("developer");
    }
  }
}
