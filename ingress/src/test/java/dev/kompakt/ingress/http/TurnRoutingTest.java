package dev.kompakt.ingress.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.ingress.publish.IdempotencyKeys;
import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.id.ProviderId;
import dev.kompakt.schemas.id.TenantId;
import dev.kompakt.schemas.record.AccountState;
import dev.kompakt.schemas.record.AccountStatus;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.SessionBinding;
import dev.kompakt.schemas.record.TurnFinished;
import dev.kompakt.schemas.record.Usage;
import dev.kompakt.schemas.record.UsageReading;
import java.io.IOException;
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
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Which account a turn goes to, and what its client is told if there is none.
class TurnRoutingTest {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String USER = "{\"type\":\"message\",\"role\":\"user\",\"content\":\"hi\"}";
  private static final String THOUGHT =
      "{\"type\":\"reasoning\",\"summary\":[],\"encrypted_content\":\"gAAAA\"}";
  private static final String COMPACTED =
      "{\"type\":\"compaction\",\"encrypted_content\":\"gAAAA\"}";

  private final HttpClient client = HttpClient.newHttpClient();
  private final Provider first = open();
  private final Provider second = open();
  private final TestPlane plane =
      TestPlane.with(
          "providers",
          "[{id: one, baseUrl: \"%s\", mode: native}, {id: two, baseUrl: \"%s\", mode: native}]"
              .formatted(first.baseUrl(), second.baseUrl()),
          "accounts",
          """
          [{id: a, provider: one, apiKey: "env:PATH", quota: {concurrency: 1}}, \
          {id: b, provider: two, apiKey: "env:PATH", quota: {concurrency: 1}}]""");

  private static Provider open() {
    try {
      return new Provider();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @AfterEach
  void end() {
    plane.close();
    first.close();
    second.close();
    client.close();
  }

  private static String turn(String... items) {
    return "{\"model\":\"m\",\"input\":[" + String.join(",", items) + "]}";
  }

  private HttpRequest request(String body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + plane.plane.address().getPort() + "/v1/responses"))
            .timeout(Duration.ofSeconds(30))
            .header("content-type", "application/json")
            .POST(BodyPublishers.ofString(body));
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return request.build();
  }

  private HttpResponse<String> send(String body, String... headers)
      throws IOException, InterruptedException {
    return client.send(request(body, headers), BodyHandlers.ofString());
  }

  /// A turn of the session `s`.
  private HttpResponse<String> sendInSession(String... items)
      throws IOException, InterruptedException {
    return send(turn(items), "session-id", "s");
  }

  /// What the router says of an account.
  private void tell(String account, AccountState state, UsageReading... readings) {
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

  private void use(String account, double percent) {
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

  private static AccountState.QuotaExceeded usedUp(Duration until) {
    return new AccountState.QuotaExceeded(Instant.now().plus(until));
  }

  /// The router has bound the session `s`.
  private void bind(String account) {
    bind(account, Instant.now());
  }

  private void bind(String account, Instant lastUsed) {
    plane.sessions.put(hash("s"), new SessionBinding(new AccountId(account), lastUsed));
  }

  private static String hash(String session) {
    return IdempotencyKeys.hash(TenantId.LOCAL, session);
  }

  private static JsonNode error(HttpResponse<String> response) {
    return JSON.readTree(response.body()).path("error");
  }

  /// Holds a call until the test goes on.
  private static Provider.Script heldBy(CountDownLatch latch) {
    return exchange -> {
      try {
        assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
      Provider.json(200, "{}").answer(exchange);
    };
  }

  private CompletableFuture<HttpResponse<String>> occupy(Provider provider, CountDownLatch latch) {
    int before = provider.asked.size();
    provider.then(heldBy(latch));
    bind(provider == first ? "a" : "b");
    CompletableFuture<HttpResponse<String>> sent =
        client.sendAsync(request(turn(USER), "session-id", "s"), BodyHandlers.ofString());
    TestPlane.eventually(() -> provider.asked.size() > before);
    return sent;
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "b"})
  void shouldGoWhereTheRouterHasBoundTheSession(String account) throws Exception {
    // Given
    bind(account);

    // When
    for (int i = 0; i < 4; i++) {
      sendInSession(USER);
    }

    // Then
    assertThat((account.equals("a") ? first : second).asked).hasSize(4);
    TestPlane.eventually(() -> plane.turns.size() == 4);
    assertThat(plane.turns).allSatisfy(turn -> assertThat(turn.session()).isEqualTo(hash("s")));
  }

  @Test
  void shouldCountWhichAccountsWereChosenWhyAndWhatTheyRefused() throws Exception {
    // Given
    CountDownLatch latch = new CountDownLatch(1);
    first.then(Provider.json(429, "{}", "retry-after", "30"));
    second.then(heldBy(latch));
    bind("a");

    // When
    CompletableFuture<HttpResponse<String>> sent =
        client.sendAsync(request(turn(USER), "session-id", "s"), BodyHandlers.ofString());
    TestPlane.eventually(() -> !second.asked.isEmpty());
    String during = plane.meters.scrape();
    latch.countDown();
    sent.join();

    // Then
    assertThat(during)
        .contains(
            "kompakt_account_chosen_total{account=\"a\",reason=\"session\"} 1.0",
            "kompakt_account_refused_total{account=\"a\",reason=\"rate_limited\"} 1.0",
            "kompakt_account_chosen_total{account=\"b\",reason=\"safe\"} 1.0",
            "kompakt_account_in_flight{account=\"a\"} 0.0",
            "kompakt_account_in_flight{account=\"b\"} 1.0");
    plane.awaitMeter("kompakt_account_in_flight{account=\"b\"}", 0);
  }

  @Test
  void shouldSpreadNewSessionsAndKeepEachWhereItBegan() throws Exception {
    // When
    for (int i = 0; i < 12; i++) {
      send(turn(USER), "session-id", "s" + i % 4);
    }

    // Then
    assertThat(first.asked).hasSize(6);
    assertThat(second.asked).hasSize(6);
    assertThat(first.asked.stream().map(asked -> asked.header("session-id")).distinct()).hasSize(2);
  }

  @Test
  void shouldForgetABindingThatWasNotUsedForLong() throws Exception {
    // Given
    bind("b", Instant.now().minus(Duration.ofDays(31)));

    // When
    sendInSession(USER);

    // Then
    assertThat(first.asked).as("the first of the config").hasSize(1);
  }

  @Test
  void shouldFollowItsOwnChoiceUntilTheRouterKnowsOfIt() throws Exception {
    // Given
    bind("a", Instant.now().minusSeconds(60));
    tell("a", usedUp(Duration.ofHours(1)));
    sendInSession(USER);

    // When
    tell("a", new AccountState.Active());
    sendInSession(USER);

    // Then
    assertThat(second.asked).hasSize(2);
    assertThat(first.asked).isEmpty();
  }

  @Test
  void shouldTakeThePromptCacheKeyForTheSessionIfThereIsNoOther() throws Exception {
    // Given
    bind("b");
    String turn = turn(USER).replace("{\"model\"", "{\"prompt_cache_key\":\"s\",\"model\"");

    // When
    for (int i = 0; i < 3; i++) {
      send(turn);
    }
    send(turn, "session-id", "another");

    // Then
    TestPlane.eventually(() -> plane.turns.size() == 4);
    assertThat(plane.turns.stream().map(TurnFinished::session))
        .containsExactly(hash("s"), hash("s"), hash("s"), hash("another"));
    assertThat(second.asked.size()).isGreaterThanOrEqualTo(3);
  }

  @Test
  void shouldMoveASessionWhenItsAccountIsOverTheThresholdAndAnotherIsNot() throws Exception {
    // Given
    bind("a");
    use("a", 97);
    use("b", 98);

    // When
    sendInSession(USER);
    use("b", 50);
    sendInSession(USER);

    // Then
    assertThat(first.asked).as("while all are over it").hasSize(1);
    assertThat(second.asked).hasSize(1);
  }

  @Test
  void shouldNotMoveATurnThatHasBegunThoughItsAccountIsOverTheThreshold() throws Exception {
    // Given
    bind("a");
    first.then(Provider.json(200, "{}", "x-codex-turn-state", "began"));
    String state = sendInSession(USER).headers().firstValue("x-codex-turn-state").orElseThrow();
    use("a", 97);
    bind("b");

    // When
    send(turn(USER), "session-id", "s", "x-codex-turn-state", state);

    // Then
    assertThat(first.asked).hasSize(2);
    assertThat(first.asked.getLast().header("x-codex-turn-state")).isEqualTo("began");
  }

  @Test
  void shouldGoOnElsewhereWithoutTheTurnStateWhenItsAccountIsDown() throws Exception {
    // Given
    bind("a");
    first.then(Provider.json(200, "{}", "x-codex-turn-state", "began"));
    String state = sendInSession(USER).headers().firstValue("x-codex-turn-state").orElseThrow();
    tell("a", usedUp(Duration.ofHours(1)));

    // When
    HttpResponse<String> response =
        send(turn(USER), "session-id", "s", "x-codex-turn-state", state);

    // Then
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(second.asked.getFirst().header("x-codex-turn-state")).isEmpty();
  }

  @Test
  void shouldWaitForAnAccountThatIsFreeInAMoment() throws Exception {
    // Given
    bind("a");
    first.then(Provider.json(429, "{}", "retry-after-ms", "300"));

    // When
    HttpResponse<String> response = sendInSession(THOUGHT, USER);

    // Then
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(first.asked).hasSize(2);
    assertThat(second.asked).isEmpty();
  }

  @Test
  void shouldTryAnAccountThatHasRoomBeforeItWaits() throws Exception {
    // Given
    CountDownLatch over = new CountDownLatch(1);
    var occupying = occupy(first, over);

    // When
    HttpResponse<String> beside = sendInSession(USER);
    over.countDown();
    occupying.get(20, TimeUnit.SECONDS);
    sendInSession(USER);

    // Then
    assertThat(beside.statusCode()).isEqualTo(200);
    assertThat(second.asked).hasSize(1);
    assertThat(first.asked).as("the session did not move for that").hasSize(2);
    TestPlane.eventually(() -> plane.turns.size() == 3);
    assertThat(plane.turns)
        .allSatisfy(
            turn ->
                assertThat(turn.session())
                    .isEqualTo(turn.account().value().equals("a") ? hash("s") : null));
  }

  @Test
  void shouldGiveRoomToWhoWaitsWhenACallEnds() throws Exception {
    // Given
    CountDownLatch over = new CountDownLatch(1);
    CountDownLatch overToo = new CountDownLatch(1);
    var occupying = occupy(first, over);
    var occupyingToo = occupy(second, overToo);
    var waiting = client.sendAsync(request(turn(USER)), BodyHandlers.ofString());
    TestPlane.eventually(() -> plane.meter("kompakt_turns_open") == 3);

    // When
    overToo.countDown();

    // Then
    assertThat(waiting.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
    assertThat(second.asked).hasSize(2);
    over.countDown();
    assertThat(occupying.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
    assertThat(occupyingToo.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
  }

  @Test
  void shouldRefuseAtLastWhenAllAreFullAndBlameNoAccount() throws Exception {
    // Given
    CountDownLatch over = new CountDownLatch(1);
    var occupying = occupy(first, over);
    var occupyingToo = occupy(second, over);

    // When
    HttpResponse<String> refused = send(turn(USER));
    over.countDown();
    occupying.get(20, TimeUnit.SECONDS);
    occupyingToo.get(20, TimeUnit.SECONDS);
    plane.awaitMeter("kompakt_turns_open", 0);
    send(turn(USER));
    send(turn(USER));

    // Then
    assertThat(refused.statusCode()).isEqualTo(429);
    assertThat(error(refused).path("code").asString()).isEqualTo("gateway_overloaded");
    assertThat(refused.headers().firstValue("retry-after")).contains("2");
    assertThat(first.asked).hasSize(2);
    assertThat(second.asked).hasSize(2);
  }

  @Test
  void shouldSayWhenTheFirstAccountIsFreeWhenTheQuotaOfAllIsUsedUp() throws Exception {
    // Given
    Instant resets = Instant.now().plus(Duration.ofMinutes(90));
    tell("a", usedUp(Duration.ofDays(3)));
    second.then(
        Provider.json(
            429,
            "{\"error\":{\"type\":\"usage_limit_reached\",\"resets_at\":"
                + resets.plus(Duration.ofDays(5)).getEpochSecond()
                + "}}"));
    send(turn(USER));

    // When
    tell("a", new AccountState.QuotaExceeded(resets));
    HttpResponse<String> response = send(turn(USER, USER));

    // Then
    assertThat(response.statusCode()).isEqualTo(429);
    JsonNode error = error(response);
    assertThat(error.path("type").asString()).isEqualTo("usage_limit_reached");
    assertThat(error.path("resets_at").asLong()).isEqualTo(resets.getEpochSecond());
    assertThat(error.path("resets_in_seconds").asLong()).isBetween(5_300L, 5_400L);
    assertThat(response.headers().firstValue("retry-after")).contains("60");
    assertThat(first.asked).isEmpty();
    assertThat(second.asked).as("one call tells of it").hasSize(1);
  }

  @Test
  void shouldSayThatNoAccountCanBeUsed() throws Exception {
    // Given
    tell("a", new AccountState.ReauthRequired());
    tell("b", new AccountState.Deactivated());

    // When
    HttpResponse<String> response = send(turn(USER));

    // Then
    assertThat(response.statusCode()).isEqualTo(503);
    assertThat(error(response).path("code").asString()).isEqualTo("no_account");
    assertThat(response.headers().firstValue("retry-after")).contains("60");
  }

  @Test
  void shouldNotBlameAnAccountForAMistakeOfTheClients() throws Exception {
    // Given
    bind("a");
    first.then(Provider.json(400, "{\"error\":{\"code\":\"unknown_parameter\"}}"));

    // When
    HttpResponse<String> refused = sendInSession(USER, USER);
    HttpResponse<String> next = sendInSession(USER);

    // Then
    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(next.statusCode()).isEqualTo(200);
    assertThat(first.asked).hasSize(2);
    assertThat(second.asked).as("it is not tried on every account").isEmpty();
  }

  @Test
  void shouldReportAKeyThatIsRefusedForGood() throws Exception {
    // Given
    bind("a");
    first.then(Provider.json(401, "{}"));

    // When
    HttpResponse<String> response = sendInSession(USER);

    // Then
    assertThat(response.statusCode()).isEqualTo(200);
    TestPlane.eventually(() -> plane.turns.size() == 2);
    TurnFinished refused = plane.turns.getFirst();
    assertThat(refused.refusal())
        .isEqualTo(new Outcome.Unauthorized(401, Outcome.Unauthorized.Standing.REAUTH_REQUIRED));
    assertThat(refused.session()).isNull();
    assertThat(first.asked).hasSize(1);
    assertThat(second.asked).hasSize(1);
  }

  @Test
  void shouldReportAnAccountThatTheProviderHasClosed() throws Exception {
    // Given
    bind("a");
    first.then(Provider.json(401, "{\"error\":{\"code\":\"account_deactivated\"}}"));

    // When
    HttpResponse<String> response = sendInSession(USER);

    // Then
    assertThat(response.statusCode()).isEqualTo(200);
    TestPlane.eventually(() -> plane.turns.size() == 2);
    assertThat(plane.turns.getFirst().refusal())
        .isEqualTo(new Outcome.Unauthorized(401, Outcome.Unauthorized.Standing.DEACTIVATED));
    assertThat(first.asked).as("no other credential would do").hasSize(1);
  }

  @Test
  void shouldKeepCiphertextAtItsMakerThoughThatIsOverTheThreshold() throws Exception {
    // Given
    bind("a");
    use("a", 97);

    // When
    sendInSession(THOUGHT, USER);

    // Then
    assertThat(JSON.readTree(first.asked.getFirst().body()).path("input")).hasSize(2);
    assertThat(second.asked).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"TU", "UTTUT", "T", "TUTU"})
  void shouldLeaveOutReasoningThatOnlyAnAccountCanReadWhichIsDown(String input) throws Exception {
    // Given
    bind("a");
    tell("a", usedUp(Duration.ofHours(1)));
    String[] items =
        input.chars().mapToObj(kind -> kind == 'T' ? THOUGHT : USER).toArray(String[]::new);

    // When
    HttpResponse<String> response = sendInSession(items);

    // Then
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    Provider.Asked asked = second.asked.getFirst();
    assertThat(JSON.readTree(asked.body()).path("input"))
        .hasSize(input.replace("T", "").length())
        .allSatisfy(item -> assertThat(item).isEqualTo(JSON.readTree(USER)));
    assertThat(asked.header("content-length")).isEqualTo(Integer.toString(asked.body().length()));
  }

  @Test
  void shouldNotSendACompactionToWhoCannotReadIt() throws Exception {
    // Given
    bind("a");
    tell("a", usedUp(Duration.ofHours(1)));

    // When
    HttpResponse<String> later = sendInSession(COMPACTED, THOUGHT, USER);
    tell("a", new AccountState.Deactivated());
    HttpResponse<String> never = sendInSession(COMPACTED, THOUGHT, USER);

    // Then
    assertThat(later.statusCode()).isEqualTo(429);
    assertThat(error(later).path("type").asString()).isEqualTo("usage_limit_reached");
    assertThat(error(later).path("resets_in_seconds").asLong()).isBetween(3_500L, 3_600L);
    assertThat(never.statusCode()).isEqualTo(400);
    assertThat(error(never).path("code").asString()).isEqualTo("history_unreadable");
    assertThat(second.asked).isEmpty();
  }

  @Test
  void shouldNotCallAHistoryUnreadableWhoseAccountWasRefusedAMomentAgo() throws Exception {
    // Given
    bind("a");
    first.then(Provider.json(401, "{}"));

    // When
    HttpResponse<String> refused = sendInSession(COMPACTED, USER);
    HttpResponse<String> next = sendInSession(COMPACTED, USER, USER);

    // Then
    assertThat(refused.statusCode()).isEqualTo(503);
    assertThat(next.statusCode()).isEqualTo(503);
    assertThat(error(next).path("code").asString()).isEqualTo("no_account");
    assertThat(second.asked).isEmpty();
  }

  @Test
  void shouldLeaveOutReasoningWhenTheAccountSaysThatItCannotReadIt() throws Exception {
    // Given
    String unreadable = "{\"error\":{\"code\":\"invalid_encrypted_content\"}}";
    bind("a");
    first.then(Provider.json(400, unreadable));

    // When
    HttpResponse<String> response = sendInSession(THOUGHT, USER);
    first.then(Provider.json(400, unreadable));
    HttpResponse<String> hopeless = sendInSession(COMPACTED, USER);

    // Then
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(JSON.readTree(first.asked.get(1).body()).path("input")).hasSize(1);
    assertThat(hopeless.statusCode()).isEqualTo(400);
    assertThat(hopeless.body()).isEqualTo(unreadable);
    assertThat(first.asked).hasSize(3);
    assertThat(second.asked).isEmpty();
  }

  @Test
  void shouldAskTheNextProviderForModelsWhenTheFirstHasNoAccountToAskWith() throws Exception {
    // Given
    first.then(Provider.json(200, "{\"data\":[{\"id\":\"of-one\"}]}"));
    second.then(Provider.json(200, "{\"data\":[{\"id\":\"of-two\"}]}"));

    // When
    String one = models();
    String again = models();
    tell("a", new AccountState.Paused());
    String two = models();

    // Then
    assertThat(one).contains("of-one").isEqualTo(again);
    assertThat(two).contains("of-two");
    assertThat(first.asked).hasSize(1);
  }

  private String models() throws IOException, InterruptedException {
    return client
        .send(
            HttpRequest.newBuilder(request("{}").uri().resolve("/v1/models")).build(),
            BodyHandlers.ofString())
        .body();
  }
}
