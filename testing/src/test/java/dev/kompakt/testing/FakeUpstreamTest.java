package dev.kompakt.testing;

import static dev.kompakt.testing.Asker.MAPPER;
import static dev.kompakt.testing.Asker.SOON;
import static dev.kompakt.testing.Asker.SUMMARY;
import static dev.kompakt.testing.Asker.TRIGGER;
import static dev.kompakt.testing.Asker.events;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.testing.FakeUpstream.Options;
import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/// What a fake upstream answers, and what it knows of its calls.
@Timeout(60)
class FakeUpstreamTest {
  @AutoClose private final Asker asker = new Asker(FakeUpstream.start());
  private final FakeUpstream upstream = asker.upstream;

  @Test
  void shouldCompactWhenAskedAtTheCompactEndpoint() throws Exception {
    // Given
    SyntheticRequest request = Histories.small(1);

    // When
    HttpResponse<String> answer = asker.compact(request);

    // Then
    JsonNode body = MAPPER.readTree(answer.body());
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(body.path("object").asString()).isEqualTo("response.compaction");
    List<String> types = new ArrayList<>();
    body.path("output").forEach(item -> types.add(item.path("type").asString()));
    assertThat(types).startsWith("message").endsWith("compaction").containsOnlyOnce("compaction");
    Call call = upstream.calls().getFirst();
    assertThat(call.accepted()).isTrue();
    assertThat(call.authorization()).isEqualTo("Bearer a");
    assertThat(call.marks()).hasSize(request.marks());
    assertThat(call.body()).contains(request.toText());
    assertThat(upstream.violations()).isEmpty();
  }

  @Test
  void shouldStreamOneCompactionItemWhenTriggered() throws Exception {
    // When
    List<JsonNode> events = events(asker.post("/responses", TRIGGER));

    // Then
    assertThat(events)
        .extracting(event -> event.path("type").asString())
        .startsWith("response.created")
        .endsWith("response.completed")
        .containsOnlyOnce("response.output_item.done");
    assertThat(events.getLast().path("response").path("usage").path("input_tokens").asInt())
        .isPositive();
    assertThat(upstream.calls().getFirst().endpoint()).isEqualTo(Call.Endpoint.TRIGGER);
  }

  @Test
  void shouldSummarizeAsAStreamOrAsOneObject() throws Exception {
    // Given
    upstream.summarizing(call -> "é".repeat(5000) + call.number());

    // When
    List<JsonNode> events = events(asker.post("/responses", SUMMARY));
    HttpResponse<String> whole = asker.post("/responses", "{\"model\":\"m\",\"input\":\"hi\"}");

    // Then
    StringBuilder text = new StringBuilder();
    events.forEach(event -> text.append(event.path("delta").asString("")));
    assertThat(text).hasToString("é".repeat(5000) + 1);
    JsonNode object = MAPPER.readTree(whole.body());
    assertThat(object.path("status").asString()).isEqualTo("completed");
    assertThat(object.at("/output/0/content/0/text").asString()).endsWith("é2");
  }

  @Test
  void shouldUseUpQueuedRepliesThenAskTheScriptWhenBelowTheCaps() throws Exception {
    // Given
    upstream
        .capBytes(2000)
        .capTokens(300)
        .then(Reply.rateLimited(Duration.ofSeconds(2)))
        .answering(call -> call.number() == 5 ? Reply.overloaded() : Reply.success());

    // When
    List<HttpResponse<String>> answers =
        List.of(
            asker.compact(Histories.ofBytes(1, 2001)),
            asker.compact(Histories.ofBytes(1, 1500)),
            asker.compact(Histories.ofBytes(1, 1024)),
            asker.compact(Histories.ofBytes(1, 1024)),
            asker.compact(Histories.ofBytes(1, 1024)));

    // Then
    assertThat(answers)
        .extracting(HttpResponse::statusCode)
        .containsExactly(413, 400, 429, 200, 529);
    assertThat(answers.get(1).body()).contains("context_length_exceeded");
    assertThat(answers.get(2).headers().firstValue("retry-after")).contains("2");
    assertThat(upstream.accepted()).extracting(Call::number).containsExactly(4);
  }

  @Test
  void shouldCountCallsInFlightByAuthorization() {
    // Given
    CountDownLatch release = new CountDownLatch(1);
    upstream.answering(_ -> Reply.success().after(release));

    // When
    List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      answers.add(
          asker.client.sendAsync(
              asker.request("/responses", TRIGGER.getBytes(StandardCharsets.UTF_8)),
              BodyHandlers.ofString()));
    }
    upstream.awaitCalls(3, SOON);
    release.countDown();
    answers.forEach(CompletableFuture::join);
    answers.forEach(answer -> assertThat(answer.join().statusCode()).isEqualTo(200));

    // Then
    assertThat(upstream.maxInFlight("Bearer a")).isEqualTo(3);
    assertThat(upstream.maxInFlight("Bearer b")).isZero();
    assertThat(upstream.awaitEnded(3, SOON)).allMatch(Call::accepted);
  }

  @Test
  void shouldGoBackToItsOwnSummariesWhenReset() throws Exception {
    try (Asker own = new Asker(FakeUpstream.start(call -> "its own " + call.items()))) {
      own.upstream.summarizing(_ -> "another");

      // When
      String before = own.post("/responses", "{\"model\":\"m\",\"input\":\"hi\"}").body();
      own.upstream.reset();
      String after = own.post("/responses", "{\"model\":\"m\",\"input\":\"hi\"}").body();

      // Then
      assertThat(before).contains("another");
      assertThat(after).contains("its own 1");
    }
  }

  @Test
  void shouldOnlyCountWhenFast() throws Exception {
    try (Asker fast = new Asker(FakeUpstream.start(Options.FAST))) {
      // When
      HttpResponse<String> compacted = fast.compact(Histories.small(1));
      HttpResponse<String> triggered =
          fast.client.send(
              HttpRequest.newBuilder(fast.upstream.baseUrl().resolve("/v1/responses"))
                  .header("accept", "text/event-stream")
                  .POST(BodyPublishers.ofByteArray(Histories.small(1).withTrigger().toBytes()))
                  .build(),
              BodyHandlers.ofString());

      // Then
      assertThat(MAPPER.readTree(compacted.body()).at("/output/0/type").asString())
          .isEqualTo("compaction");
      assertThat(events(triggered).getLast().path("type").asString())
          .isEqualTo("response.completed");
      assertThat(fast.upstream.calls()).isEmpty();
      assertThat(fast.upstream.count()).isEqualTo(2);
    }
  }

  @Test
  void shouldReadChunkedBodies() throws Exception {
    // Given
    byte[] body = Histories.ofBytes(3, 200_000).toBytes();

    // When
    asker.client.send(
        HttpRequest.newBuilder(upstream.baseUrl().resolve("/v1/responses/compact"))
            .header("content-type", "application/json")
            .header("authorization", "Bearer a")
            .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)))
            .build(),
        BodyHandlers.discarding());

    // Then
    assertThat(upstream.calls().getFirst().bodyBytes()).isEqualTo(body.length);
    assertThat(upstream.violations()).isEmpty();
  }
}
