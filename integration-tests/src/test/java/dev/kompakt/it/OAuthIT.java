package dev.kompakt.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.testing.Call;
import dev.kompakt.testing.Call.Endpoint;
import dev.kompakt.testing.Canaries;
import dev.kompakt.testing.Deployment;
import dev.kompakt.testing.FakeUpstream;
import dev.kompakt.testing.Reply;
import dev.kompakt.testing.TokenIssuer;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Accounts whose tokens are renewed, at an issuer that closes an account when a refresh token
/// comes a second time, or two at once.
@Patient
class OAuthIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final FakeUpstream upstream = FakeUpstream.start();
  private final TokenIssuer issuer = new TokenIssuer("team-a");
  private int requests;

  @TempDir private Path home;

  @AfterEach
  void stop() {
    upstream.close();
  }

  @Test
  void shouldNeverUseARefreshTokenTwiceWhileTokensEndAndWorkersDie() throws Exception {
    // Given
    upstream.issuing(issuer.lasting(Duration.ofSeconds(3)));
    try (Deployment kompakt = Deployment.inProcesses(home, config(""), 2)) {
      Client client = new Client(kompakt.data());

      // When
      assertAnswered(burst(client));
      for (String killed : List.of("worker", "worker-2", "ingress")) {
        issuer.revoke();
        assertAnswered(burst(client));
        kompakt.crash(killed);
        long end = System.nanoTime() + Duration.ofSeconds(4).toNanos();
        while (System.nanoTime() < end) {
          assertAnswered(burst(client));
        }
      }
    }

    // Then
    assertThat(issuer.violations()).isEmpty();
    assertThat(issuer.issued()).isGreaterThanOrEqualTo(6);
    assertThat(upstream.violations()).isEmpty();
    assertThat(upstream.accepted())
        .allMatch(call -> call.header("chatgpt-account-id").equals(Optional.of("acc-a")))
        .extracting(Call::endpoint)
        .contains(Endpoint.COMPACT, Endpoint.SUMMARY);
  }

  @Test
  void shouldKeepTokensWhenEverythingIsStartedAgain() throws Exception {
    // Given
    upstream.issuing(issuer);
    try (Deployment kompakt = Deployment.inProcesses(home, config(""))) {
      Client client = new Client(kompakt.data());
      assertAnswered(burst(client));

      // When
      kompakt.crash("worker");
      kompakt.crash("ingress");
      assertAnswered(burst(client));
    }

    // Then
    assertThat(issuer.issued()).isEqualTo(1);
    assertThat(issuer.violations()).isEmpty();
  }

  @Test
  void shouldRenewAfterTheProcessThatAskedWasKilled() throws Exception {
    // Given
    CountDownLatch asked = new CountDownLatch(1);
    issuer.instead(
        () -> {
          boolean first = asked.getCount() > 0;
          asked.countDown();
          return first ? Optional.of(Reply.neverAnswered()) : Optional.empty();
        });
    upstream.issuing(issuer);
    try (Deployment kompakt = Deployment.inProcesses(home, config(""))) {
      Client client = new Client(kompakt.data());
      CompletableFuture<HttpResponse<String>> waiting = compact(client);
      assertThat(asked.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();

      // When
      kompakt.crash("worker");

      // Then
      assertAnswered(List.of(waiting));
    }
    assertThat(issuer.violations()).isEmpty();
    assertThat(issuer.issued()).isEqualTo(1);
  }

  @Test
  void shouldMoveToAnotherAccountWhenARenewedTokenIsRefusedToo() throws Exception {
    // Given
    Path key = Files.writeString(home.resolve("b.key"), "sk-b" + Canaries.SECRET);
    String other = "  - { id: team-b, provider: fake, apiKey: \"file:" + key + "\" }\n";
    upstream
        .issuing(issuer)
        .answering(
            call ->
                call.authorization().contains("at-team-a")
                    ? Reply.error(401, "invalid_request_error", "token_invalidated", "No.")
                    : Reply.success());
    try (Deployment kompakt = Deployment.inProcesses(home, config(other))) {
      Client client = new Client(kompakt.data());

      // When
      HttpResponse<String> first = Client.await(compact(client));
      awaitState(new Client(kompakt.admin()), "team-a", "reauth_required");
      HttpResponse<String> second = Client.await(compact(client));

      // Then
      assertThat(first.statusCode()).as(first.body()).isEqualTo(200);
      assertThat(second.statusCode()).as(second.body()).isEqualTo(200);
    }
    assertThat(upstream.calls().stream().filter(call -> call.endpoint() == Endpoint.COMPACT))
        .extracting(Call::authorization)
        .containsExactly(
            "Bearer at-team-a-canarysecret-2",
            "Bearer at-team-a-canarysecret-3",
            "Bearer sk-bcanarysecret",
            "Bearer sk-bcanarysecret");
    assertThat(issuer.violations()).isEmpty();
  }

  @Test
  void shouldHaveOneWorkerAskForUsageAndTellWhatIsUsed() throws Exception {
    // Given
    upstream.issuing(issuer);
    String usage = "\", mode: native, usageUrl: \"" + upstream.baseUrl() + "/wham/usage\"";
    String config = config("routing: { usageEvery: 1s }\n").replace("\", mode: native", usage);
    try (Deployment kompakt = Deployment.inProcesses(home, config, 2)) {

      // When
      upstream.awaitEnded(6, PATIENCE);
      issuer.revoke();
      List<Call> asked =
          upstream.awaitEnded(14, PATIENCE).stream()
              .filter(call -> call.endpoint() == Endpoint.USAGE && call.status() == 200)
              .toList();

      // Then
      for (int i = asked.size() - 5; i < asked.size(); i++) {
        assertThat(Duration.between(asked.get(i - 1).startedAt(), asked.get(i).startedAt()))
            .as("a second apart, once the lanes have settled")
            .isGreaterThan(Duration.ofMillis(900));
      }
      HttpResponse<String> listed = new Client(kompakt.admin()).get("/admin/v1/accounts");
      assertThat(Client.json(listed).at("/data/0/windows").toString()).contains("primary", "12");
    }
    assertThat(upstream.calls())
        .extracting(Call::endpoint)
        .containsOnly(Endpoint.USAGE, Endpoint.TOKEN);
    assertThat(issuer.issued()).as("one to begin with, one for the 401").isEqualTo(2);
  }

  private String config(String more) throws IOException {
    Path token = Files.writeString(home.resolve("refresh.token"), issuer.refreshToken());
    return """
    ingress: { keepalive: { firstAfter: 100s, every: 10s } }
    providers:
      - { id: fake, baseUrl: "%1$s", mode: native }
    accounts:
      - id: team-a
        provider: fake
        oauth:
          tokenUrl: "http://127.0.0.1:%2$d/oauth/token"
          clientId: app
          refreshToken: "file:%3$s"
          headers: { ChatGPT-Account-ID: acc-a }
        quota: { concurrency: 8 }
    %4$s"""
        .formatted(upstream.baseUrl(), upstream.port(), token, more);
  }

  /// Compactions and turns at once, none like another.
  private List<CompletableFuture<HttpResponse<String>>> burst(Client client) {
    List<CompletableFuture<HttpResponse<String>>> sent = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      sent.add(compact(client));
      sent.add(client.postAsync("/v1/responses", request()));
    }
    return sent;
  }

  private CompletableFuture<HttpResponse<String>> compact(Client client) {
    return client.postAsync("/v1/responses/compact", request());
  }

  private String request() {
    return """
    {"model":"gpt-5.5","input":[{"type":"message","role":"user","content":\
    [{"type":"input_text","text":"question %d %s"}]}]}"""
        .formatted(++requests, Canaries.TEXT);
  }

  private static void assertAnswered(List<CompletableFuture<HttpResponse<String>>> sent) {
    for (CompletableFuture<HttpResponse<String>> one : sent) {
      HttpResponse<String> response = Client.await(one);
      assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    }
  }

  private static void awaitState(Client admin, String account, String state) throws Exception {
    long end = System.nanoTime() + PATIENCE.toNanos();
    String last = "";
    while (System.nanoTime() < end) {
      HttpResponse<String> listed = admin.get("/admin/v1/accounts");
      last = listed.body();
      for (JsonNode one : Client.json(listed).path("data")) {
        if (one.path("id").asString("").equals(account)
            && one.path("state").toString().contains(state)) {
          return;
        }
      }
      Thread.sleep(100);
    }
    throw new AssertionError(account + " is not " + state + ": " + last);
  }
}
