package dev.kompakt.ingress.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.Outcome.Transient.Cause;
import dev.kompakt.schemas.record.TurnFinished;
import dev.kompakt.schemas.record.Usage;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Turns whose upstream or client does not do as it should, and what is counted of them.
class TurnFaultsTest {
  private static final String TURN = "{\"model\":\"m\",\"stream\":true,\"input\":\"hi\"}";
  private static final String CREATED = "data: {\"type\":\"response.created\"}\n\n";

  private final HttpClient client = HttpClient.newHttpClient();
  private final Provider provider = new Provider();
  private TestPlane plane = start("5s", "5s");

  /// Starts a plane.
  ///
  /// @param idle how long upstream may be silent
  /// @param stall how long the client may read nothing
  private TestPlane start(String idle, String stall) {
    return TestPlane.with(
        "providers",
        "[{id: one, baseUrl: \"" + provider.baseUrl() + "\", mode: native}]",
        "accounts",
        "[{id: a, provider: one, apiKey: \"env:PATH\"}]",
        "upstream.idleTimeout",
        idle,
        "ingress.bodyIdle",
        stall);
  }

  private void restart(String idle, String stall) {
    plane.close();
    plane = start(idle, stall);
  }

  @AfterEach
  void end() {
    plane.close();
    provider.close();
    client.close();
  }

  private HttpRequest request() {
    return HttpRequest.newBuilder(
            URI.create("http://127.0.0.1:" + plane.plane.address().getPort() + "/v1/responses"))
        .timeout(Duration.ofSeconds(30))
        .header("content-type", "application/json")
        .POST(BodyPublishers.ofString(TURN))
        .build();
  }

  private HttpResponse<InputStream> send() throws IOException, InterruptedException {
    return client.send(request(), BodyHandlers.ofInputStream());
  }

  private TurnFinished reported() {
    TestPlane.eventually(() -> !plane.turns.isEmpty());
    return plane.turns.getLast();
  }

  /// Says something, and then nothing until the test is over.
  private static Provider.Script silentAfter(Provider.Script opening, CountDownLatch over) {
    return Provider.inTurn(opening, Provider.until(over));
  }

  @Test
  void shouldBreakTheBodyWhenUpstreamFallsSilent() throws Exception {
    // Given
    restart("200ms", "5s");
    CountDownLatch over = new CountDownLatch(1);
    provider.then(Provider.events(silentAfter(Provider.say(CREATED), over)));

    // When
    HttpResponse<InputStream> response = send();

    // Then
    assertThatThrownBy(() -> response.body().readAllBytes()).isInstanceOf(IOException.class);
    assertThat(reported().refusal())
        .isEqualTo(new Outcome.Transient(Cause.IDLE_TIMEOUT, 200, null));
    plane.awaitMeter("kompakt_turns_total{outcome=\"broken\"}", 1);
    plane.awaitMeter("kompakt_turns_open", 0);
    over.countDown();
  }

  @Test
  void shouldGoOnWhenTheClientPausesForLongerThanUpstreamMayBeSilent() throws Exception {
    // Given
    restart("200ms", "20s");
    byte[] event = ("data: {\"a\":\"" + "x".repeat(64 << 10) + "\"}\n\n").getBytes(UTF_8);
    int events = 2_000;
    provider.then(
        Provider.events(
            exchange -> {
              for (int i = 0; i < events; i++) {
                exchange.getResponseBody().write(event);
              }
            }));

    // When
    HttpResponse<InputStream> response = send();
    Thread.sleep(1_000);
    long read = response.body().transferTo(OutputStream.nullOutputStream());

    // Then
    assertThat(read).isEqualTo((long) events * event.length);
    assertThat(reported().refusal()).isNull();
    plane.awaitMeter("kompakt_turns_total{outcome=\"answered\"}", 1);
  }

  @Test
  void shouldNotBlameUpstreamWhenTheClientDoesNotReadAtAll() throws Exception {
    // Given
    restart("200ms", "1s");
    String event = "data: {\"a\":\"" + "x".repeat(64 << 10) + "\"}\n\n";
    provider.then(
        Provider.events(
            exchange -> {
              for (int i = 0; i < 2_000; i++) {
                Provider.send(exchange, event);
              }
            }));

    // When
    try (Wire wire = plane.connect()) {
      wire.send(
          "POST /v1/responses HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
              + "Content-Length: "
              + TURN.length()
              + "\r\n\r\n"
              + TURN);

      // Then
      plane.awaitMeter("kompakt_turns_total{outcome=\"gone\"}", 1);
    }
    assertThat(reported().refusal()).isNull();
    plane.awaitMeter("kompakt_turns_open", 0);
    plane.awaitMeter("kompakt_requests_in_flight", 0);
  }

  @Test
  void shouldNotWaitForTheRestOfAnErrorThatNeverEnds() throws Exception {
    // Given
    restart("200ms", "5s");
    CountDownLatch over = new CountDownLatch(1);
    provider.then(
        exchange -> {
          exchange.getResponseHeaders().set("content-type", "application/json");
          exchange.sendResponseHeaders(404, 1_000);
          silentAfter(Provider.say("{\"error\":"), over).answer(exchange);
        });

    // When
    HttpResponse<String> response = client.send(request(), BodyHandlers.ofString());

    // Then
    assertThat(response.statusCode()).isEqualTo(404);
    assertThat(response.body()).contains("upstream_error");
    plane.awaitMeter("kompakt_turns_total{outcome=\"refused\"}", 1);
    over.countDown();
  }

  @Test
  void shouldListNoModelsWhenTheListNeverEnds() throws Exception {
    // Given
    restart("200ms", "5s");
    CountDownLatch over = new CountDownLatch(1);
    provider.then(
        exchange -> {
          exchange.sendResponseHeaders(200, 1_000);
          silentAfter(Provider.say("{\"data\":["), over).answer(exchange);
        });

    // When
    HttpResponse<String> response =
        client.send(
            HttpRequest.newBuilder(request().uri().resolve("/v1/models"))
                .timeout(Duration.ofSeconds(10))
                .GET()
                .build(),
            BodyHandlers.ofString());

    // Then
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).isEqualTo("{\"object\":\"list\",\"data\":[],\"models\":[]}");
    over.countDown();
  }

  @Test
  void shouldHandUpstreamsHeadersOnWithItsError() throws Exception {
    // Given
    provider.then(
        Provider.json(
            429,
            "{\"error\":{\"type\":\"usage_limit_reached\",\"plan_type\":\"plus\"}}",
            "x-codex-primary-used-percent",
            "100",
            "x-request-id",
            "up-1",
            "set-cookie",
            "secret=1",
            "retry-after",
            "90000"));

    // When
    HttpResponse<String> response = client.send(request(), BodyHandlers.ofString());

    // Then
    assertThat(response.statusCode()).isEqualTo(429);
    assertThat(response.body()).contains("usage_limit_reached");
    assertThat(response.headers().firstValue("x-codex-primary-used-percent")).contains("100");
    assertThat(response.headers().firstValue("x-upstream-request-id")).contains("up-1");
    assertThat(response.headers().firstValue("retry-after")).contains("60");
    assertThat(response.headers().firstValue("set-cookie")).isEmpty();
  }

  @Test
  void shouldPassAnAnswerOnWhoseNumbersMakeNoSense() throws Exception {
    // Given
    String odd =
        "event: response.completed\r\ndata: {\"response\":{\"usage\":{\"input_tokens\":"
            + "9".repeat(900)
            + ",\"output_tokens\":7}}}\r\n\r\n";
    provider.then(Provider.events(Provider.say(odd)));

    // When
    HttpResponse<InputStream> response = send();

    // Then
    assertThat(new String(response.body().readAllBytes(), UTF_8)).isEqualTo(odd);
    assertThat(reported().usage()).isEqualTo(new Usage(0, 0, 7, 0));
    plane.awaitMeter("kompakt_turns_total{outcome=\"answered\"}", 1);
  }

  @Test
  void shouldTakeNoMoreMemoryForASmallTurnThanItNeedsWhileUpstreamThinks() throws Exception {
    // Given
    CountDownLatch over = new CountDownLatch(1);
    provider.then(silentAfter(_ -> {}, over));

    // When
    var sent = client.sendAsync(request(), BodyHandlers.ofString());

    // Then
    TestPlane.eventually(() -> !provider.asked.isEmpty());
    assertThat(plane.memory.lent()).isBetween(1L, 100L << 10);
    over.countDown();
    sent.handle((_, _) -> true).get(20, TimeUnit.SECONDS);
    TestPlane.eventually(() -> plane.memory.lent() == 0);
  }

  @Test
  void shouldKeepTheRoomOfALargeBodyUntilItIsNotNeededAnyMore() throws Exception {
    // Given
    CountDownLatch over = new CountDownLatch(1);
    provider.then(silentAfter(_ -> {}, over));
    String large = TURN.replace("hi", "x".repeat(3 << 20));

    // When
    var sent =
        client.sendAsync(
            HttpRequest.newBuilder(request(), (_, _) -> true)
                .POST(BodyPublishers.ofString(large))
                .build(),
            BodyHandlers.ofString());

    // Then
    TestPlane.eventually(() -> !provider.asked.isEmpty());
    assertThat(plane.meter("kompakt_body_bytes_in_flight")).isGreaterThanOrEqualTo(3 << 20);
    over.countDown();
    sent.handle((_, _) -> true).get(20, TimeUnit.SECONDS);
    plane.awaitMeter("kompakt_body_bytes_in_flight", 0);
  }
}
