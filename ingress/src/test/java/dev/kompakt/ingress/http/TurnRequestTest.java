package dev.kompakt.ingress.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import dev.kompakt.schemas.id.TenantId;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What the provider is asked when a client sends a turn.
class TurnRequestTest {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String TURN =
      """
      {"model":"gpt-5.5","stream":true,"tools":[{"type":"function","name":"f"}],\
      "input":[{"type":"message","role":"user","content":"hi"},{"type":"unheard_of","x":[1]}],\
      "unheard_of":{"y":true}}""";

  @AutoClose private final TurnPlane turns = TurnPlane.withSecondAtRest();
  private final Provider first = turns.first;

  @Test
  void shouldHandOnTheRequestAndNoneOfTheClientsCredentials() throws Exception {
    // When
    turns.send(
        TURN,
        "authorization",
        "Bearer the-clients",
        "cookie",
        "a=b",
        "chatgpt-account-id",
        "acc",
        "session-id",
        "s1",
        "x-codex-window-id",
        "w:0",
        "originator",
        "codex_exec");

    // Then
    Provider.Asked asked = first.asked.getFirst();
    assertThat(asked.path()).isEqualTo("/v1/responses");
    assertThat(JSON.readTree(asked.body())).isEqualTo(JSON.readTree(TURN));
    assertThat(asked.header("authorization")).isEqualTo("Bearer " + System.getenv("PATH"));
    assertThat(asked.header("session-id")).isEqualTo("s1");
    assertThat(asked.header("x-codex-window-id")).isEqualTo("w:0");
    assertThat(asked.header("originator")).isEqualTo("codex_exec");
    assertThat(asked.header("cookie")).isEmpty();
    assertThat(asked.header("chatgpt-account-id")).isEmpty();
    assertThat(asked.header("content-length"))
        .isEqualTo(Integer.toString(asked.body().getBytes(StandardCharsets.UTF_8).length));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"model\":\"m\"}",
        "{\"model\":\"m\",\"input\":null}",
        "{\"model\":\"m\",\"input\":[]}",
        "{\"input\":[],\"model\":\"m\",\"previous_response_id\":\"r\"}"
      })
  void shouldLeaveItToUpstreamWhetherTheInputWillDo(String body) throws Exception {
    // When
    HttpResponse<String> response = turns.send(body);

    // Then
    assertThat(response.statusCode()).isEqualTo(200);
    JsonNode got = JSON.readTree(first.asked.getFirst().body());
    assertThat(got.path("model").asString()).isEqualTo("m");
    assertThat(got.path("input").isEmpty()).isTrue();
  }

  @Test
  void shouldHoldALargeRequestOutsideOfMemory() throws Exception {
    // Given
    String text = "x".repeat(3_000_000);
    String body = TURN.replace("\"hi\"", "\"" + text + "\"");

    // When
    first.then(Provider.json(500, "{}"));
    HttpResponse<String> response = turns.send(body);

    // Then
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(first.asked).hasSize(2);
    assertThat(JSON.readTree(first.asked.get(1).body())).isEqualTo(JSON.readTree(body));
  }

  @Test
  void shouldReadAZstdBody() throws Exception {
    // When
    HttpResponse<String> response =
        turns.client.send(
            HttpRequest.newBuilder(turns.request(TURN), (_, _) -> true)
                .header("content-encoding", "zstd")
                .POST(
                    BodyPublishers.ofByteArray(
                        Zstd.compress(TURN.getBytes(StandardCharsets.UTF_8))))
                .build(),
            BodyHandlers.ofString());

    // Then
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(JSON.readTree(first.asked.getFirst().body())).isEqualTo(JSON.readTree(TURN));
    assertThat(first.asked.getFirst().header("content-encoding")).isEmpty();
  }

  @Test
  void shouldOpenOurOwnCompactionItemAndTellTheModelToGoOnWhenNoUserDoes() throws Exception {
    // Given
    String sealed = turns.plane.seal.seal(TenantId.LOCAL, "what was done");
    String item = "{\"type\":\"compaction\",\"encrypted_content\":\"" + sealed + "\"}";
    String user = "{\"type\":\"message\",\"role\":\"user\",\"content\":\"next\"}";

    // When
    turns.send("{\"model\":\"m\",\"input\":[" + user + "," + item + "]}");
    turns.send("{\"model\":\"m\",\"input\":[" + item + "," + user + "]}");

    // Then
    JsonNode alone = JSON.readTree(first.asked.get(0).body()).path("input");
    assertThat(alone).hasSize(3);
    assertThat(alone.get(1).path("role").asString()).isEqualTo("developer");
    assertThat(alone.get(1).toString()).contains("what was done");
    assertThat(alone.get(2).path("role").asString()).isEqualTo("user");
    JsonNode followed = JSON.readTree(first.asked.get(1).body()).path("input");
    assertThat(followed).hasSize(2);
    assertThat(followed.get(0).path("role").asString()).isEqualTo("developer");
    assertThat(first.asked.get(1).body()).doesNotContain(sealed);
  }

  @Test
  void shouldRemoveOnlyTheToolsAProviderRefuses() throws Exception {
    // When
    turns.send(
        "{\"model\":\"m\",\"tools\":[{\"type\":\"image_generation\"},{\"type\":\"function\",\"name\":\"f\"}],\"tool_choice\":{\"type\":\"image_generation\"},\"input\":\"hi\"}");

    // Then
    JsonNode got = JSON.readTree(first.asked.getFirst().body());
    assertThat(got.path("tools")).hasSize(1);
    assertThat(got.has("tool_choice")).isFalse();
    assertThat(got.path("input").get(0).path("content").get(0).path("text").asString())
        .isEqualTo("hi");
  }

  @Test
  void shouldRemoveWhatNamesAToolThatWasRemoved() throws Exception {
    // Given
    String image = "{\"type\":\"image_generation\"}";
    String function = "{\"type\":\"function\",\"name\":\"f\"}";
    String body =
        "{\"model\":\"m\",\"tools\":[%s],\"tool_choice\":%s,\"parallel_tool_calls\":true,\"input\":\"hi\"}";
    String allowed = "{\"type\":\"allowed_tools\",\"mode\":\"auto\",\"tools\":[%s]}";

    // When
    turns.send(body.formatted(image + "," + function, allowed.formatted(image + "," + function)));
    turns.send(body.formatted(image + "," + function, allowed.formatted(image)));
    turns.send(body.formatted(image, "\"auto\""));

    // Then
    JsonNode both = JSON.readTree(first.asked.get(0).body());
    assertThat(both.at("/tool_choice/tools").toString()).isEqualTo("[" + function + "]");
    JsonNode one = JSON.readTree(first.asked.get(1).body());
    assertThat(one.path("tools").toString()).isEqualTo("[" + function + "]");
    assertThat(one.has("tool_choice")).isFalse();
    assertThat(JSON.readTree(first.asked.get(2).body()).propertyNames())
        .containsExactlyInAnyOrder("model", "input");
  }

  @Test
  void shouldListTheModelsOfAProvider() throws Exception {
    // Given
    first.then(Provider.json(200, "{\"object\":\"list\",\"data\":[{\"id\":\"gpt-5.5\"}]}"));

    // When
    HttpResponse<String> list = turns.get("/backend-api/codex/models?client_version=0.169.0");

    // Then
    assertThat(list.statusCode()).isEqualTo(200);
    assertThat(list.body()).contains("gpt-5.5");
    assertThat(first.asked.getFirst().path()).isEqualTo("/v1/models?client_version=0.169.0");
  }
}
