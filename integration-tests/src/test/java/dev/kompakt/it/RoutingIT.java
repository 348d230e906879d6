package dev.kompakt.it;

import static dev.kompakt.it.Client.compactionItems;
import static dev.kompakt.it.Client.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kompakt.bootstrap.config.ConfigLoader;
import dev.kompakt.bootstrap.kafka.KafkaClients;
import dev.kompakt.bootstrap.kafka.LogView;
import dev.kompakt.schemas.record.SessionBinding;
import dev.kompakt.schemas.topic.Topics;
import dev.kompakt.testing.Call;
import dev.kompakt.testing.Canaries;
import dev.kompakt.testing.Deployment;
import dev.kompakt.testing.FakeUpstream;
import dev.kompakt.testing.Reply;
import dev.kompakt.testing.audit.Audit;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Compactions on two accounts, over processes: where they go, and what is told when none is left.
@Patient
class RoutingIT {
  private static final Duration SOON = Duration.ofSeconds(60);

  private FakeUpstream upstream;
  private Deployment deployment;
  private Client client;

  @BeforeEach
  void start(@TempDir Path home) {
    upstream = FakeUpstream.start(Audit::receipt);
    deployment =
        Deployment.inProcesses(
            home, Configs.provider(upstream, "native", "{ firstAfter: 30s, every: 10s }"));
    client = new Client(deployment.data());
  }

  @AfterEach
  void stop() {
    try (var _ = upstream;
        var _ = deployment) {
      assertThat(Audit.violations(deployment, upstream)).isEmpty();
    }
  }

  private static String fresh() {
    return """
    {"model":"gpt-5.5","input":[{"type":"message","role":"user","content":\
    [{"type":"input_text","text":"question %s"}]}]}"""
        .formatted(UUID.randomUUID() + Canaries.TEXT);
  }

  /// Compacts for a session, and tells which account made the answer.
  private String compactFor(String session) {
    HttpResponse<String> response = client.compact(fresh(), "session_id", session);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return upstream.accepted().getLast().authorization();
  }

  private Reply usedUp(Call call, String account, Instant resetsAt) {
    return call.authorization().equals(account)
        ? Reply.usageLimitReached(resetsAt)
        : Reply.success();
  }

  private static Instant inTwoHours() {
    return Instant.now().plus(Duration.ofHours(2));
  }

  /// A question that this account has thought about and answered.
  private static String thoughtful(String account) {
    return """
    {"model":"gpt-5.5","input":[\
    {"type":"message","role":"user","content":[{"type":"input_text","text":"question %s"}]},\
    {"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"of %s"},\
    {"type":"message","role":"assistant","content":[{"type":"output_text","text":"answer"}]}]}"""
        .formatted(UUID.randomUUID() + Canaries.TEXT, account);
  }

  private static Reply ownCiphertextOnly(Call call, Reply reply) {
    String body = call.body().orElse("");
    return body.contains("encrypted_content") && !body.contains("of " + call.authorization())
        ? Reply.error(
            400, "invalid_request_error", "invalid_encrypted_content", "It cannot be verified.")
        : reply;
  }

  private void awaitBindings(int atLeast) {
    try (KafkaClients kafka =
            new KafkaClients(
                ConfigLoader.load(
                        null,
                        Map.of(),
                        Map.of("kafka.bootstrap", deployment.broker(), "clientsFile", "/none"))
                    .kafka(),
                "routing-it");
        LogView<String, SessionBinding> bound =
            LogView.follow(kafka, Topics.SESSIONS, 100, (_, _) -> {})) {
      await().atMost(SOON).until(() -> bound.all().size() >= atLeast);
    }
  }

  @Test
  void shouldKeepASessionWithItsAccountOverARestartAndMoveItWhenThatIsUsedUp() {
    // Given
    String first = compactFor("one");
    awaitBindings(1);
    upstream.answering(
        call ->
            call.authorization().equals(first)
                ? Reply.rateLimited(Duration.ofSeconds(1))
                : Reply.success());
    String other = compactFor("two");
    awaitBindings(2);
    assertThat(other).isNotEqualTo(first);
    upstream.answering(_ -> Reply.success());

    // When
    assertThat(List.of(compactFor("two"), compactFor("two"))).containsOnly(other);
    assertThat(List.of(compactFor("one"), compactFor("one"))).containsOnly(first);
    deployment.crash("router");

    // Then
    assertThat(List.of(compactFor("one"), compactFor("one"))).containsOnly(first);

    // When
    upstream.answering(call -> usedUp(call, first, Instant.now().plus(Duration.ofHours(2))));
    assertThat(compactFor("one")).isEqualTo(other);
    int asked = upstream.count();

    // Then
    assertThat(List.of(compactFor("one"), compactFor("one"))).containsOnly(other);
    assertThat(upstream.count()).as("the used up one is not asked again").isEqualTo(asked + 2);
  }

  @Test
  void shouldCompactWithoutTheReasoningThatAnAccountCannotRead() {
    // Given
    String maker = compactFor("thinking");
    awaitBindings(1);
    upstream.reset();
    upstream.answering(call -> ownCiphertextOnly(call, usedUp(call, maker, inTwoHours())));

    // When
    HttpResponse<String> moved = client.compact(thoughtful(maker), "session_id", "thinking");
    HttpResponse<String> afterTheMove = client.compact(thoughtful(maker), "session_id", "thinking");

    // Then
    assertThat(moved.statusCode()).as(moved.body()).isEqualTo(200);
    assertThat(afterTheMove.statusCode()).as(afterTheMove.body()).isEqualTo(200);
    assertThat(upstream.calls())
        .extracting(Call::status)
        .as("the maker is used up, the next can read the rest; later it refuses once")
        .containsExactly(429, 200, 400, 200);
    assertThat(upstream.accepted())
        .allSatisfy(
            call ->
                assertThat(call.body().orElseThrow())
                    .contains("question", "answer")
                    .doesNotContain("encrypted_content"));

    // When
    upstream.reset();
    upstream.answering(
        call ->
            call.endpoint() == Call.Endpoint.COMPACT
                ? Reply.status(404, Map.of("content-type", "text/plain"), "404 page not found")
                : Reply.success());
    HttpResponse<String> summarized = client.compact(thoughtful(maker));

    // Then
    assertThat(summarized.statusCode()).as(summarized.body()).isEqualTo(200);
    assertThat(upstream.calls())
        .filteredOn(call -> call.endpoint() == Call.Endpoint.SUMMARY)
        .hasSize(1)
        .allSatisfy(
            call -> assertThat(call.body().orElseThrow()).doesNotContain("encrypted_content"));
    assertThat(upstream.violations()).isEmpty();
  }

  @Test
  void shouldTellTheTrueResetWhenAllAreUsedUp() {
    // Given
    Instant first = Instant.now().plus(Duration.ofHours(1)).truncatedTo(ChronoUnit.SECONDS);
    upstream.then(
        Reply.usageLimitReached(first.plus(Duration.ofHours(1))), Reply.usageLimitReached(first));

    // When
    HttpResponse<String> response = client.compact(fresh());

    // Then
    JsonNode error = json(response).path("error");
    assertThat(response.statusCode()).isEqualTo(429);
    assertThat(response.headers().firstValue("retry-after")).hasValue("60");
    assertThat(error.path("type").asString()).isEqualTo("usage_limit_reached");
    assertThat(error.path("resets_at").asLong()).isEqualTo(first.getEpochSecond());
    assertThat(error.path("resets_in_seconds").asLong()).isBetween(3_500L, 3_600L);

    // Then
    await()
        .atMost(SOON)
        .untilAsserted(
            () -> {
              int asked = upstream.count();
              assertThat(client.compact(fresh()).statusCode()).isEqualTo(429);
              assertThat(upstream.count()).as("nobody is asked once it is known").isEqualTo(asked);
            });
  }

  @Test
  void shouldWaitForTheResetWhenNobodyIsConnected() {
    // Given
    AtomicReference<Instant> reset = new AtomicReference<>(Instant.MAX);
    upstream.answering(
        call -> {
          Instant soon = Instant.now().plusSeconds(6).truncatedTo(ChronoUnit.SECONDS);
          reset.compareAndSet(Instant.MAX, soon);
          return call.number() <= 2 ? Reply.usageLimitReached(soon) : Reply.success();
        });

    // When
    String location =
        client
            .compact(fresh(), "prefer", "respond-async")
            .headers()
            .firstValue("location")
            .orElseThrow();

    // Then
    await()
        .atMost(SOON)
        .until(() -> json(client.get(location)).path("status").asString().equals("completed"));
    List<Call> calls = upstream.calls();
    assertThat(calls).hasSize(3);
    assertThat(calls.getLast().startedAt()).isAfterOrEqualTo(reset.get());
  }

  @Test
  void shouldSummarizeWhereTheCompactEndpointIsMissing() {
    // Given
    upstream.answering(
        call ->
            call.endpoint() == Call.Endpoint.COMPACT
                ? Reply.status(404, Map.of("content-type", "text/plain"), "404 page not found")
                : Reply.success());

    // When
    HttpResponse<String> response = client.compact(fresh());

    // Then
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    assertThat(compactionItems(json(response))).hasSize(1);
    assertThat(upstream.calls())
        .extracting(Call::endpoint)
        .containsExactly(Call.Endpoint.COMPACT, Call.Endpoint.SUMMARY);

    // Then
    await()
        .atMost(SOON)
        .untilAsserted(
            () -> {
              upstream.reset();
              assertThat(client.compact(fresh()).statusCode()).isEqualTo(200);
              assertThat(upstream.calls())
                  .as("calls once it is known")
                  .extracting(Call::endpoint)
                  .containsExactly(Call.Endpoint.SUMMARY);
            });
  }
}
