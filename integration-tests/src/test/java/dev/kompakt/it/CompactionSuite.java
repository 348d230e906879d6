package dev.kompakt.it;

import static dev.kompakt.it.Client.compactionItems;
import static dev.kompakt.it.Client.events;
import static dev.kompakt.it.Client.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.models.responses.CompactedResponse;
import com.openai.models.responses.ResponseCompactParams;
import dev.kompakt.testing.Canaries;
import dev.kompakt.testing.Capture;
import dev.kompakt.testing.Captures;
import dev.kompakt.testing.Deployment;
import dev.kompakt.testing.FakeUpstream;
import dev.kompakt.testing.Reply;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// One compaction, end to end, over a provider that compacts natively.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class CompactionSuite {
  private static final Duration SOON = Duration.ofSeconds(30);

  private FakeUpstream upstream;
  private Deployment deployment;
  private Client client;

  abstract Deployment deploy(Path home, String config);

  @BeforeAll
  void start(@TempDir Path home) {
    upstream = FakeUpstream.start();
    deployment =
        deploy(home, Configs.provider(upstream, "native", "{ firstAfter: 300ms, every: 100ms }"));
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
  }

  private static String request(String question) {
    return """
    {"model":"gpt-5.5","instructions":"sys","input":[\
    {"type":"message","role":"user","content":[{"type":"input_text","text":"%s"}]},\
    {"type":"function_call","call_id":"c1","name":"exec_command","arguments":"{}"},\
    {"type":"function_call_output","call_id":"c1","output":"done"},\
    {"type":"message","role":"assistant","content":[{"type":"output_text","text":"ok"}]}]}"""
        .formatted(question);
  }

  private static String fresh() {
    return request("question " + UUID.randomUUID() + " " + Canaries.TEXT);
  }

  private static String triggered(String body) {
    return body.replace(
        "]}]}", "]},{\"type\":\"compaction_trigger\"}],\"stream\":true,\"store\":false}");
  }

  @Test
  void shouldAnswerTheProvidersOwnCompactionWhenUnary() {
    // When
    HttpResponse<String> response = client.compact(fresh());

    // Then
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    assertThat(response.headers().firstValue("content-type")).hasValue("application/json");
    assertThat(response.headers().firstValue("x-request-id")).isPresent();
    assertThat(json(response).path("object").asString()).isEqualTo("response.compaction");
    assertThat(compactionItems(json(response))).hasSize(1);
    assertThat(upstream.calls())
        .singleElement()
        .satisfies(call -> assertThat(call.path()).isEqualTo("/v1/responses/compact"));
    assertThat(upstream.violations()).isEmpty();
  }

  @Test
  void shouldAnswerEventsWhenTheLastItemIsATrigger() {
    // When
    HttpResponse<String> response = client.post("/v1/responses", triggered(fresh()));

    // Then
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    assertThat(response.headers().firstValue("content-type")).hasValue("text/event-stream");
    List<JsonNode> events = events(response.body());
    assertThat(events.getFirst().path("type").asString()).isEqualTo("response.created");
    assertThat(
            events.stream()
                .filter(e -> e.path("type").asString("").equals("response.output_item.done")))
        .singleElement()
        .satisfies(e -> assertThat(e.path("item").path("type").asString()).isEqualTo("compaction"));
    JsonNode last = events.getLast();
    assertThat(last.path("type").asString()).isEqualTo("response.completed");
    assertThat(last.path("response").path("id").asString()).isNotEmpty();
    assertThat(last.path("response").path("usage").path("total_tokens").isNumber()).isTrue();
  }

  @Test
  void shouldCompactEveryRecordedRequestOfARealClient() {
    for (Capture recorded : Captures.compactions()) {
      // Given
      String[] headers =
          recorded.headers().stream()
              .filter(header -> !header.name().equalsIgnoreCase("content-type"))
              .flatMap(header -> Stream.of(header.name(), header.value()))
              .toArray(String[]::new);

      // When
      HttpResponse<String> response = client.post(recorded.path(), recorded.body(), headers);

      // Then
      assertThat(response.statusCode()).as("%s: %s", recorded, response.body()).isEqualTo(200);
      assertThat(response.body()).as(recorded.name()).contains("\"type\":\"compaction\"");
    }
    assertThat(upstream.violations()).isEmpty();
  }

  @Test
  void shouldGiveTheSdkItsAnswerWhenKeepalivesComeFirst() {
    // Given
    upstream.then(Reply.success().after(Duration.ofMillis(1200)));
    OpenAIClient sdk =
        OpenAIOkHttpClient.builder()
            .baseUrl(deployment.data() + "/v1")
            .apiKey(Canaries.SECRET)
            .maxRetries(0)
            .build();

    // When
    CompactedResponse compacted =
        sdk.responses()
            .compact(
                ResponseCompactParams.builder()
                    .model("gpt-5.5")
                    .input("remember " + UUID.randomUUID())
                    .instructions("sys")
                    .build());

    // Then
    assertThat(compacted.id()).isNotEmpty();
    assertThat(compacted.output().stream().filter(item -> item.isCompaction())).hasSize(1);
    sdk.close();
  }

  @Test
  void shouldBeatWithNewlinesBeforeTheAnswerWhenUnary() {
    // Given
    upstream.then(Reply.success().after(Duration.ofSeconds(1)));

    // When
    HttpResponse<String> response = client.compact(fresh());

    // Then
    assertThat(response.body()).startsWith("\n\n").doesNotContain("\r");
    assertThat(compactionItems(json(response))).hasSize(1);
    assertThat(response.headers().firstValue("x-accel-buffering")).hasValue("no");
    assertThat(response.headers().firstValue("cache-control")).hasValue("no-cache, no-transform");
    assertThat(response.headers().firstValue("content-length")).isEmpty();
  }

  @Test
  void shouldBeatWithDataFramesWhenStreaming() {
    // Given
    upstream.then(Reply.success().after(Duration.ofSeconds(1)));

    // When
    HttpResponse<String> response = client.post("/v1/responses", triggered(fresh()));

    // Then
    assertThat(events(response.body()).stream().map(e -> e.path("type").asString("")))
        .startsWith("response.created", "keepalive")
        .endsWith("response.output_item.done", "response.completed");
  }

  @Test
  void shouldCallOnceWhenIdenticalRequestsRunTogetherAndLater() {
    // Given
    upstream.then(Reply.success().after(Duration.ofMillis(700)));
    String body = fresh();

    // When
    CompletableFuture<HttpResponse<String>> first = client.postAsync("/v1/responses/compact", body);
    CompletableFuture<HttpResponse<String>> second =
        client.postAsync("/v1/responses/compact", body.replace("{\"model\"", " { \"model\""));
    HttpResponse<String> early = Client.await(first);
    HttpResponse<String> together = Client.await(second);
    HttpResponse<String> later = client.compact(body);
    HttpResponse<String> streamed = client.post("/v1/responses", triggered(body));

    // Then
    assertThat(upstream.count()).isEqualTo(1);
    assertThat(json(together)).isEqualTo(json(early));
    assertThat(json(later)).isEqualTo(json(early));
    assertThat(events(streamed.body()).getLast().path("type").asString())
        .isEqualTo("response.completed");
  }

  @Test
  void shouldRefuseWhenAnIdempotencyKeyComesWithOtherContent() {
    // Given
    String key = UUID.randomUUID().toString();
    String body = fresh();
    assertThat(client.compact(body, "idempotency-key", key).statusCode()).isEqualTo(200);

    // When
    HttpResponse<String> same = client.compact(body, "idempotency-key", key);
    HttpResponse<String> other = client.compact(fresh(), "idempotency-key", key);

    // Then
    assertThat(same.statusCode()).isEqualTo(200);
    assertThat(other.statusCode()).isEqualTo(422);
    assertThat(json(other).path("error").path("code").asString())
        .isEqualTo("idempotency_key_reused");
    assertThat(upstream.count()).isEqualTo(1);
  }

  @Test
  void shouldAcceptAndAnswerLaterWhenAskedToRespondAsync() {
    // When
    HttpResponse<String> accepted = client.compact(fresh(), "prefer", "respond-async");

    // Then
    assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(202);
    assertThat(accepted.headers().firstValue("preference-applied")).hasValue("respond-async");
    String location = accepted.headers().firstValue("location").orElseThrow();
    assertThat(location).startsWith("/v1/compactions/cmpn_");
    await()
        .atMost(SOON)
        .until(() -> json(client.get(location)).path("status").asString().equals("completed"));
    assertThat(compactionItems(json(client.get(location)).path("result"))).hasSize(1);
  }

  @Test
  void shouldAcceptWhenTheBodySaysBackground() {
    // When
    HttpResponse<String> accepted =
        client.compact(fresh().replace("{\"model\"", "{\"background\":true,\"model\""));

    // Then
    assertThat(accepted.statusCode()).isEqualTo(202);
    String location = accepted.headers().firstValue("location").orElseThrow();
    await()
        .atMost(SOON)
        .until(() -> json(client.get(location)).path("status").asString().equals("completed"));
  }

  @Test
  void shouldTellItsProgressAsEvents() {
    // Given
    upstream.then(Reply.success().after(Duration.ofMillis(600)));
    String location =
        client
            .compact(fresh(), "prefer", "respond-async")
            .headers()
            .firstValue("location")
            .orElseThrow();

    // When
    HttpResponse<String> events = client.get(location + "/events");

    // Then
    assertThat(events.headers().firstValue("content-type")).hasValue("text/event-stream");
    JsonNode last = events(events.body()).getLast();
    assertThat(last.path("type").asString()).isEqualTo("compaction.completed");
    assertThat(last.path("compaction").path("status").asString()).isEqualTo("completed");
  }

  @Test
  void shouldStopWhenCancelled() {
    // Given
    upstream.then(Reply.neverAnswered());
    String location =
        client
            .compact(fresh(), "prefer", "respond-async")
            .headers()
            .firstValue("location")
            .orElseThrow();
    upstream.awaitCalls(1, SOON);

    // When
    HttpResponse<String> cancelled = client.post(location + "/cancel", "");

    // Then
    assertThat(cancelled.statusCode()).as(cancelled.body()).isIn(200, 202);
    await()
        .atMost(SOON)
        .until(() -> json(client.get(location)).path("status").asString().equals("cancelled"));
    upstream.awaitEnded(1, SOON);
  }

  @Test
  void shouldBreakTheBodyWhenItFailsAfterTheFirstBeatAndAnswerTheRetryTruly() {
    // Given
    upstream.then(Reply.invalidRequest().after(Duration.ofMillis(900)));
    String body = fresh();

    // When
    Throwable broken = org.assertj.core.api.Assertions.catchThrowable(() -> client.compact(body));
    HttpResponse<String> retried = client.compact(body);

    // Then
    assertThat(broken).isNotNull().hasRootCauseInstanceOf(java.io.IOException.class);
    assertThat(retried.statusCode()).isEqualTo(400);
    assertThat(upstream.count()).isEqualTo(1);
  }

  @Test
  void shouldSayFailedWhenAStreamFailsAfterTheFirstBeat() {
    // Given
    upstream.then(Reply.invalidRequest().after(Duration.ofMillis(900)));

    // When
    HttpResponse<String> response = client.post("/v1/responses", triggered(fresh()));

    // Then
    JsonNode last = events(response.body()).getLast();
    assertThat(last.path("type").asString()).isEqualTo("response.failed");
    assertThat(last.path("response").path("error").path("code").asString()).isNotEmpty();
  }

  @Test
  void shouldGoOnWhenTheClientLeaves() throws Exception {
    // Given
    upstream.then(Reply.success().after(Duration.ofMillis(900)));
    String body = fresh();
    CompletableFuture<HttpResponse<String>> leaving =
        client.postAsync("/v1/responses/compact", body);
    upstream.awaitCalls(1, SOON);

    // When
    leaving.cancel(true);
    HttpResponse<String> retried = client.compact(body);

    // Then
    assertThat(retried.statusCode()).isEqualTo(200);
    assertThat(upstream.count()).isEqualTo(1);
  }

  @Test
  void shouldRetryWhenTheProviderIsBrieflyUnavailable() {
    // Given
    upstream.then(Reply.unavailable(), Reply.overloaded());

    // When
    HttpResponse<String> response = client.compact(fresh());

    // Then
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(compactionItems(json(response))).hasSize(1);
    assertThat(upstream.count()).isEqualTo(3);
  }

  @Test
  void shouldListCompactionsForTheOperator() {
    // Given
    client.compact(fresh());

    // When
    HttpResponse<String> list = new Client(deployment.admin()).get("/admin/v1/compactions?limit=5");

    // Then
    assertThat(list.statusCode()).isEqualTo(200);
    JsonNode first = json(list).path("data").path(0);
    assertThat(first.path("id").asString()).startsWith("cmpn_");
    assertThat(list.body()).doesNotContain("question ");
  }

  @Test
  void shouldBeLiveReadyAndMeasured() {
    // Given
    client.compact(fresh());
    Client admin = new Client(deployment.admin());

    // When
    String metrics = admin.get("/metrics").body();

    // Then
    assertThat(admin.get("/livez").statusCode()).isEqualTo(200);
    assertThat(admin.get("/readyz").statusCode()).isEqualTo(200);
    assertThat(metrics).contains("kompakt_requests_total{", "kompakt_parked_requests ");
  }
}
