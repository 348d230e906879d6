package dev.kompakt.ingress.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.id.ProviderId;
import dev.kompakt.schemas.id.TenantId;
import dev.kompakt.schemas.record.AccountState;
import dev.kompakt.schemas.record.AccountStatus;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.TurnFinished;
import dev.kompakt.schemas.record.Usage;
import dev.kompakt.schemas.record.UsageReading;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class TurnsTest {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String TURN =
      """
      {"model":"gpt-5.5","stream":true,"tools":[{"type":"function","name":"f"}],\
      "input":[{"type":"message","role":"user","content":"hi"},{"type":"unheard_of","x":[1]}],\
      "unheard_of":{"y":true}}""";
  private static final String COMPLETED =
      """
      event: response.completed
      data: {"type":"response.completed","response":{"id":"r1","output":[],"usage":\
      {"input_tokens":900,"input_tokens_details":{"cached_tokens":800},"output_tokens":40,\
      "output_tokens_details":{"reasoning_tokens":8}}}}

      """;

  private final HttpClient client = HttpClient.newHttpClient();
  private Provider first = open();
  private Provider second = open();
  private TestPlane plane = start();

  private static Provider open() {
    try {
      return new Provider();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private TestPlane start(String... more) {
    String[] settings =
        new String[] {
          "providers",
          "[{id: one, baseUrl: \"%s\", mode: native, rejectedTools: [image_generation]}, {id: two, baseUrl: \"%s\", mode: native}]"
              .formatted(first.baseUrl(), second.baseUrl()),
          "accounts",
          "[{id: a, provider: one, apiKey: \"env:PATH\"}, {id: b, provider: two, apiKey: \"env:PATH\"}]"
        };
    String[] all = java.util.Arrays.copyOf(settings, settings.length + more.length);
    System.arraycopy(more, 0, all, settings.length, more.length);
    return TestPlane.with(all);
  }

  @BeforeEach
  void begin() {
    rest("b");
  }

  @AfterEach
  void end() {
    plane.close();
    first.close();
    second.close();
    client.close();
  }

  /// From now on this account is passed over.
  private void rest(String account) {
    tell(account, new AccountState.RateLimited(Instant.now().plus(Duration.ofHours(1))));
  }

  private void wake(String account) {
    tell(account, new AccountState.Active());
  }

  private void tell(String account, AccountState state, UsageReading... readings) {
    plane.accounts.learn(
        new AccountStatus(
            new AccountId(account),
            new ProviderId("one"),
            1,
            Usage.NONE,
            Instant.now(),
            List.of(readings),
            state,
            Instant.now()));
  }

  private HttpRequest.Builder request(String body) {
    return HttpRequest.newBuilder(
            URI.create("http://127.0.0.1:" + plane.plane.address().getPort() + "/v1/responses"))
        .timeout(Duration.ofSeconds(30))
        .header("content-type", "application/json")
        .POST(BodyPublishers.ofString(body));
  }

  private HttpResponse<String> send(String body, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request = request(body);
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return client.send(request.build(), BodyHandlers.ofString());
  }

  private TurnFinished reported() {
    TestPlane.eventually(() -> !plane.turns.isEmpty());
    return plane.turns.getLast();
  }

  @Test
  void shouldPassEachEventOnAsItComes() throws Exception {
    // Given
    CountDownLatch read = new CountDownLatch(1);
    first.then(
        Provider.events(
            exchange -> {
              Provider.send(exchange, "data: {\"type\":\"response.created\"}\n\n");
              try {
                assertThat(read.await(10, TimeUnit.SECONDS)).isTrue();
              } catch (InterruptedException e) {
                throw new IOException(e);
              }
              Provider.send(exchange, COMPLETED);
            }));

    // When
    HttpResponse<InputStream> response =
        client.send(request(TURN).build(), BodyHandlers.ofInputStream());
    byte[] begin = new byte[20];
    int got = response.body().readNBytes(begin, 0, begin.length);
    read.countDown();
    String rest = new String(response.body().readAllBytes(), StandardCharsets.UTF_8);

    // Then
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("content-type")).contains("text/event-stream");
    assertThat(new String(begin, 0, got, StandardCharsets.UTF_8)).startsWith("data: {\"type\"");
    assertThat(rest).endsWith(COMPLETED);
    TurnFinished turn = reported();
    assertThat(turn.usage()).isEqualTo(new Usage(900, 800, 40, 8));
    assertThat(turn.tenant()).isEqualTo(TenantId.LOCAL);
    assertThat(turn.refusal()).isNull();
  }

  @Test
  void shouldHandOnTheRequestAndNoneOfTheClientsCredentials() throws Exception {
    // When
    send(
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
    HttpResponse<String> response = send(body);

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
    HttpResponse<String> response = send(body);

    // Then
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(first.asked).hasSize(2);
    assertThat(JSON.readTree(first.asked.get(1).body())).isEqualTo(JSON.readTree(body));
  }

  @Test
  void shouldTryAgainBeforeTheFirstByte() throws Exception {
    // Given
    first.then(
        Provider.json(413, "{}"),
        Provider.json(429, "{\"error\":{\"type\":\"requests\"}}", "retry-after-ms", "150"),
        Provider.json(500, "{}"),
        Provider.json(529, "{}"),
        Provider.events(exchange -> Provider.send(exchange, COMPLETED)));

    // When
    HttpResponse<String> response = send(TURN);

    // Then
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).isEqualTo(COMPLETED);
    assertThat(first.asked).hasSize(5);
    TestPlane.eventually(() -> plane.turns.size() == 5);
    assertThat(plane.turns.get(1).refusal()).isInstanceOf(Outcome.RateLimited.class);
    assertThat(plane.turns.get(1).status()).isEqualTo(429);
  }

  @Test
  void shouldGoToAnotherAccountWhenOneIsRefused() throws Exception {
    // Given
    wake("b");
    first.then(Provider.json(401, "{}"));
    second.then(Provider.json(401, "{}"));

    // When
    HttpResponse<String> one = send(TURN, "session-id", "s");
    first.then(Provider.json(200, "{\"from\":\"first\"}"));
    second.then(Provider.json(200, "{\"from\":\"second\"}"));
    HttpResponse<String> other = send(TURN, "session-id", "s2");

    // Then
    assertThat(one.statusCode()).isEqualTo(503);
    assertThat(one.body()).contains("upstream_unauthorized");
    assertThat(first.asked.size() + second.asked.size()).isEqualTo(2);
    assertThat(other.statusCode()).as("both rest").isIn(429, 503);
  }

  @Test
  void shouldTellOfASizeThatIsRefusedForGoodAs400() throws Exception {
    // Given
    first.then(Provider.json(413, "{}"), Provider.json(413, "{}"));

    // When
    HttpResponse<String> response = send(TURN);

    // Then
    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(response.body()).contains("context_length_exceeded");
    assertThat(first.asked).hasSize(2);
  }

  @Test
  void shouldPassUpstreamsOwnErrorOn() throws Exception {
    // Given
    String error =
        "{\"error\":{\"message\":\"no\",\"type\":\"invalid_request_error\",\"code\":\"unknown_parameter\",\"param\":\"x\"}}";
    first.then(Provider.json(400, error, "x-request-id", "up1"));

    // When
    HttpResponse<String> response = send(TURN);

    // Then
    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(response.body()).isEqualTo(error);
    assertThat(first.asked).hasSize(1);
  }

  @Test
  void shouldSayHowLongTheLimitLasts() throws Exception {
    // Given
    tell("b", new AccountState.Paused());
    String error =
        "{\"error\":{\"type\":\"usage_limit_reached\",\"plan_type\":\"pro\",\"resets_in_seconds\":7200}}";
    first.then(Provider.json(429, error));

    // When
    HttpResponse<String> response = send(TURN);

    // Then
    assertThat(response.statusCode()).isEqualTo(429);
    assertThat(response.body()).isEqualTo(error);
    assertThat(response.headers().firstValue("retry-after")).contains("60");
    assertThat(first.asked).hasSize(1);
  }

  @Test
  void shouldAskUpstreamOnceHoweverOftenAFailedTurnIsTriedAgain() throws Exception {
    // Given
    for (int i = 0; i < 5; i++) {
      first.then(Provider.json(500, "{\"error\":{\"message\":\"no\"}}"));
    }

    // When
    HttpResponse<String> failed = send(TURN);
    int calls = first.asked.size();
    HttpResponse<String> again = send(TURN);

    // Then
    assertThat(failed.statusCode()).isEqualTo(500);
    assertThat(again.statusCode()).isEqualTo(500);
    assertThat(first.asked).hasSize(calls);
  }

  @Test
  void shouldBreakTheBodyWhenUpstreamBreaks() throws Exception {
    // Given
    first.then(
        exchange -> {
          exchange.getResponseHeaders().set("content-type", "text/event-stream");
          exchange.sendResponseHeaders(200, 1_000);
          Provider.send(exchange, "data: {\"type\":\"response.created\"}\n\n");
        });

    // When, Then
    HttpResponse<InputStream> response =
        client.send(request(TURN).build(), BodyHandlers.ofInputStream());
    assertThat(response.statusCode()).isEqualTo(200);
    assertThatThrownBy(() -> response.body().readAllBytes()).isInstanceOf(IOException.class);
    assertThat(reported().refusal()).isInstanceOf(Outcome.Transient.class);
    plane.awaitMeter("kompakt_requests_in_flight", 0);
  }

  @Test
  void shouldStopTheCallWhenTheClientLeaves() throws Exception {
    // Given
    CountDownLatch broken = new CountDownLatch(1);
    first.then(
        Provider.events(
            exchange -> {
              try {
                for (int i = 0; i < 10_000; i++) {
                  Provider.send(exchange, "data: {\"n\":" + i + "}\n\n");
                  Thread.sleep(1);
                }
              } catch (IOException e) {
                broken.countDown();
              } catch (InterruptedException e) {
                throw new IOException(e);
              }
            }));

    // When
    HttpResponse<InputStream> response =
        client.send(request(TURN).build(), BodyHandlers.ofInputStream());
    response.body().read();
    response.body().close();

    // Then
    assertThat(broken.await(10, TimeUnit.SECONDS)).isTrue();
    plane.awaitMeter("kompakt_requests_in_flight", 0);
  }

  @Test
  void shouldStopTheCallWhenTheClientLeavesBeforeTheFirstByte() throws Exception {
    // Given
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch over = new CountDownLatch(1);
    first.then(
        exchange -> {
          asked.countDown();
          try {
            over.await(10, TimeUnit.SECONDS);
          } catch (InterruptedException e) {
            throw new IOException(e);
          }
        });
    var sent = client.sendAsync(request(TURN).build(), BodyHandlers.ofString());
    assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();

    // When
    sent.cancel(true);

    // Then
    plane.awaitMeter("kompakt_requests_in_flight", 0);
    plane.awaitMeter("kompakt_clients_gone_total", 1);
    over.countDown();
  }

  @Test
  void shouldBringATurnBackToWhereItBegan() throws Exception {
    // Given
    wake("b");
    first.then(Provider.json(200, "{}", "x-codex-turn-state", "from-first"));
    second.then(Provider.json(200, "{}", "x-codex-turn-state", "from-second"));
    String state = send(TURN).headers().firstValue("x-codex-turn-state").orElseThrow();
    Provider began = first.asked.isEmpty() ? second : first;

    // When
    for (int i = 0; i < 4; i++) {
      send(TURN, "x-codex-turn-state", state, "session-id", "s" + i);
    }

    // Then
    assertThat(began.asked).hasSize(5);
    assertThat(began.asked.getLast().header("x-codex-turn-state"))
        .isEqualTo(began == first ? "from-first" : "from-second");
    assertThat(state).doesNotContain("\"a\"").startsWith("kt1.");
  }

  @Test
  void shouldKeepASessionAtItsAccountAndMoveItWhenThatRests() throws Exception {
    // Given
    wake("b");
    for (int i = 0; i < 3; i++) {
      send(TURN, "session-id", "one session");
    }
    Provider home = first.asked.isEmpty() ? second : first;
    assertThat(home.asked).hasSize(3);

    // When
    rest(home == first ? "a" : "b");
    send(TURN, "session-id", "one session");

    // Then
    assertThat(home.asked).hasSize(3);
    assertThat(first.asked.size() + second.asked.size()).isEqualTo(4);
  }

  @Test
  void shouldOpenOurOwnCompactionItemAndTellTheModelToGoOnWhenNoUserDoes() throws Exception {
    // Given
    String sealed = plane.seal.seal(TenantId.LOCAL, "what was done");
    String item = "{\"type\":\"compaction\",\"encrypted_content\":\"" + sealed + "\"}";
    String user = "{\"type\":\"message\",\"role\":\"user\",\"content\":\"next\"}";

    // When
    send("{\"model\":\"m\",\"input\":[" + user + "," + item + "]}");
    send("{\"model\":\"m\",\"input\":[" + item + "," + user + "]}");

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
    send(
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
    send(body.formatted(image + "," + function, allowed.formatted(image + "," + function)));
    send(body.formatted(image + "," + function, allowed.formatted(image)));
    send(body.formatted(image, "\"auto\""));

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
  void shouldPassAnEventOfSixteenMebibytes() throws Exception {
    // Given
    String image = "A".repeat(16 << 20);
    String event =
        "data: {\"type\":\"response.output_item.done\",\"item\":{\"result\":\""
            + image
            + "\"}}\n\n";
    String last = COMPLETED.replace("[]", "[{\"result\":\"" + image + "\"}]");
    first.then(
        Provider.events(
            exchange -> {
              Provider.send(exchange, event);
              Provider.send(exchange, last);
            }));

    // When
    HttpResponse<String> response = send(TURN);

    // Then
    assertThat(response.body().length()).isEqualTo(event.length() + last.length());
    assertThat(response.body().endsWith(last.substring(last.length() - 200))).isTrue();
    assertThat(reported().usage()).isEqualTo(new Usage(900, 800, 40, 8));
  }

  @Test
  void shouldReadAZstdBody() throws Exception {
    // When
    HttpResponse<String> response =
        client.send(
            HttpRequest.newBuilder(request(TURN).build(), (_, _) -> true)
                .header("content-encoding", "zstd")
                .POST(
                    BodyPublishers.ofByteArray(
                        com.github.luben.zstd.Zstd.compress(TURN.getBytes(StandardCharsets.UTF_8))))
                .build(),
            BodyHandlers.ofString());

    // Then
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(JSON.readTree(first.asked.getFirst().body())).isEqualTo(JSON.readTree(TURN));
    assertThat(first.asked.getFirst().header("content-encoding")).isEmpty();
  }

  @Test
  void shouldListTheModelsOfAProvider() throws Exception {
    // Given
    first.then(Provider.json(200, "{\"object\":\"list\",\"data\":[{\"id\":\"gpt-5.5\"}]}"));

    // When
    HttpResponse<String> list =
        client.send(
            HttpRequest.newBuilder(
                    URI.create(
                        "http://127.0.0.1:"
                            + plane.plane.address().getPort()
                            + "/backend-api/codex/models?client_version=0.169.0"))
                .build(),
            BodyHandlers.ofString());

    // Then
    assertThat(list.statusCode()).isEqualTo(200);
    assertThat(list.body()).contains("gpt-5.5");
    assertThat(first.asked.getFirst().path()).isEqualTo("/v1/models?client_version=0.169.0");
  }

  @Test
  void shouldSayThatThereIsNoAccount() throws Exception {
    // Given
    plane.close();
    plane = TestPlane.with();

    // When
    HttpResponse<String> response = send(TURN);

    // Then
    assertThat(response.statusCode()).isEqualTo(501);
    assertThat(response.body()).contains("ordinary_turns_not_served");
  }
}
