package dev.kompakt.it;

import static dev.kompakt.it.Client.compactionItems;
import static dev.kompakt.it.Client.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.testing.Call;
import dev.kompakt.testing.Deployment;
import dev.kompakt.testing.FakeUpstream;
import dev.kompakt.testing.Histories;
import dev.kompakt.testing.SyntheticRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Histories too large for the provider. The order matters: what the first history learns the
/// second profits from.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
abstract class SplittingSuite {
  private static final int MIB = 1 << 20;

  private FakeUpstream upstream;
  private Deployment deployment;
  private Client client;

  abstract Deployment deploy(Path home, String config);

  @BeforeAll
  void start(@TempDir Path home) {
    upstream = FakeUpstream.start().capBytes(MIB);
    deployment =
        deploy(home, Configs.provider(upstream, "native", "{ firstAfter: 10s, every: 10s }"));
    client = new Client(deployment.data());
  }

  @AfterAll
  void stop() {
    if (deployment != null) {
      deployment.close();
    }
    upstream.close();
  }

  @BeforeEach
  void forget() {
    upstream.reset();
    upstream.capBytes(MIB);
  }

  @Test
  @Order(1)
  void shouldSendEachSpanOnceAndFindTheLimitByHalvingWhenTooLarge() {
    // Given
    SyntheticRequest history = Histories.ofMebibytes(1, 12);

    // When
    HttpResponse<String> response = client.post("/v1/responses/compact", history.toBytes());

    // Then
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    assertSentOnce(history);
    List<Long> refused =
        upstream.calls().stream().filter(c -> c.bodyBytes() > MIB).map(Call::bodyBytes).toList();
    assertThat(refused).as("over-cap calls, one per halving step").hasSize(4);
    assertThat(refused).isSortedAccordingTo((a, b) -> Long.compare(b, a));
    assertAnswer(response);
  }

  @Test
  @Order(2)
  void shouldMakeNoOverCapCallWhenTheLimitIsKnown() {
    // Given
    SyntheticRequest history = Histories.ofMebibytes(2, 12).withOversized(3 * MIB);

    // When
    HttpResponse<String> response = client.post("/v1/responses/compact", history.toBytes());

    // Then
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    assertThat(upstream.calls()).noneMatch(c -> c.bodyBytes() > MIB);
    assertSentOnce(history);
    assertAnswer(response);
  }

  @Test
  @Order(3)
  void shouldOpenTheCheckpointWhenItComesBack() {
    // Given
    SyntheticRequest history = Histories.ofMebibytes(3, 3);
    upstream.summarizing(call -> "the plan is to finish step seven");
    JsonNode answer = json(client.post("/v1/responses/compact", history.toBytes()));
    String item = compactionItems(answer).getFirst().toString();
    upstream.reset();

    // When
    HttpResponse<String> next =
        client.compact(
            """
            {"model":"gpt-5.5","input":[%s,{"type":"message","role":"user","content":[{"type":"input_text","text":"go on"}]}]}"""
                .formatted(item));

    // Then
    assertThat(next.statusCode()).as(next.body()).isEqualTo(200);
    String sent = upstream.calls().getFirst().body().orElseThrow();
    assertThat(sent).contains("the plan is to finish step seven").doesNotContain("kmp1.");
  }

  @Test
  @Order(4)
  void shouldLeaveTheItemAloneWhenItIsForged() {
    // Given
    String forged = "kmp1." + "A".repeat(120);

    // When
    client.compact(
        """
        {"model":"gpt-5.5","input":[{"type":"compaction","encrypted_content":"%s"},\
        {"type":"message","role":"user","content":[{"type":"input_text","text":"go on"}]}]}"""
            .formatted(forged));

    // Then
    assertThat(upstream.calls().getFirst().body().orElseThrow()).contains(forged);
  }

  private void assertSentOnce(SyntheticRequest history) {
    List<Integer> seen =
        upstream.accepted().stream().flatMap(c -> c.marks().stream()).sorted().toList();
    assertThat(seen).isEqualTo(IntStream.range(0, history.marks()).boxed().toList());
    assertThat(upstream.violations()).isEmpty();
  }

  private static void assertAnswer(HttpResponse<String> response) {
    JsonNode answer = json(response);
    assertThat(compactionItems(answer)).hasSize(1);
    JsonNode output = answer.path("output");
    assertThat(output.path(output.size() - 1).path("type").asString()).isEqualTo("compaction");
    for (JsonNode item : output) {
      assertThat(item.path("type").asString()).isIn("message", "compaction");
      assertThat(item.path("role").asString("user")).isIn("system", "developer", "user");
    }
    assertThat(output.size()).isGreaterThan(1);
    assertThat(response.body().getBytes(StandardCharsets.UTF_8).length).isLessThan(600_000);
  }
}
