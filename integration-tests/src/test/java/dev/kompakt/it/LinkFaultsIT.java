package dev.kompakt.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kompakt.testing.Cluster;
import dev.kompakt.testing.Deployment;
import dev.kompakt.testing.FakeUpstream;
import dev.kompakt.testing.Fault;
import dev.kompakt.testing.Fault.Direction;
import dev.kompakt.testing.FaultProxy;
import dev.kompakt.testing.Histories;
import dev.kompakt.testing.Layout;
import dev.kompakt.testing.Reply;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Links that break, from ingresses and workers to the brokers and from clients to an ingress: rows
/// N1, N2 and N4 to N6 of the fault matrix. Each account allows one call at a time.
@Patient
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class LinkFaultsIT {
  private static final Duration SOON = Duration.ofSeconds(40);
  private static final String COMPACT = "/v1/responses/compact";
  private static final String PARKED = "kompakt_parked_requests";
  private static final String RUNNING = "kompakt_attempts_running";
  private static final List<String> INGRESSES = List.of("ingress", "ingress-2");
  private static final List<String> WORKERS = List.of("worker", "worker-2");

  private FakeUpstream upstream;
  private Cluster kompakt;
  private CountDownLatch gate = new CountDownLatch(0);
  private int seed;

  @BeforeAll
  void start(@TempDir Path home) {
    upstream = FakeUpstream.start();
    Layout layout =
        Layout.ONE_OF_EACH
            .workers(2)
            .ingresses(2)
            .option("ingress-2", "-Xmx128m")
            .setting("ingress-2", "ingress.bodyIdle", "5s")
            .setting("ingress-2", "ingress.bodyDeadline", "15s");
    for (String name : List.of("ingress", "ingress-2", "worker", "worker-2")) {
      layout = layout.linked(name);
    }
    String keepalive = "{ firstAfter: 300ms, every: 300ms }";
    kompakt =
        Deployment.inProcesses(home, Configs.provider(upstream, "native", keepalive, 1), layout);
  }

  @AfterAll
  void stop() {
    if (kompakt != null) {
      kompakt.close();
    }
    upstream.close();
  }

  /// Has upstream hold all answers until the gate is opened.
  @BeforeEach
  void hold() {
    upstream.reset();
    CountDownLatch closed = new CountDownLatch(1);
    gate = closed;
    upstream.answering(_ -> Reply.success().after(closed));
  }

  @AfterEach
  void heal() {
    gate.countDown();
    Stream.concat(INGRESSES.stream(), WORKERS.stream()).forEach(name -> kompakt.link(name).heal());
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
    var first = at("ingress").postAsync(COMPACT, history());
    var second = at("ingress-2").postAsync(COMPACT, history());
    upstream.awaitCalls(2, SOON);

    // When
    kompakt.link("ingress").set(new Fault.BlackHole());
    kompakt.link("ingress-2").set(new Fault.Refuse());
    List<Cut> cuts = List.of(askMore("ingress", first), askMore("ingress-2", second));
    gate.countDown();

    // Then
    for (Cut cut : cuts) {
      HttpResponse<String> answer = Client.await(cut.refused());
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
      assertThat(answer.headers().firstValue("retry-after")).get().asString().matches("\\d+");
      await().atMost(SOON).until(() -> status(cut.ingress(), "/readyz") == 503);
      assertThat(status(cut.ingress(), "/livez")).isEqualTo(200);
      assertThat(beats(cut.ingress())).isGreaterThan(cut.beats() + 10);
      assertThat(cut.parked()).isNotDone();
    }

    // When
    heal();

    // Then
    for (Cut cut : cuts) {
      assertThat(Client.await(cut.parked()).statusCode()).isEqualTo(200);
      HttpResponse<String> retried = at(cut.ingress()).compact(cut.late());
      assertThat(retried.statusCode()).as(retried.body()).isEqualTo(200);
      await().atMost(SOON).until(() -> status(cut.ingress(), "/readyz") == 200);
    }
    assertThat(upstream.callsByBody())
        .hasSize(4)
        .allSatisfy((_, calls) -> assertThat(calls).isOne());
  }

  private Cut askMore(String ingress, CompletableFuture<HttpResponse<String>> parked) {
    String late = history();
    return new Cut(ingress, parked, beats(ingress), late, at(ingress).postAsync(COMPACT, late));
  }

  @Test
  void shouldReportTheAnswerAWorkerGotWhileItWasCutFromTheBrokers() {
    // Given
    var answer = at("ingress").postAsync(COMPACT, history());
    upstream.awaitCalls(1, SOON);
    String worker = busy();

    // When
    kompakt.link(worker).set(new Fault.BlackHole());
    gate.countDown();
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
      answers.add(at("ingress").postAsync(COMPACT, history()));
    }
    upstream.awaitCalls(2, SOON);
    String worker = busy();
    int inFlight = (int) metric(worker, RUNNING);

    // When
    kompakt.link(worker).set(new Fault.BlackHole());
    upstream.awaitCalls(2 + inFlight, SOON);
    gate.countDown();
    List<HttpResponse<String>> ended = answers.stream().map(Client::await).toList();
    kompakt.link(worker).heal();

    // Then
    assertThat(ended).allMatch(answer -> answer.statusCode() == 200);
    await().atMost(SOON).until(() -> metric(worker, "kompakt_lanes") > 0);
    await().atMost(SOON).until(() -> metric(worker, RUNNING) == 0);
    assertThat(at("ingress").compact(history()).statusCode()).isEqualTo(200);
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
      answers.add(at("ingress").postAsync(COMPACT, history()));
    }
    upstream.awaitCalls(2, SOON);
    String worker = busy();
    int inFlight = (int) metric(worker, RUNNING);

    // When
    kompakt.link(worker).set(new Fault.BlackHole());
    upstream.awaitCalls(2 + inFlight, SOON);
    kompakt.link(worker).heal();
    await().atMost(SOON).until(() -> metric(worker, "kompakt_lanes") > 0);
    gate.countDown();

    // Then
    assertThat(answers).allMatch(answer -> Client.await(answer).statusCode() == 200);
    Map<String, Long> calls = upstream.callsByBody();
    assertThat(calls.values()).filteredOn(count -> count == 2).hasSize(inFlight);
    assertThat(calls.values()).filteredOn(count -> count == 1).hasSize(4 - inFlight);
  }

  static List<Fault> gone() {
    return List.of(new Fault.Cut(Direction.TO_CLIENT, 0), new Fault.Reset());
  }

  @ParameterizedTest
  @MethodSource("gone")
  void shouldFreeAClientThatIsGoneWithoutAWordAndGoOn(Fault fault) {
    try (FaultProxy link = FaultProxy.to(kompakt.data().getPort())) {
      // Given
      String body = history();
      var answer = new Client(through(link)).postAsync(COMPACT, body);
      upstream.awaitCalls(1, SOON);
      await().atMost(SOON).until(() -> metric("ingress", PARKED) == 1);

      // When
      link.set(fault);
      assertThatThrownBy(() -> Client.await(answer)).isInstanceOf(UncheckedIOException.class);

      // Then
      await().atMost(SOON).until(() -> metric("ingress", PARKED) == 0);
      gate.countDown();
      assertThat(at("ingress").compact(body).statusCode()).isEqualTo(200);
      assertThat(upstream.count()).isEqualTo(1);
    }
  }

  @Test
  void shouldHoldNothingForAClientBeyondTheEndWhenNothingReachesItAnyMore() {
    try (FaultProxy link = FaultProxy.to(kompakt.data().getPort())) {
      // Given
      String body = history();
      var answer = new Client(through(link)).postAsync(COMPACT, body);
      upstream.awaitCalls(1, SOON);

      // When
      link.set(new Fault.BlackHole());
      gate.countDown();

      // Then
      await().atMost(SOON).until(() -> metric("ingress", PARKED) == 0);
      assertThat(answer).isNotDone();
      assertThat(at("ingress").compact(body).statusCode()).isEqualTo(200);
      assertThat(upstream.count()).isEqualTo(1);
    }
  }

  @Test
  void shouldFreeHundredsOfClientsThatCloseAndGoOn() throws IOException {
    // Given
    String body = history();
    List<Socket> clients = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      clients.add(ask("ingress", body));
    }
    await().atMost(SOON).until(() -> metric("ingress", PARKED) == clients.size());

    // When
    for (Socket client : clients) {
      client.close();
    }

    // Then
    await().atMost(SOON).until(() -> metric("ingress", PARKED) == 0);
    gate.countDown();
    assertThat(at("ingress").compact(body).statusCode()).isEqualTo(200);
    assertThat(upstream.count()).isEqualTo(1);
  }

  @Test
  void shouldStayBoundedAndServeOthersWhenClientsReadSlowly() {
    try (FaultProxy slow = FaultProxy.to(kompakt.data("ingress-2").getPort());
        FaultProxy steady = FaultProxy.to(kompakt.data("ingress-2").getPort())) {
      // Given
      upstream.answering(_ -> Reply.success());
      upstream.then(Reply.huge(15 << 20));
      slow.set(new Fault.Bandwidth(Direction.TO_CLIENT, 10_000));
      steady.set(new Fault.Bandwidth(Direction.TO_CLIENT, 8 << 20));
      String body = history();
      assertThat(at("ingress").compact(body).body()).hasSizeGreaterThan(15 << 20);

      // When
      List<CompletableFuture<HttpResponse<String>>> slowly = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        slowly.add(new Client(through(slow)).postAsync(COMPACT, body));
      }
      var steadily = new Client(through(steady)).postAsync(COMPACT, body);

      // Then
      for (int i = 0; i < 5; i++) {
        assertThat(at("ingress-2").compact(history()).statusCode()).isEqualTo(200);
      }
      assertThat(Client.compactionItems(Client.json(Client.await(steadily)))).hasSize(1);
      await().atMost(SOON).until(() -> metric("ingress-2", PARKED) == 0);
      assertThat(kompakt.alive("ingress-2")).as("in a heap of 128 MiB").isTrue();
      slow.heal();
      assertThat(slowly)
          .allSatisfy(
              answer ->
                  assertThatThrownBy(() -> Client.await(answer))
                      .isInstanceOf(UncheckedIOException.class));
    }
  }

  /// A worker that makes a call.
  private String busy() {
    return WORKERS.stream().filter(name -> metric(name, RUNNING) > 0).findFirst().orElseThrow();
  }

  private Client at(String ingress) {
    return new Client(kompakt.data(ingress));
  }

  private double beats(String ingress) {
    return metric(ingress, "kompakt_keepalives_total");
  }

  private double metric(String process, String name) {
    return new Client(kompakt.admin(process)).metric(name);
  }

  private int status(String process, String path) {
    return new Client(kompakt.admin(process)).get(path).statusCode();
  }

  private static URI through(FaultProxy link) {
    return URI.create("http://127.0.0.1:" + link.port());
  }

  private Socket ask(String ingress, String body) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), kompakt.data(ingress).getPort());
    String head =
        "POST %s HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
            .formatted(COMPACT, body.getBytes(StandardCharsets.UTF_8).length);
    socket.getOutputStream().write((head + body).getBytes(StandardCharsets.UTF_8));
    return socket;
  }

  private String history() {
    return Histories.small(++seed).toText();
  }
}
