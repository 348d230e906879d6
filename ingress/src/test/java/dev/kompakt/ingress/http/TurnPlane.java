package dev.kompakt.ingress.http;

import dev.kompakt.ingress.publish.IdempotencyKeys;
import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.id.ProviderId;
import dev.kompakt.schemas.id.TenantId;
import dev.kompakt.schemas.record.AccountState;
import dev.kompakt.schemas.record.AccountStatus;
import dev.kompakt.schemas.record.SessionBinding;
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
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A data plane with two providers, account `a` at the first and `b` at the second, and a client
/// that sends it turns.
final class TurnPlane implements AutoCloseable {
  static final String USER = "{\"type\":\"message\",\"role\":\"user\",\"content\":\"hi\"}";

  static final String THOUGHT =
      "{\"type\":\"reasoning\",\"summary\":[],\"encrypted_content\":\"gAAAA\"}";

  /// A response's last event, which says what it used.
  static final String COMPLETED =
      """
      event: response.completed
      data: {"type":"response.completed","response":{"id":"r1","output":[],"usage":\
      {"input_tokens":900,"input_tokens_details":{"cached_tokens":800},"output_tokens":40,\
      "output_tokens_details":{"reasoning_tokens":8}}}}

      """;

  /// What [#COMPLETED] says.
  static final Usage USED = new Usage(900, 800, 40, 8);

  /// Turns that are not at their end.
  static final String OPEN = "kompakt_turns_open";

  private static final JsonMapper JSON = new JsonMapper();

  final HttpClient client = HttpClient.newHttpClient();
  final Provider first = new Provider();
  final Provider second = new Provider();
  final TestPlane plane;

  private TurnPlane(int concurrency, String... settings) {
    plane =
        TestPlane.with(
            Stream.concat(
                    Stream.of(
                        "providers",
                        """
                        [{id: one, baseUrl: "%s", mode: native, rejectedTools: [image_generation]}, \
                        {id: two, baseUrl: "%s", mode: native}]"""
                            .formatted(first.baseUrl(), second.baseUrl()),
                        "accounts",
                        """
                        [{id: a, provider: one, apiKey: "env:PATH", quota: {concurrency: %1$d}}, \
                        {id: b, provider: two, apiKey: "env:PATH", quota: {concurrency: %1$d}}]"""
                            .formatted(concurrency)),
                    Stream.of(settings))
                .toArray(String[]::new));
  }

  /// Each account takes one turn at a time.
  static TurnPlane oneTurnEach() {
    return new TurnPlane(1);
  }

  /// All turns go to the first account, for the second rests.
  ///
  /// @param settings key, value, key, value…
  static TurnPlane withSecondAtRest(String... settings) {
    TurnPlane made = new TurnPlane(4, settings);
    made.rest("b");
    return made;
  }

  /// A turn whose input is this.
  static String turn(String... items) {
    return "{\"model\":\"m\",\"input\":[" + String.join(",", items) + "]}";
  }

  HttpRequest request(String body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri("/v1/responses"))
            .timeout(Duration.ofSeconds(30))
            .header("content-type", "application/json")
            .POST(BodyPublishers.ofString(body));
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return request.build();
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + plane.plane.address().getPort() + path);
  }

  /// Sends a turn to its end: its account has room again.
  HttpResponse<String> send(String body, String... headers)
      throws IOException, InterruptedException {
    double before = plane.meter(OPEN);
    HttpResponse<String> response = client.send(request(body, headers), BodyHandlers.ofString());
    TestPlane.eventually(() -> plane.meter(OPEN) <= before);
    return response;
  }

  /// Sends a turn of the session `s` to its end.
  HttpResponse<String> sendInSession(String... items) throws IOException, InterruptedException {
    return send(turn(items), "session-id", "s");
  }

  /// Sends a turn of the session `s` and goes on.
  CompletableFuture<HttpResponse<String>> begin(String... items) {
    return client.sendAsync(request(turn(items), "session-id", "s"), BodyHandlers.ofString());
  }

  /// Sends a turn and does not read its answer.
  HttpResponse<InputStream> open(String body) throws IOException, InterruptedException {
    return client.send(request(body), BodyHandlers.ofInputStream());
  }

  HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(uri(path)).timeout(Duration.ofSeconds(10)).build(),
        BodyHandlers.ofString());
  }

  static JsonNode error(HttpResponse<String> response) {
    return JSON.readTree(response.body()).path("error");
  }

  /// What was reported of calls, once there are so many.
  List<TurnFinished> reported(int calls) {
    TestPlane.eventually(() -> plane.turns.size() == calls);
    return plane.turns;
  }

  /// What the router says of an account.
  void tell(String account, AccountState state, UsageReading... readings) {
    plane.accounts.learn(
        new AccountStatus(
            new AccountId(account),
            new ProviderId(account.equals("a") ? "one" : "two"),
            1,
            Usage.NONE,
            Instant.now(),
            List.of(readings),
            state,
            Instant.now()));
  }

  void wake(String account) {
    tell(account, new AccountState.Active());
  }

  void rest(String account) {
    tell(account, new AccountState.RateLimited(Instant.now().plus(Duration.ofHours(1))));
  }

  void use(String account, double percent) {
    tell(
        account,
        new AccountState.Active(),
        new UsageReading(
            "primary",
            percent,
            Duration.ofHours(5),
            Instant.now().plus(Duration.ofHours(1)),
            Instant.now()));
  }

  void useUp(String account, Duration until) {
    tell(account, new AccountState.QuotaExceeded(Instant.now().plus(until)));
  }

  /// The router has bound the session `s`.
  void bind(String account) {
    bind(account, Instant.now());
  }

  void bind(String account, Instant lastUsed) {
    plane.sessions.put(hash("s"), new SessionBinding(new AccountId(account), lastUsed));
  }

  /// As the router knows a session.
  static String hash(String session) {
    return IdempotencyKeys.hash(TenantId.LOCAL, session);
  }

  @Override
  public void close() {
    plane.close();
    first.close();
    second.close();
    client.close();
  }
}
