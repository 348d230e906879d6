package dev.kompakt.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kompakt.testing.FakeUpstream.Options;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Timeout(60)
class FakeUpstreamTest {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final String TRIGGER =
      "{\"model\":\"m\",\"stream\":true,\"input\":[{\"role\":\"user\",\"content\":\"hi\"},"
          + "{\"type\":\"compaction_trigger\"}]}";

  private final HttpClient client = HttpClient.newHttpClient();
  private FakeUpstream upstream = FakeUpstream.start();

  @AfterEach
  void close() {
    upstream.close();
    client.shutdownNow();
  }

  @Test
  void shouldCompactWhenAskedAtTheCompactEndpoint() throws Exception {
    // Given
    SyntheticRequest request = Histories.small(1);

    // When
    HttpResponse<String> answer = post("/responses/compact", request.toBytes());

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
    List<JsonNode> events = events(post("/responses", TRIGGER));

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
    List<JsonNode> events =
        events(post("/responses", "{\"model\":\"m\",\"stream\":true,\"input\":\"hi\"}"));
    HttpResponse<String> whole = post("/responses", "{\"model\":\"m\",\"input\":\"hi\"}");

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
            post("/responses/compact", Histories.ofBytes(1, 2001).toBytes()),
            post("/responses/compact", Histories.ofBytes(1, 1500).toBytes()),
            post("/responses/compact", Histories.ofBytes(1, 1024).toBytes()),
            post("/responses/compact", Histories.ofBytes(1, 1024).toBytes()),
            post("/responses/compact", Histories.ofBytes(1, 1024).toBytes()));

    // Then
    assertThat(answers)
        .extracting(HttpResponse::statusCode)
        .containsExactly(413, 400, 429, 200, 529);
    assertThat(answers.get(1).body()).contains("context_length_exceeded");
    assertThat(answers.get(2).headers().firstValue("retry-after")).contains("2");
    assertThat(upstream.accepted()).extracting(Call::number).containsExactly(4);
  }

  @Test
  void shouldRefuseUnreadWhenToldTo() throws Exception {
    // Given
    upstream.close();
    upstream = FakeUpstream.start(new Options(0, true, 1000, true)).capBytes(10_000);

    // When
    int status;
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), upstream.port())) {
      socket
          .getOutputStream()
          .write(
              "POST /v1/responses HTTP/1.1\r\ncontent-length: 99999999\r\n\r\n{"
                  .getBytes(StandardCharsets.US_ASCII));
      byte[] line = socket.getInputStream().readNBytes(12);
      status = Integer.parseInt(new String(line, 9, 3, StandardCharsets.US_ASCII));
    }

    // Then
    assertThat(status).isEqualTo(413);
    assertThat(upstream.calls().getFirst().received()).isFalse();
  }

  @Test
  void shouldNotBeAnAcceptedCallWhenTheAnswerIsMangled() throws Exception {
    // Given
    upstream.then(
        Reply.garbage(),
        Reply.html(),
        Reply.errorUnder200(),
        Reply.wrong(Reply.Twist.WRONG_CONTENT_TYPE),
        Reply.truncated());

    // When
    List<HttpResponse<String>> answers = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      answers.add(post("/responses/compact", Histories.small(1).toBytes()));
    }

    // Then
    assertThat(answers).allMatch(answer -> answer.statusCode() == 200);
    assertThat(answers.get(1).headers().firstValue("content-type")).contains("text/html");
    assertThat(answers.get(3).headers().firstValue("content-type")).contains("text/plain");
    assertThatThrownBy(() -> MAPPER.readTree(answers.get(0).body())).isNotNull();
    assertThatThrownBy(() -> MAPPER.readTree(answers.get(4).body())).isNotNull();
    assertThat(upstream.accepted()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(Reply.Twist.class)
  void shouldTwistEveryAnswerWhenToldTo(Reply.Twist twist) throws Exception {
    // Given
    upstream.answering(call -> Reply.wrong(twist));

    // When
    String compacted = post("/responses/compact", Histories.small(1).toBytes()).body();
    String triggered = post("/responses", TRIGGER).body();
    String summary =
        post("/responses", "{\"model\":\"m\",\"stream\":true,\"input\":\"hi\"}").body();

    // Then
    switch (twist) {
      case EMPTY_SUMMARY ->
          assertThat(List.of(compacted, triggered, summary))
              .allMatch(
                  text ->
                      text.contains("\"encrypted_content\":\"\"")
                          || text.contains("\"text\":\"\""));
      case TWO_COMPACTION_ITEMS ->
          assertThat(List.of(compacted, triggered))
              .allMatch(text -> text.split("\"encrypted_content\"", -1).length >= 3);
      case NO_COMPACTION_ITEM ->
          assertThat(List.of(compacted, triggered))
              .noneMatch(text -> text.contains("encrypted_content"));
      case INCOMPLETE -> assertThat(summary).contains("event: response.incomplete");
      case REFUSAL -> assertThat(summary).contains("\"refusal\"").doesNotContain("output_text");
      case NEVER_COMPLETED ->
          assertThat(List.of(triggered, summary))
              .noneMatch(text -> text.contains("response.completed"));
      case WRONG_CONTENT_TYPE -> assertThat(compacted).contains("encrypted_content");
      case NO_OUTPUT -> assertThat(compacted).doesNotContain("\"output\"");
    }
  }

  @Test
  void shouldBreakTheConnectionWhenToldTo() {
    // Given
    List<Reply> broken =
        List.of(
            Reply.cut(20),
            Reply.cut(-1),
            Reply.reset(20),
            Reply.closedBeforeHeaders(),
            Reply.resetBeforeHeaders());
    for (Reply reply : broken) {
      upstream.answering(call -> reply);

      // When, Then
      assertThatThrownBy(() -> post("/responses", TRIGGER))
          .as("%s", reply)
          .isInstanceOf(IOException.class)
          .isNotInstanceOf(HttpTimeoutException.class);
    }
    assertThat(upstream.accepted()).isEmpty();
  }

  @Test
  void shouldKeepSilentUntilTheClientLeaves() throws Exception {
    for (Reply reply : List.of(Reply.neverAnswered(), Reply.silentAfterHeaders())) {
      // Given
      upstream.reset();
      upstream.then(reply);

      // When
      StringBuilder answer = new StringBuilder();
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), upstream.port())) {
        socket
            .getOutputStream()
            .write(
                ("POST /v1/responses HTTP/1.1\r\ncontent-length: " + TRIGGER.length() + "\r\n\r\n")
                    .concat(TRIGGER)
                    .getBytes(StandardCharsets.US_ASCII));
        socket.setSoTimeout(200);
        int c = socket.getInputStream().read();
        while (c >= 0) {
          answer.append((char) c);
          c = socket.getInputStream().read();
        }
        answer.append("closed");
      } catch (SocketTimeoutException e) {
        answer.append("silence");
      }

      // Then
      assertThat(answer.toString()).endsWith("silence");
      assertThat(answer.length())
          .isEqualTo(answer.indexOf("\r\n\r\n") < 0 ? 7 : answer.indexOf("\r\n\r\n") + 11);
      Call call = upstream.awaitEnded(1, SOON).getFirst();
      assertThat(call.accepted()).isFalse();
    }
  }

  @Test
  void shouldDripTheWholeAnswer() throws Exception {
    // Given
    upstream.then(
        Reply.success().over(new Reply.Delivery.Drip(200, Duration.ofMillis(1))),
        Reply.success().after(Duration.ofMillis(5)));

    // When
    List<JsonNode> dripped = events(post("/responses", TRIGGER));
    List<JsonNode> delayed = events(post("/responses", TRIGGER));

    // Then
    assertThat(dripped).hasSameSizeAs(delayed);
  }

  @Test
  void shouldSendAHugeAnswerWithoutHoldingIt() throws Exception {
    // Given
    upstream.then(Reply.huge(50_000_000));

    // When
    HttpResponse<InputStream> answer =
        client.send(
            request("/responses/compact", Histories.small(1).toBytes()),
            BodyHandlers.ofInputStream());
    long bytes;
    try (InputStream body = answer.body()) {
      bytes = body.skip(Long.MAX_VALUE);
    }

    // Then
    assertThat(bytes).isGreaterThan(50_000_000);
  }

  @Test
  void shouldCountCallsInFlightByAuthorization() {
    // Given
    CountDownLatch release = new CountDownLatch(1);
    upstream.answering(
        call -> {
          try {
            release.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          return Reply.success();
        });

    // When
    List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      answers.add(
          client.sendAsync(
              request("/responses", TRIGGER.getBytes(StandardCharsets.UTF_8)),
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
  void shouldOnlyCountWhenFast() throws Exception {
    // Given
    upstream.close();
    upstream = FakeUpstream.start(Options.FAST);

    // When
    HttpResponse<String> compacted = post("/responses/compact", Histories.small(1).toBytes());
    HttpResponse<String> triggered =
        client.send(
            HttpRequest.newBuilder(upstream.baseUrl().resolve("/v1/responses"))
                .header("accept", "text/event-stream")
                .POST(BodyPublishers.ofByteArray(Histories.small(1).withTrigger().toBytes()))
                .build(),
            BodyHandlers.ofString());

    // Then
    assertThat(MAPPER.readTree(compacted.body()).at("/output/0/type").asString())
        .isEqualTo("compaction");
    assertThat(events(triggered).getLast().path("type").asString()).isEqualTo("response.completed");
    assertThat(upstream.calls()).isEmpty();
    assertThat(upstream.count()).isEqualTo(2);
  }

  @Test
  void shouldReadChunkedBodies() throws Exception {
    // Given
    byte[] body = Histories.ofBytes(3, 200_000).toBytes();

    // When
    client.send(
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

  private HttpResponse<String> post(String path, String body) throws Exception {
    return post(path, body.getBytes(StandardCharsets.UTF_8));
  }

  private HttpResponse<String> post(String path, byte[] body) throws Exception {
    return client.send(request(path, body), BodyHandlers.ofString());
  }

  private HttpRequest request(String path, byte[] body) {
    return HttpRequest.newBuilder(URI.create(upstream.baseUrl() + path))
        .header("content-type", "application/json")
        .header("authorization", "Bearer a")
        .timeout(SOON)
        .POST(BodyPublishers.ofByteArray(body))
        .build();
  }

  private static List<JsonNode> events(HttpResponse<String> answer) {
    assertThat(answer.headers().firstValue("content-type")).contains("text/event-stream");
    return answer
        .body()
        .lines()
        .filter(line -> line.startsWith("data: "))
        .map(line -> MAPPER.readTree(line.substring(6)))
        .toList();
  }
}
