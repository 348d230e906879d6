package dev.kompakt.it;

import static dev.kompakt.it.Testbed.COMPACT;
import static dev.kompakt.it.Testbed.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kompakt.testing.Canaries;
import dev.kompakt.testing.Cluster;
import dev.kompakt.testing.FakeUpstream;
import dev.kompakt.testing.Layout;
import dev.kompakt.testing.Reply;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
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

/// Two of each role on one broker: any ingress answers for any compaction, what one leaves another
/// takes over, and nobody notices that all are restarted in turn.
@Patient
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(180)
class ScaleOutIT {
  @AutoClose private Testbed bed;
  private FakeUpstream upstream;
  private Cluster kompakt;
  private int turns;

  @BeforeAll
  void start(@TempDir Path home) {
    bed =
        Testbed.start(
            home,
            Layout.ONE_OF_EACH
                .ingresses(2)
                .routers(2)
                .workers(2)
                .setting("ingress", "shutdown.notice", "2s")
                .setting("ingress-2", "shutdown.notice", "2s"),
            provider ->
                Configs.provider(provider, "native", "{ firstAfter: 300ms, every: 300ms }"));
    upstream = bed.upstream();
    kompakt = bed.kompakt();
  }

  @BeforeEach
  void forget() {
    upstream.reset();
  }

  @AfterEach
  void release() {
    bed.release();
  }

  @Test
  void shouldAnswerForAnyCompactionAtAnyIngress() {
    // Given
    bed.hold();
    String location = location(submit("ingress", bed.history()));

    upstream.awaitCalls(1, SOON);
    await().atMost(SOON).until(() -> status("ingress-2", location).equals("in_progress"));

    // When
    var followed =
        CompletableFuture.supplyAsync(() -> bed.at("ingress-2").get(location + "/events"));
    bed.release();

    // Then
    assertThat(Client.await(followed).body()).contains("compaction.completed");
    for (String name : List.of("ingress", "ingress-2")) {
      await().atMost(SOON).until(() -> status(name, location).equals("completed"));
    }
  }

  @Test
  void shouldMakeOneCompactionOfARequestThatIsParkedAtTwoIngresses() {
    // Given
    bed.hold();
    String body = bed.history();

    // When
    var here = bed.client().postAsync(COMPACT, body);
    var there = bed.at("ingress-2").postAsync(COMPACT, body);
    await().atMost(SOON).until(() -> parked("ingress") == 1 && parked("ingress-2") == 1);
    upstream.awaitCalls(1, SOON);
    bed.release();

    // Then
    HttpResponse<String> answer = Client.await(here);
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(Client.json(Client.await(there))).isEqualTo(Client.json(answer));
    assertThat(upstream.count()).isEqualTo(1);
  }

  @Test
  void shouldAnswerTheRetryElsewhereWhenAnIngressIsKilledAndKnowItAllOnceItIsBack() {
    // Given
    bed.hold();
    String body = bed.history();
    var lost = bed.client().postAsync(COMPACT, body);
    upstream.awaitCalls(1, SOON);

    // When
    kompakt.kill("ingress");
    assertThatThrownBy(() -> Client.await(lost)).isInstanceOf(UncheckedIOException.class);
    var retried = bed.at("ingress-2").postAsync(COMPACT, body);
    await().atMost(SOON).until(() -> parked("ingress-2") == 1);
    bed.release();
    HttpResponse<String> answer = Client.await(retried);
    kompakt.start("ingress");

    // Then
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(Client.json(bed.client().compact(body))).isEqualTo(Client.json(answer));
    String location = location(submit("ingress", body));
    assertThat(status("ingress", location)).isEqualTo("completed");
    assertThat(upstream.count()).isEqualTo(1);
  }

  @Test
  void shouldShareTheLanesAmongWorkers() {
    await()
        .atMost(SOON)
        .untilAsserted(
            () -> {
              assertThat(bed.admin("worker").metric("kompakt_lanes")).isEqualTo(4);
              assertThat(bed.admin("worker-2").metric("kompakt_lanes")).isEqualTo(4);
            });
  }

  @Test
  void shouldTakeOverWhatAKilledRouterHadToDecide() {
    // Given
    bed.hold();
    List<String> before = submitted();
    upstream.awaitCalls(before.size(), SOON);

    // When
    kompakt.kill("router");
    bed.release();
    List<String> after = submitted();

    // Then
    for (List<String> some : List.of(before, after)) {
      for (String location : some) {
        await().atMost(SOON).until(() -> status("ingress", location).equals("completed"));
      }
    }
    assertThat(upstream.count()).isEqualTo(before.size() + after.size());
    kompakt.start("router");
  }

  @Test
  void shouldShowNoClientThatEveryProcessIsRestartedInTurn() throws Exception {
    // Given
    upstream.answering(_ -> Reply.success().after(Duration.ofMillis(300)));
    CountDownLatch enough = new CountDownLatch(1);
    List<String> troubles = new ArrayList<>();
    List<CompletableFuture<?>> sent = new ArrayList<>();
    Balancer balancer = new Balancer();
    Thread load =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    while (!enough.await(150, TimeUnit.MILLISECONDS)) {
                      boolean turn = sent.size() % 2 == 0;
                      sent.add(
                          balancer
                              .send(turn ? "/v1/responses" : COMPACT, turn ? turn() : bed.history())
                              .handle((answer, failure) -> trouble(answer, failure, troubles)));
                    }
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                });

    // When
    for (String role : List.of("ingress", "router", "worker")) {
      kompakt.restart(role);
      kompakt.restart(role + "-2");
    }
    enough.countDown();
    load.join();
    sent.forEach(Client::await);

    // Then
    assertThat(troubles).isEmpty();
    assertThat(sent).hasSizeGreaterThan(20);
    assertThat(upstream.callsByBody()).hasSize(sent.size());
    assertThat(upstream.callsByBody().values()).as("bought twice").containsOnly(1L);
  }

  /// Sends each request to an ingress that said it was ready when it last looked, in turn.
  private final class Balancer {
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

    private List<String> ready = List.of();
    private long lookedAt;
    private int next;

    CompletableFuture<HttpResponse<String>> send(String path, String body) {
      if (ready.isEmpty() || System.nanoTime() - lookedAt > BETWEEN_LOOKS.toNanos()) {
        lookedAt = System.nanoTime();
        ready = Stream.of("ingress", "ingress-2").filter(this::ready).toList();
      }
      String chosen = ready.get(next % ready.size());
      next++;
      return bed.at(chosen).postAsync(path, body);
    }

    private boolean ready(String ingress) {
      try {
        return bed.admin(ingress).get("/readyz").statusCode() == 200;
      } catch (UncheckedIOException e) {
        return false;
      }
    }
  }

  private static String trouble(
      HttpResponse<String> answer, Throwable failure, List<String> troubles) {
    String told =
        failure != null
            ? failure.toString()
            : answer.statusCode() != 200 ? answer.statusCode() + " " + answer.body() : "";
    if (!told.isEmpty()) {
      synchronized (troubles) {
        troubles.add(told);
      }
    }
    return told;
  }

  /// Compactions enough to lie on partitions of both routers, and no more than run at once.
  private List<String> submitted() {
    return IntStream.range(0, 8).mapToObj(_ -> location(submit("ingress", bed.history()))).toList();
  }

  private HttpResponse<String> submit(String ingress, String body) {
    HttpResponse<String> accepted = bed.at(ingress).compact(body, "prefer", "respond-async");
    assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(202);
    return accepted;
  }

  private static String location(HttpResponse<String> accepted) {
    return accepted.headers().firstValue("location").orElseThrow();
  }

  private String status(String ingress, String location) {
    return Client.json(bed.at(ingress).get(location)).path("status").asString("");
  }

  private double parked(String ingress) {
    return bed.admin(ingress).metric("kompakt_parked_requests");
  }

  private String turn() {
    return """
    {"model":"gpt-5.5","input":[{"type":"message","role":"user",\
    "content":[{"type":"input_text","text":"turn %d %s"}]}]}"""
        .formatted(++turns, Canaries.TEXT);
  }
}
