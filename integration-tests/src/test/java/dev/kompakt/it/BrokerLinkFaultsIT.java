package dev.kompakt.it;

import static dev.kompakt.it.Testbed.COMPACT;
import static dev.kompakt.it.Testbed.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kompakt.testing.Call;
import dev.kompakt.testing.Cluster;
import dev.kompakt.testing.FakeUpstream;
import dev.kompakt.testing.Fault;
import dev.kompakt.testing.Layout;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Links that break between processes and the brokers: rows N1 and N2 of the fault matrix. Each
/// account allows one call at a time.
@Patient
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class BrokerLinkFaultsIT {
  @AutoClose private Testbed bed;
  private FakeUpstream upstream;
  private Cluster kompakt;

  @BeforeAll
  void start(@TempDir Path home) {
    String keepalive = "{ firstAfter: 300ms, every: 300ms }";
    bed =
        Testbed.start(
            home,
            provider -> TwoWorkers.told(layout(), provider, "native"),
            provider -> Configs.provider(provider, "native", keepalive, 1));
    upstream = bed.upstream();
    kompakt = bed.kompakt();
  }

  private static Layout layout() {
    Layout layout = Layout.ONE_OF_EACH.workers(2).ingresses(2);
    for (String name : List.of("ingress", "ingress-2", "worker", "worker-2")) {
      layout = layout.linked(name);
    }
    return layout;
  }

  @BeforeEach
  void hold() {
    upstream.reset();
    bed.hold();
  }

  @AfterEach
  void heal() {
    bed.mend();
  }

  /// What was asked of an ingress: before it was cut off, and after.
  private record Cut(
      String ingress,
      CompletableFuture<HttpResponse<String>> parked,
      double beats,
      String late,
      CompletableFuture<HttpResponse<String>> refused) {}

  @Test
  void shouldRefuseInTimeAndKeepWhoWaitsWhenIngressesAreCutFromTheBrokers() {
    // Given
    var first = bed.submit(bed.history());
    var second = bed.at("ingress-2").postAsync(COMPACT, bed.history());
    upstream.awaitCalls(2, SOON);

    // When
    kompakt.link("ingress").set(new Fault.BlackHole());
    kompakt.link("ingress-2").set(new Fault.Refuse());
    List<Cut> cuts = List.of(askMore("ingress", first), askMore("ingress-2", second));
    bed.release();

    // Then
    for (Cut cut : cuts) {
      HttpResponse<String> answer = Client.await(cut.refused());
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
      assertThat(answer.headers().firstValue("retry-after")).get().asString().matches("\\d+");
      await().atMost(SOON).until(() -> readiness(cut.ingress()) == 503);
      assertThat(bed.admin(cut.ingress()).get("/livez").statusCode()).isEqualTo(200);
      assertThat(beats(cut.ingress())).isGreaterThan(cut.beats() + 10);
      assertThat(cut.parked()).isNotDone();
    }

    // When
    heal();

    // Then
    for (Cut cut : cuts) {
      assertThat(Client.await(cut.parked()).statusCode()).isEqualTo(200);
      HttpResponse<String> retried = bed.at(cut.ingress()).compact(cut.late());
      assertThat(retried.statusCode()).as(retried.body()).isEqualTo(200);
      await().atMost(SOON).until(() -> readiness(cut.ingress()) == 200);
    }
    assertThat(upstream.callsByBody())
        .hasSize(4)
        .allSatisfy((_, calls) -> assertThat(calls).isOne());
  }

  private Cut askMore(String ingress, CompletableFuture<HttpResponse<String>> parked) {
    String late = bed.history();
    return new Cut(ingress, parked, beats(ingress), late, bed.at(ingress).postAsync(COMPACT, late));
  }

  @Test
  void shouldReportTheAnswerAWorkerGotWhileItWasCutFromTheBrokers() {
    // Given
    var answer = bed.submit(bed.history());
    upstream.awaitCalls(1, SOON);
    String worker = TwoWorkers.maker(upstream.calls().getFirst());

    // When
    kompakt.link(worker).set(new Fault.BlackHole());
    bed.release();
    upstream.awaitEnded(1, SOON);
    kompakt.link(worker).heal();

    // Then
    assertThat(Client.await(answer).statusCode()).isEqualTo(200);
    assertThat(upstream.count()).isEqualTo(1);
  }

  @Test
  void shouldRepeatOnlyCallsInFlightWhenAWorkerStaysCutFromTheBrokers() {
    // Given
    List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      answers.add(bed.submit(bed.history()));
    }
    upstream.awaitCalls(2, SOON);
    String worker = TwoWorkers.maker(upstream.calls().getFirst());

    // When
    kompakt.link(worker).set(new Fault.BlackHole());
    int inFlight = runOn(worker);
    upstream.awaitCalls(2 + inFlight, SOON);
    bed.release();
    List<HttpResponse<String>> ended = answers.stream().map(Client::await).toList();
    kompakt.link(worker).heal();

    // Then
    assertThat(ended).allMatch(answer -> answer.statusCode() == 200);
    await().atMost(SOON).until(() -> bed.admin(worker).metric("kompakt_lanes") > 0);
    await().atMost(SOON).until(() -> bed.admin(worker).metric("kompakt_attempts_running") == 0);
    assertThat(bed.client().compact(bed.history()).statusCode()).isEqualTo(200);
    Map<String, Long> calls = upstream.callsByBody();
    assertThat(calls).hasSize(5);
    assertThat(calls.values()).filteredOn(count -> count == 2).hasSize(inFlight);
    assertThat(calls.values()).filteredOn(count -> count == 1).hasSize(5 - inFlight);
  }

  @Test
  void shouldMakeNoCallAfterAHealThatAnotherWorkerIsMaking() {
    // Given
    List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      answers.add(bed.submit(bed.history()));
    }
    upstream.awaitCalls(2, SOON);
    String worker = TwoWorkers.maker(upstream.calls().getFirst());

    // When
    kompakt.link(worker).set(new Fault.BlackHole());
    int inFlight = runOn(worker);
    upstream.awaitCalls(2 + inFlight, SOON);
    kompakt.link(worker).heal();
    await().atMost(SOON).until(() -> bed.admin(worker).metric("kompakt_lanes") > 0);
    bed.release();

    // Then
    assertThat(answers).allMatch(answer -> Client.await(answer).statusCode() == 200);
    Map<String, Long> calls = upstream.callsByBody();
    assertThat(calls.values()).filteredOn(count -> count == 2).hasSize(inFlight);
    assertThat(calls.values()).filteredOn(count -> count == 1).hasSize(4 - inFlight);
  }

  /// Lets the calls of this worker, which is cut off, go on beside those of whoever has its lanes
  /// next; says how many they are.
  private int runOn(String worker) {
    List<Call> calls =
        upstream.calls().stream().filter(call -> TwoWorkers.maker(call).equals(worker)).toList();
    bed.allowToRunOn(calls);
    return calls.size();
  }

  private double beats(String ingress) {
    return bed.admin(ingress).metric("kompakt_keepalives_total");
  }

  private int readiness(String ingress) {
    return bed.admin(ingress).get("/readyz").statusCode();
  }
}
