package dev.kompakt.bootstrap.admin;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kompakt.bootstrap.config.HostPort;
import dev.kompakt.bootstrap.observe.Check;
import dev.kompakt.bootstrap.observe.Health;
import dev.kompakt.bootstrap.observe.Meter;
import dev.kompakt.bootstrap.observe.Meters;
import java.io.IOException;
import java.net.BindException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AdminServerTest {
  private final Health health = new Health();
  private final Meters meters = new Meters();
  private final AdminServer server = new AdminServer(new HostPort("127.0.0.1", 0), health, meters);
  private final HttpClient client = HttpClient.newHttpClient();

  @BeforeEach
  void start() {
    server.start();
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  @Test
  void shouldAnswerProbesWhenChecksHoldAndWhenTheyFail() throws Exception {
    // Given
    health.require("kafka", () -> true);

    // When
    HttpResponse<String> live = get("/livez");
    HttpResponse<String> ready = get("/readyz");
    health.require("streams", () -> false);
    health.follow("lanes", () -> new Check.Waits("others to leave"));
    HttpResponse<String> notReady = get("/readyz");

    // Then
    assertThat(live.statusCode()).isEqualTo(200);
    assertThat(ready.statusCode()).isEqualTo(200);
    assertThat(ready.body()).isEqualTo("ok   kafka\n");
    assertThat(notReady.statusCode()).isEqualTo(503);
    assertThat(notReady.body())
        .isEqualTo("ok   kafka\nFAIL lanes: waits for others to leave\nFAIL streams\n");
  }

  @Test
  void shouldAskForItsKeyOnAllButProbesWhenThereIsOne() throws Exception {
    // Given
    try (AdminServer keyed =
        new AdminServer(new HostPort("127.0.0.1", 0), "open-sesame", health, meters)) {
      keyed.add("/admin/v1/echo", _ -> AdminEndpoint.Reply.json("{}"));
      keyed.start();

      for (String path : List.of("/metrics", "/admin/v1/echo")) {
        // When
        HttpResponse<String> without = get(keyed, path, "X-None", "1");
        HttpResponse<String> wrong = get(keyed, path, "Authorization", "Bearer open-sesam");
        HttpResponse<String> other = get(keyed, path, "Authorization", "Basic open-sesame");
        HttpResponse<String> right = get(keyed, path, "Authorization", "bearer open-sesame");

        // Then
        assertThat(List.of(without.statusCode(), wrong.statusCode(), other.statusCode()))
            .as(path)
            .containsOnly(401);
        assertThat(without.headers().firstValue("www-authenticate")).contains("Bearer");
        assertThat(right.statusCode()).as(path).isEqualTo(200);
      }
      assertThat(get(keyed, "/livez", "X-None", "1").statusCode()).isEqualTo(200);
      assertThat(get(keyed, "/readyz", "X-None", "1").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void shouldAnswerProbesWhenEndpointsAreFull() throws Exception {
    // Given
    CountDownLatch held = new CountDownLatch(1);
    server.add(
        "/admin/v1/slow",
        _ -> {
          try {
            held.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          return AdminEndpoint.Reply.json("{}");
        });
    List<CompletableFuture<HttpResponse<String>>> waiting = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      waiting.add(
          client.sendAsync(
              HttpRequest.newBuilder(uri(server, "/admin/v1/slow")).build(),
              BodyHandlers.ofString()));
    }

    // When
    int live;
    try {
      CompletableFuture.anyOf(waiting.toArray(CompletableFuture[]::new))
          .orTimeout(10, TimeUnit.SECONDS)
          .join();
      live = get("/livez").statusCode();
    } finally {
      held.countDown();
    }

    // Then
    assertThat(live).isEqualTo(200);
    List<Integer> statuses = waiting.stream().map(w -> w.join().statusCode()).toList();
    assertThat(statuses).filteredOn(s -> s == 200).hasSize(32);
    assertThat(statuses).filteredOn(s -> s == 429).hasSize(8);
    assertThat(get("/admin/v1/slow").statusCode()).isEqualTo(200);
  }

  private HttpResponse<String> get(AdminServer at, String path, String header, String value)
      throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(uri(at, path)).header(header, value).build(),
        BodyHandlers.ofString());
  }

  private static URI uri(AdminServer at, String path) {
    return URI.create("http://127.0.0.1:" + at.address().getPort() + path);
  }

  @Test
  void shouldAnswerMetricsWhenScraped() throws Exception {
    // Given
    meters.count(Meter.SUBMISSIONS);

    // When
    HttpResponse<String> metrics = get("/metrics");

    // Then
    assertThat(metrics.headers().firstValue("content-type"))
        .hasValueSatisfying(t -> assertThat(t).startsWith("text/plain"));
    assertThat(metrics.body()).contains("kompakt_submissions_total 1.0");
  }

  @Test
  void shouldAnswerWhatARoleAddedWhenAsked() throws Exception {
    // Given
    server.add("/admin/v1/echo", query -> AdminEndpoint.Reply.json(query.toString()));

    // When
    HttpResponse<String> echo = get("/admin/v1/echo?limit=%31%30&limit=11");

    // Then
    assertThat(echo.statusCode()).isEqualTo(200);
    assertThat(echo.headers().firstValue("content-type")).hasValue("application/json");
    assertThat(echo.body()).isEqualTo("{limit=10}");
  }

  @Test
  void shouldActOnWhatThePathNamesWhenPosted() throws Exception {
    // Given
    server.addAction(
        "/admin/v1/things/{id}/stop",
        parameters -> AdminEndpoint.Reply.json(parameters.toString()));

    // When
    HttpResponse<String> done = post("/admin/v1/things/a%2Db/stop", "X-None", "1");
    HttpResponse<String> got = get("/admin/v1/things/a/stop");

    // Then
    assertThat(done.statusCode()).isEqualTo(200);
    assertThat(done.body()).isEqualTo("{id=a-b}");
    assertThat(got.statusCode()).isEqualTo(405);
    assertThat(got.headers().firstValue("allow")).hasValue("POST");
  }

  @Test
  void shouldTellAndActAtOnePath() throws Exception {
    // Given
    server.add("/admin/v1/things", _ -> AdminEndpoint.Reply.json("told"));
    server.addAction("/admin/v1/things", _ -> AdminEndpoint.Reply.json("done"));

    // When
    HttpResponse<String> got = get("/admin/v1/things");
    HttpResponse<String> posted = post("/admin/v1/things", "X-None", "1");
    HttpResponse<String> put =
        client.send(
            request("/admin/v1/things").PUT(BodyPublishers.noBody()).build(),
            BodyHandlers.ofString());

    // Then
    assertThat(List.of(got.body(), posted.body())).containsExactly("told", "done");
    assertThat(put.statusCode()).isEqualTo(405);
    assertThat(put.headers().firstValue("allow")).hasValue("GET, POST");
  }

  @Test
  void shouldNotActForAPageOfAnotherSite() throws Exception {
    // Given
    List<Map<String, String>> done = new CopyOnWriteArrayList<>();
    server.addAction(
        "/admin/v1/stop",
        parameters -> {
          done.add(parameters);
          return AdminEndpoint.Reply.json("{}");
        });

    // When
    int other = post("/admin/v1/stop", "Origin", "http://evil.example").statusCode();
    int none = post("/admin/v1/stop", "Origin", "null").statusCode();
    int own =
        post("/admin/v1/stop", "Origin", "http://127.0.0.1:" + server.address().getPort())
            .statusCode();

    // Then
    assertThat(List.of(other, none, own)).containsExactly(403, 403, 200);
    assertThat(done).hasSize(1);
  }

  @Test
  void shouldNotAnswerWithoutAKeyWhenAskedByAForeignName() throws Exception {
    try (Socket socket = new Socket(server.address().getAddress(), server.address().getPort())) {
      // When
      socket
          .getOutputStream()
          .write("GET /metrics HTTP/1.1\r\nHost: evil.example\r\n\r\n".getBytes(US_ASCII));
      String head = new String(socket.getInputStream().readNBytes(12), US_ASCII);

      // Then
      assertThat(head).isEqualTo("HTTP/1.1 403");
    }
  }

  private HttpResponse<String> post(String path, String header, String value)
      throws IOException, InterruptedException {
    return client.send(
        request(path).header(header, value).POST(BodyPublishers.noBody()).build(),
        BodyHandlers.ofString());
  }

  @Test
  void shouldAnswerProblemsWhenARequestCannotBeServed() throws Exception {
    // Given
    server.add(
        "/admin/v1/refuses",
        _ -> {
          throw new IllegalArgumentException("limit \"x\" is no number");
        });
    server.add(
        "/admin/v1/breaks",
        _ -> {
          throw new IllegalStateException("with a secret");
        });

    // When
    HttpResponse<String> refused = get("/admin/v1/refuses");
    HttpResponse<String> broken = get("/admin/v1/breaks");
    HttpResponse<String> missing = get("/admin/v1/none");
    HttpResponse<String> post =
        client.send(
            request("/livez").POST(BodyPublishers.ofString("x")).build(), BodyHandlers.ofString());

    // Then
    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(refused.body()).contains("\"detail\":\"limit \\\"x\\\" is no number\"");
    assertThat(broken.statusCode()).isEqualTo(500);
    assertThat(broken.body()).contains("\"title\":\"internal_error\"").doesNotContain("secret");
    assertThat(missing.statusCode()).isEqualTo(404);
    assertThat(post.statusCode()).isEqualTo(405);
    assertThat(post.headers().firstValue("allow")).hasValue("GET");
    assertThat(missing.headers().firstValue("content-type")).hasValue("application/problem+json");
  }

  @Test
  void shouldFailWithTheCauseWhenThePortIsTaken() {
    // Given
    AdminServer second =
        new AdminServer(new HostPort("127.0.0.1", server.address().getPort()), health, meters);

    // When
    var start = assertThatThrownBy(second::start);

    // Then
    start.hasRootCauseInstanceOf(BindException.class);
    second.close();
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return client.send(request(path).build(), BodyHandlers.ofString());
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(
        URI.create("http://127.0.0.1:" + server.address().getPort() + path));
  }
}
