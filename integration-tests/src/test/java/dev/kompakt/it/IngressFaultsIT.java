package dev.kompakt.it;

import static dev.kompakt.it.Client.compactionItems;
import static dev.kompakt.it.Client.json;
import static dev.kompakt.it.Testbed.COMPACT;
import static dev.kompakt.it.Testbed.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kompakt.bootstrap.fault.CrashPoint;
import dev.kompakt.testing.Cluster;
import dev.kompakt.testing.FakeUpstream;
import dev.kompakt.testing.Layout;
import dev.kompakt.testing.Reply;
import dev.kompakt.testing.audit.Audit;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JacksonException;

/// An ingress that dies while it accepts, parks and answers: rows P1 to P3 of the fault matrix.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class IngressFaultsIT {
  private static final Duration FIRST_KEEPALIVE = Duration.ofSeconds(1);
  private static final int LARGE = 4 << 20;

  @AutoClose private Testbed bed;
  private FakeUpstream upstream;
  private Cluster kompakt;

  @BeforeAll
  void start(@TempDir Path home) {
    bed =
        Testbed.start(
            home,
            Layout.ONE_OF_EACH,
            provider ->
                Configs.provider(
                    provider,
                    "native",
                    "{ firstAfter: %dms, every: 500ms }".formatted(FIRST_KEEPALIVE.toMillis())));
    upstream = bed.upstream();
    kompakt = bed.kompakt();
  }

  @ParameterizedTest
  @EnumSource(
      names = {
        "INGRESS_BEFORE_PAYLOADS",
        "SEGMENT_SENT",
        "INGRESS_PAYLOADS_WRITTEN",
        "INGRESS_SUBMISSION_SENT",
        "INGRESS_SUBMISSION_WRITTEN"
      })
  void shouldMakeOneCompactionOfARequestAndItsRetryWhenTheIngressDiesAccepting(CrashPoint point) {
    // Given
    String body = bed.history();
    int before = upstream.count();
    kompakt.crashAt("ingress", point, 1);

    // When
    Client client = new Client(kompakt.data());
    assertThatThrownBy(() -> client.compact(body, "idempotency-key", "p1-" + point))
        .isInstanceOf(UncheckedIOException.class);
    assertThat(kompakt.awaitExit("ingress", SOON)).isEqualTo(137);
    kompakt.start("ingress");
    HttpResponse<String> retried = client.compact(body, "idempotency-key", "p1-" + point);

    // Then
    assertThat(retried.statusCode()).as(retried.body()).isEqualTo(200);
    assertThat(upstream.count() - before).isEqualTo(1);
  }

  @Test
  void shouldHaveTheResultForWhoeverAsksAgainWhenTheIngressDiesWithTheRequestParked() {
    // Given
    String body = bed.history();
    int before = upstream.count();
    bed.hold();
    Client client = new Client(kompakt.data());
    CompletableFuture<HttpResponse<String>> parked =
        client.postAsync(COMPACT, body, "idempotency-key", "p2");
    upstream.awaitCalls(before + 1, SOON);
    String where =
        client
            .compact(body, "idempotency-key", "p2", "prefer", "respond-async")
            .headers()
            .firstValue("location")
            .orElseThrow();

    // When
    kompakt.kill("ingress");
    assertThatThrownBy(() -> Client.await(parked)).isInstanceOf(UncheckedIOException.class);
    bed.release();
    kompakt.start("ingress");
    HttpResponse<String> retried = client.compact(body, "idempotency-key", "p2");
    HttpResponse<String> asked = client.get(where);

    // Then
    upstream.answering(_ -> Reply.success());
    assertThat(retried.statusCode()).as(retried.body()).isEqualTo(200);
    assertThat(compactionItems(json(retried))).hasSize(1);
    assertThat(json(asked).path("status").asString()).isEqualTo("completed");
    assertThat(json(asked).at("/result/output")).isEqualTo(json(retried).path("output"));
    assertThat(upstream.count() - before).isEqualTo(1);
  }

  @ParameterizedTest(name = "status committed before: {0}")
  @ValueSource(booleans = {false, true})
  void shouldBreakTheAnswerAndHaveAllOfItForTheRetryWhenTheIngressDiesWritingIt(boolean committed)
      throws Exception {
    // Given
    String body = bed.history();
    int before = upstream.count();
    Duration working = committed ? FIRST_KEEPALIVE.multipliedBy(2) : Duration.ZERO;
    upstream
        .summarizing(call -> Audit.receipt(call) + "x".repeat(LARGE))
        .then(Reply.success().after(working));
    kompakt.crashAt("ingress", CrashPoint.INGRESS_ANSWERING, 20);

    // When
    String broken = untilItBreaks(body);
    assertThat(kompakt.awaitExit("ingress", SOON)).isEqualTo(137);
    kompakt.start("ingress");
    HttpResponse<String> retried = new Client(kompakt.data()).compact(body);

    // Then
    upstream.summarizing(Audit::receipt);
    assertThat(broken).contains("\"output\"");
    assertThatThrownBy(() -> Client.JSON.readTree(broken)).isInstanceOf(JacksonException.class);
    assertThat(retried.statusCode()).isEqualTo(200);
    assertThat(compactionItems(json(retried)))
        .singleElement()
        .satisfies(
            item ->
                assertThat(item.path("encrypted_content").asString()).hasSizeGreaterThan(LARGE));
    assertThat(upstream.count() - before).isEqualTo(1);
  }

  /// What comes of an answer before the connection ends too early.
  private String untilItBreaks(String body) throws IOException, InterruptedException {
    HttpResponse<InputStream> answer =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(kompakt.data().resolve(COMPACT))
                    .version(HttpClient.Version.HTTP_1_1)
                    .header("content-type", "application/json")
                    .POST(BodyPublishers.ofString(body))
                    .build(),
                BodyHandlers.ofInputStream());
    ByteArrayOutputStream came = new ByteArrayOutputStream();
    try (InputStream in = answer.body()) {
      assertThatThrownBy(() -> in.transferTo(came)).isInstanceOf(IOException.class);
    }
    return came.toString(StandardCharsets.UTF_8);
  }
}
