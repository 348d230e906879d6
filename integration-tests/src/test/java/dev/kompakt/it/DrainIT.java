package dev.kompakt.it;

import static dev.kompakt.it.Client.events;
import static dev.kompakt.it.Testbed.COMPACT;
import static dev.kompakt.it.Testbed.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kompakt.testing.Call;
import dev.kompakt.testing.Cluster;
import dev.kompakt.testing.FakeUpstream;
import dev.kompakt.testing.Histories;
import dev.kompakt.testing.Layout;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Processes that are stopped in order while compactions run: row P4 of the fault matrix.
@Patient
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class DrainIT {
  private static final String RESPONSES = "/v1/responses";

  /// The ingress whose requests get their status at once, and are kept alive from then on.
  private static final String EARLY = "ingress-2";

  @AutoClose private Testbed bed;
  private FakeUpstream upstream;
  private Cluster kompakt;

  @BeforeAll
  void start(@TempDir Path home) {
    bed =
        Testbed.start(
            home,
            Layout.ONE_OF_EACH
                .workers(2)
                .ingresses(2)
                .setting(EARLY, "ingress.keepalive.firstAfter", "100ms")
                .setting(EARLY, "ingress.keepalive.every", "100ms")
                .setting("worker", "shutdown.grace", "25s")
                .setting("worker-2", "shutdown.grace", "25s"),
            provider ->
                Configs.provider(provider, "native", "{ firstAfter: 60s }")
                    + "shutdown: { notice: 1s, grace: 3s }\n");
    upstream = bed.upstream();
    kompakt = bed.kompakt();
  }

  @BeforeEach
  void hold() {
    upstream.reset();
    bed.hold();
  }

  @AfterEach
  void mend() {
    bed.mend();
  }

  @Test
  void shouldTurnParkedRequestsAwayRetryablyAndBuyNothingAgainWhenAnIngressIsStopped() {
    // Given
    Client early = bed.at(EARLY);
    Client late = bed.client();
    String notCommitted = bed.history();
    String committed = bed.history();
    String streamed = Histories.small(-1).withTrigger().toText();
    CompletableFuture<HttpResponse<String>> unary = late.postAsync(COMPACT, notCommitted);
    CompletableFuture<HttpResponse<String>> kept = early.postAsync(COMPACT, committed);
    CompletableFuture<HttpResponse<String>> stream = early.postAsync(RESPONSES, streamed);
    var _ = upstream.awaitCalls(3, SOON);

    // When
    kompakt.terminate("ingress");
    kompakt.terminate(EARLY);
    await().atMost(SOON).until(() -> isUnready("ingress") && isUnready(EARLY));
    assertThat(unary).as("not ready first").isNotDone();
    await().atMost(SOON).until(() -> late.get("/v1/compactions/none").statusCode() == 503);
    HttpResponse<String> fresh = late.compact(bed.history());
    assertThat(unary).as("nothing new before what is parked goes").isNotDone();

    // Then
    assertTurnedAway(fresh);
    assertTurnedAway(Client.await(unary));
    assertThatThrownBy(() -> Client.await(kept)).isInstanceOf(UncheckedIOException.class);
    JsonNode last = events(Client.await(stream).body()).getLast();
    assertThat(last.path("type").asString()).isEqualTo("response.failed");
    assertThat(last.path("response").path("error").path("code").asString())
        .isEqualTo("server_error");
    assertThat(kompakt.awaitExit("ingress", SOON)).isZero();
    assertThat(kompakt.awaitExit(EARLY, SOON)).isZero();

    // When
    bed.release();
    kompakt.start("ingress");
    kompakt.start(EARLY);

    // Then
    assertThat(late.compact(notCommitted).statusCode()).isEqualTo(200);
    assertThat(late.compact(committed).statusCode()).isEqualTo(200);
    assertThat(events(late.post(RESPONSES, streamed).body()).getLast().path("type").asString())
        .isEqualTo("response.completed");
    assertBoughtOnce(3);
  }

  @Test
  void shouldAnswerWhatEndsWithinTheGraceWhenAnIngressIsStopped() {
    // Given
    Client client = bed.client();
    CompletableFuture<HttpResponse<String>> parked = client.postAsync(COMPACT, bed.history());
    var _ = upstream.awaitCalls(1, SOON);

    // When
    kompakt.terminate("ingress");
    await().atMost(SOON).until(() -> isUnready("ingress"));
    bed.release();

    // Then
    assertThat(Client.await(parked).statusCode()).isEqualTo(200);
    assertThat(kompakt.awaitExit("ingress", SOON)).isZero();
    kompakt.start("ingress");
    assertBoughtOnce(1);
  }

  @Test
  void shouldStopAtOnceAndBuyNothingAgainWhenASecondSignalComes() {
    // Given
    String body = bed.history();
    CompletableFuture<HttpResponse<String>> parked = bed.client().postAsync(COMPACT, body);
    var _ = upstream.awaitCalls(1, SOON);

    // When
    kompakt.terminate("ingress");
    await().atMost(SOON).until(() -> isUnready("ingress"));
    kompakt.terminate("ingress");

    // Then
    assertThat(kompakt.awaitExit("ingress", Duration.ofSeconds(1))).isEqualTo(143);
    assertThatThrownBy(() -> Client.await(parked)).isInstanceOf(UncheckedIOException.class);

    // When
    CompletableFuture<HttpResponse<String>> elsewhere = bed.at(EARLY).postAsync(COMPACT, body);
    bed.release();

    // Then
    assertThat(Client.await(elsewhere).statusCode()).isEqualTo(200);
    kompakt.start("ingress");
    assertBoughtOnce(1);
  }

  @Test
  void shouldEndItsCallsAndHandItsLanesOverWhenAWorkerIsStopped() {
    // Given
    Client client = bed.client();
    List<CompletableFuture<HttpResponse<String>>> running = post(client, 4);
    var _ = upstream.awaitCalls(4, SOON);
    List<String> busy = Stream.of("worker", "worker-2").filter(this::makesCalls).toList();

    // When
    kompakt.terminate("worker");
    kompakt.terminate("worker-2");
    await().atMost(SOON).until(() -> busy.stream().allMatch(this::isUnready));
    List<CompletableFuture<HttpResponse<String>>> waiting = post(client, 2);
    bed.release();

    // Then
    running.forEach(answer -> assertThat(Client.await(answer).statusCode()).isEqualTo(200));
    assertThat(kompakt.awaitExit("worker", SOON)).isZero();
    assertThat(kompakt.awaitExit("worker-2", SOON)).isZero();
    assertThat(upstream.count()).as("no new job is begun").isEqualTo(4);

    // When
    kompakt.start("worker");
    kompakt.start("worker-2");

    // Then
    waiting.forEach(answer -> assertThat(Client.await(answer).statusCode()).isEqualTo(200));
    assertBoughtOnce(6);
  }

  @Test
  void shouldGoOnWhereItWasWhenTheRouterIsStopped() {
    // Given
    List<CompletableFuture<HttpResponse<String>>> running = post(bed.client(), 3);
    var _ = upstream.awaitCalls(3, SOON);

    // When
    kompakt.terminate("router");

    // Then
    assertThat(kompakt.awaitExit("router", SOON)).isZero();
    bed.release();
    kompakt.start("router");
    running.forEach(answer -> assertThat(Client.await(answer).statusCode()).isEqualTo(200));
    assertBoughtOnce(3);
  }

  private List<CompletableFuture<HttpResponse<String>>> post(Client client, int count) {
    return IntStream.range(0, count)
        .mapToObj(_ -> client.postAsync(COMPACT, bed.history()))
        .toList();
  }

  /// Accounts, and so calls, may all be on one of the workers; the other one has gone at once.
  private boolean makesCalls(String worker) {
    return bed.admin(worker).metric("kompakt_attempts_running") > 0;
  }

  private boolean isUnready(String name) {
    return bed.admin(name).get("/readyz").statusCode() == 503;
  }

  private static void assertTurnedAway(HttpResponse<String> response) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(503);
    assertThat(response.body()).contains("shutting_down");
    assertThat(response.headers().firstValue("retry-after")).hasValue("1");
    assertThat(response.headers().firstValue("connection")).hasValue("close");
  }

  /// Each of so many requests came to one call.
  private void assertBoughtOnce(int requests) {
    assertThat(upstream.calls().stream().collect(Collectors.groupingBy(Call::sha256)).values())
        .hasSize(requests)
        .allSatisfy(calls -> assertThat(calls).hasSize(1));
  }
}
