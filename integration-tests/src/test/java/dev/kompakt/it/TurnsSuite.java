package dev.kompakt.it;

import static dev.kompakt.it.Client.compactionItems;
import static dev.kompakt.it.Client.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.github.luben.zstd.Zstd;
import dev.kompakt.schemas.record.UsageReading;
import dev.kompakt.schemas.topic.Topics;
import dev.kompakt.testing.Call;
import dev.kompakt.testing.Canaries;
import dev.kompakt.testing.Deployment;
import dev.kompakt.testing.FakeUpstream;
import dev.kompakt.testing.Reply;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Ordinary turns through a whole Kompakt: what the client gets, what the provider is asked, and
/// what is known of the accounts afterwards.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class TurnsSuite {
  static final String KEEPALIVE = "{ firstAfter: 30s, every: 10s }";
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Map<String, String> EVENTS = Map.of("content-type", "text/event-stream");
  private static final String CREATED =
      "event: response.created\ndata: {\"type\":\"response.created\"}\n\n";

  private static final String COMPLETED =
      """
      event: response.completed
      data: {"type":"response.completed","response":{"output":[],"usage":{"input_tokens":900,\
      "input_tokens_details":{"cached_tokens":800},"output_tokens":40,\
      "output_tokens_details":{"reasoning_tokens":8}}}}

      """;

  private static final String LIMITS =
      """
      event: codex.rate_limits
      data: {"type":"codex.rate_limits","rate_limits":{"primary":null,\
      "secondary":{"used_percent":7.25,"window_minutes":10080,"reset_after_seconds":600}}}

      """;

  private FakeUpstream upstream;
  private Deployment deployment;
  private Client client;

  abstract Deployment deploy(Path home, String config);

  @BeforeAll
  void start(@TempDir Path home) {
    upstream = FakeUpstream.start();
    deployment = deploy(home, Configs.provider(upstream, "summarize", KEEPALIVE));
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

  /// A turn whose user says this.
  static String turn(String text) {
    return """
    {"model":"gpt-5.5","stream":true,"unheard_of":{"y":true},\
    "input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"%s"}]}]}"""
        .formatted(text + " " + Canaries.TEXT);
  }

  private HttpResponse<String> send(String turn, String... headers) {
    return client.post("/v1/responses", turn, headers);
  }

  @Test
  void shouldPassAnEventOnBeforeTheNextIsSentAndStopTheCallWhenTheClientLeaves() throws Exception {
    // Given
    upstream.then(
        Reply.status(200, EVENTS, CREATED + COMPLETED)
            .stoppingAfter(CREATED.length(), Reply.End.SILENCE));

    // When
    HttpResponse<InputStream> response = client.parked("/v1/responses", turn("one event"));
    byte[] first = response.body().readNBytes(CREATED.length());
    response.body().close();

    // Then
    assertThat(response.headers().firstValue("content-type")).contains("text/event-stream");
    assertThat(new String(first, StandardCharsets.UTF_8)).isEqualTo(CREATED);
    Call call = upstream.awaitEnded(1, PATIENCE).getFirst();
    assertThat(call.ended().orElseThrow().whole()).isFalse();
  }

  @Test
  void shouldPassAnEventOfSixteenMebibytes() {
    // Given
    upstream.then(Reply.huge(16L << 20));

    // When
    HttpResponse<String> response = send(turn("a large event"));

    // Then
    assertThat(response.body().length()).isGreaterThan(16 << 20);
    assertThat(response.body()).contains("event: response.completed").endsWith("\n\n");
  }

  @Test
  void shouldSucceedAfterFailuresOfEveryKind() {
    // Given
    upstream.then(
        Reply.overloaded(),
        Reply.resetBeforeHeaders(),
        Reply.rateLimited(Duration.ofSeconds(1)),
        Reply.internalError());

    // When
    HttpResponse<String> response = send(turn("four failures"));

    // Then
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    assertThat(response.body()).contains("response.completed");
    assertThat(upstream.count()).isEqualTo(5);
    assertThat(upstream.calls().stream().map(Call::authorization).distinct()).hasSize(2);
    assertThat(upstream.calls().stream().map(Call::sha256).distinct()).hasSize(1);
  }

  @Test
  void shouldTellOfASizeRefusedForGoodAs400() {
    // Given
    upstream.capBytes(10);

    // When
    HttpResponse<String> response = send(turn("too large"));

    // Then
    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(json(response).path("error").path("code").asString())
        .isEqualTo("context_length_exceeded");
  }

  @Test
  void shouldBreakTheBodyWhenUpstreamBreaks() throws Exception {
    // Given
    upstream.then(Reply.cut(400));

    // When
    HttpResponse<InputStream> response = client.parked("/v1/responses", turn("half an answer"));

    // Then
    assertThat(response.statusCode()).isEqualTo(200);
    assertThatThrownBy(() -> response.body().readAllBytes()).isInstanceOf(IOException.class);
    assertThat(upstream.count()).isEqualTo(1);
  }

  @Test
  void shouldGiveUpAClientThatDoesNotRead() throws Exception {
    // Given
    upstream.then(Reply.huge(200L << 20));
    String turn = turn("nobody reads this");

    // When
    try (Socket socket =
        new Socket(InetAddress.getLoopbackAddress(), deployment.data().getPort())) {
      socket
          .getOutputStream()
          .write(
              ("POST /v1/responses HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
                      + "Content-Length: "
                      + turn.length()
                      + "\r\n\r\n"
                      + turn)
                  .getBytes(StandardCharsets.US_ASCII));

      // Then
      Call call = upstream.awaitEnded(1, PATIENCE).getFirst();
      assertThat(call.ended().orElseThrow().whole()).isFalse();
    }
  }

  @Test
  void shouldBringATurnBackToTheAccountWhereItBegan() {
    // Given
    upstream.then(Reply.status(200, Map.of("x-codex-turn-state", "ts-1"), "{}"));
    HttpResponse<String> begun = send(turn("a turn begins"));
    String state = begun.headers().firstValue("x-codex-turn-state").orElseThrow();

    // When
    for (int i = 0; i < 8; i++) {
      send(turn("a turn goes on " + i), "x-codex-turn-state", state, "session-id", "s" + i);
    }

    // Then
    assertThat(state).isNotEqualTo("ts-1");
    List<Call> calls = upstream.calls();
    assertThat(calls.stream().map(Call::authorization).distinct()).hasSize(1);
    assertThat(calls.stream().skip(1))
        .hasSize(8)
        .allSatisfy(call -> assertThat(call.header("x-codex-turn-state")).contains("ts-1"));
  }

  @Test
  void shouldKeepASessionAtItsAccount() {
    // When
    for (int i = 0; i < 24; i++) {
      send(turn("a session " + i), "session-id", "session-" + i % 12);
    }

    // Then
    List<Call> calls = upstream.calls();
    for (int i = 0; i < 12; i++) {
      assertThat(calls.get(i).authorization()).isEqualTo(calls.get(i + 12).authorization());
    }
  }

  @Test
  void shouldOpenOurOwnCompactionItem() {
    // Given
    upstream.summarizing(_ -> "what was said before");
    HttpResponse<String> compacted =
        client.compact(turn("compact this").replace("\"stream\":true,", ""));
    JsonNode item = compactionItems(json(compacted)).getFirst();
    upstream.reset();
    String followed =
        """
        {"model":"gpt-5.5","stream":true,"input":[%s,{"type":"message","role":"user",\
        "content":[{"type":"input_text","text":"and now"}]}]}"""
            .formatted(item);
    String alone = "{\"model\":\"gpt-5.5\",\"stream\":true,\"input\":[%s]}".formatted(item);

    // When
    HttpResponse<String> first = send(followed);
    HttpResponse<String> second = send(alone);

    // Then
    assertThat(item.path("encrypted_content").asString()).startsWith("kmp1.");
    assertThat(first.statusCode()).as(first.body()).isEqualTo(200);
    assertThat(second.statusCode()).as(second.body()).isEqualTo(200);
    String askedFirst = upstream.calls().getFirst().body().orElseThrow();
    String askedSecond = upstream.calls().getLast().body().orElseThrow();
    assertThat(askedFirst).contains("what was said before").doesNotContain("kmp1.");
    assertThat(upstream.calls().getFirst().items()).isEqualTo(2);
    assertThat(askedSecond).contains("what was said before").doesNotContain("kmp1.");
    assertThat(
            Client.JSON
                .readTree(askedSecond)
                .path("input")
                .path(upstream.calls().getLast().items() - 1)
                .path("role")
                .asString())
        .isEqualTo("user");
    assertThat(upstream.violations()).isEmpty();
  }

  @Test
  void shouldReadAZstdBodyAndHandOnWhatItDoesNotKnow() {
    // Given
    String turn = turn("squeezed");

    // When
    HttpResponse<String> response =
        client.post(
            "/backend-api/codex/responses",
            Zstd.compress(turn.getBytes(StandardCharsets.UTF_8)),
            "content-encoding",
            "zstd");

    // Then
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    assertThat(Client.JSON.readTree(upstream.calls().getFirst().body().orElseThrow()))
        .isEqualTo(Client.JSON.readTree(turn));
    assertThat(upstream.violations()).isEmpty();
  }

  @Test
  void shouldRecordWhatATurnUsedAndWhatUpstreamSaidOfItsQuota() {
    // Given
    Map<String, String> headers =
        Map.of(
            "content-type",
            "text/event-stream",
            "x-codex-primary-used-percent",
            "41.5",
            "x-codex-primary-window-minutes",
            "300");
    upstream.then(Reply.status(200, headers, CREATED + LIMITS + COMPLETED));

    // When
    HttpResponse<String> response = send(turn("what does it cost"));

    // Then
    assertThat(response.headers().firstValue("x-codex-primary-used-percent")).contains("41.5");
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(Records.of(deployment, Topics.ACCOUNTS))
                    .anySatisfy(
                        account -> {
                          assertThat(account.usage().cachedTokens()).isGreaterThanOrEqualTo(800);
                          assertThat(account.readings())
                              .extracting(UsageReading::usedPercent)
                              .contains(41.5, 7.25);
                        }));
  }

  @Test
  void shouldListModels() {
    assertThat(client.get("/v1/models").body()).contains("gpt-5.5");
    assertThat(client.get("/backend-api/codex/models?client_version=0.169.0").body())
        .contains("gpt-5.5");
  }
}
