package dev.kompakt.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kompakt.bootstrap.fault.CrashPoint;
import dev.kompakt.testing.Call;
import dev.kompakt.testing.Cluster;
import dev.kompakt.testing.Deployment;
import dev.kompakt.testing.FakeUpstream;
import dev.kompakt.testing.Histories;
import dev.kompakt.testing.audit.Audit;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Processes that end at a crash point: rows P1 and W2 of the fault matrix.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class FaultsIT {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final String COMPACT = "/v1/responses/compact";

  private FakeUpstream upstream;
  private Cluster kompakt;
  private int seed;

  @BeforeAll
  void start(@TempDir Path home) {
    upstream = FakeUpstream.start().summarizing(Audit::receipt);
    kompakt =
        Deployment.inProcesses(
            home,
            Configs.provider(upstream, "summarize, chunkBytes: 64KiB", "{ firstAfter: 30s }")
                + "compaction: { parallelChunks: 1 }\n");
  }

  @AfterAll
  void stop() {
    if (kompakt != null) {
      kompakt.close();
    }
    upstream.close();
  }

  @AfterEach
  void assertNothingLostAndNothingBoughtTwice() {
    assertThat(Audit.violations(kompakt, upstream)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(
      names = {"INGRESS_PAYLOADS_WRITTEN", "INGRESS_SUBMISSION_SENT", "INGRESS_SUBMISSION_WRITTEN"})
  void shouldMakeOneCompactionOfARequestAndItsRetryWhenTheIngressDiesAccepting(CrashPoint point) {
    // Given
    String body = history(Histories.SMALL_BYTES);
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
  void shouldCallAgainForTheOneAnswerThatWasLostWhenTheWorkerDiesWithIt() {
    // Given
    String body = history(250_000);
    int before = upstream.count();
    kompakt.crashAt("worker", CrashPoint.WORKER_ANSWERED, 2);

    // When
    CompletableFuture<HttpResponse<String>> answer =
        new Client(kompakt.data()).postAsync(COMPACT, body);
    assertThat(kompakt.awaitExit("worker", SOON)).isEqualTo(137);
    kompakt.start("worker");

    // Then
    assertThat(Client.await(answer).statusCode()).isEqualTo(200);
    List<Call> calls = upstream.calls().subList(before, upstream.count());
    var bodies = calls.stream().collect(Collectors.groupingBy(Call::sha256, Collectors.counting()));
    assertThat(bodies).hasSizeGreaterThan(4);
    assertThat(calls).hasSize(bodies.size() + 1);
    assertThat(bodies).containsEntry(calls.get(1).sha256(), 2L);
  }

  private String history(long bytes) {
    return new String(Histories.ofBytes(++seed, bytes).toBytes(), StandardCharsets.UTF_8);
  }
}
