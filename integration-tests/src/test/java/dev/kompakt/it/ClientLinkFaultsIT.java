package dev.kompakt.it;

import static dev.kompakt.it.Testbed.COMPACT;
import static dev.kompakt.it.Testbed.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kompakt.testing.Cluster;
import dev.kompakt.testing.FakeUpstream;
import dev.kompakt.testing.Fault;
import dev.kompakt.testing.Fault.Direction;
import dev.kompakt.testing.FaultProxy;
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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Links that break between clients and an ingress: rows N4 to N6 of the fault matrix.
@Patient
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class ClientLinkFaultsIT {
  @AutoClose private Testbed bed;
  private FakeUpstream upstream;
  private Cluster kompakt;

  @BeforeAll
  void start(@TempDir Path home) {
    bed =
        Testbed.start(
            home,
            Layout.ONE_OF_EACH
                .ingresses(2)
                .option("ingress-2", "-Xmx128m")
                .setting("ingress-2", "ingress.bodyIdle", "5s")
                .setting("ingress-2", "ingress.bodyDeadline", "15s"),
            provider ->
                Configs.provider(provider, "native", "{ firstAfter: 300ms, every: 300ms }"));
    upstream = bed.upstream();
    kompakt = bed.kompakt();
  }

  @BeforeEach
  void hold() {
    upstream.reset();
    bed.hold();
  }

  @AfterEach
  void release() {
    bed.release();
  }

  static List<Fault> gone() {
    return List.of(new Fault.Cut(Direction.TO_CLIENT, 0), new Fault.Reset());
  }

  @ParameterizedTest
  @MethodSource("gone")
  void shouldFreeAClientThatIsGoneWithoutAWordAndGoOn(Fault fault) {
    try (FaultProxy link = FaultProxy.to(kompakt.data().getPort())) {
      // Given
      String body = bed.history();
      var answer = new Client(through(link)).postAsync(COMPACT, body);
      upstream.awaitCalls(1, SOON);
      await().atMost(SOON).until(() -> parked("ingress") == 1);

      // When
      link.set(fault);
      assertThatThrownBy(() -> Client.await(answer)).isInstanceOf(UncheckedIOException.class);

      // Then
      await().atMost(SOON).until(() -> parked("ingress") == 0);
      bed.release();
      assertThat(bed.client().compact(body).statusCode()).isEqualTo(200);
      assertThat(upstream.count()).isEqualTo(1);
    }
  }

  @Test
  void shouldHoldNothingForAClientBeyondTheEndWhenNothingReachesItAnyMore() {
    try (FaultProxy link = FaultProxy.to(kompakt.data().getPort())) {
      // Given
      String body = bed.history();
      var answer = new Client(through(link)).postAsync(COMPACT, body);
      upstream.awaitCalls(1, SOON);

      // When
      link.set(new Fault.BlackHole());
      bed.release();

      // Then
      await().atMost(SOON).until(() -> parked("ingress") == 0);
      assertThat(answer).isNotDone();
      assertThat(bed.client().compact(body).statusCode()).isEqualTo(200);
      assertThat(upstream.count()).isEqualTo(1);
    }
  }

  @Test
  void shouldFreeHundredsOfClientsThatCloseAndGoOn() throws IOException {
    // Given
    String body = bed.history();
    List<Socket> clients = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      clients.add(ask("ingress", body));
    }
    await().atMost(SOON).until(() -> parked("ingress") == clients.size());

    // When
    for (Socket client : clients) {
      client.close();
    }

    // Then
    await().atMost(SOON).until(() -> parked("ingress") == 0);
    bed.release();
    assertThat(bed.client().compact(body).statusCode()).isEqualTo(200);
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
      String body = bed.history();
      assertThat(bed.client().compact(body).body()).hasSizeGreaterThan(15 << 20);

      // When
      List<CompletableFuture<HttpResponse<String>>> slowly = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        slowly.add(new Client(through(slow)).postAsync(COMPACT, body));
      }
      var steadily = new Client(through(steady)).postAsync(COMPACT, body);

      // Then
      for (int i = 0; i < 5; i++) {
        assertThat(bed.at("ingress-2").compact(bed.history()).statusCode()).isEqualTo(200);
      }
      assertThat(Client.compactionItems(Client.json(Client.await(steadily)))).hasSize(1);
      await().atMost(SOON).until(() -> parked("ingress-2") == 0);
      assertThat(kompakt.alive("ingress-2")).as("in a heap of 128 MiB").isTrue();
      slow.heal();
      assertThat(slowly)
          .allSatisfy(
              answer ->
                  assertThatThrownBy(() -> Client.await(answer))
                      .isInstanceOf(UncheckedIOException.class));
    }
  }

  private double parked(String ingress) {
    return bed.admin(ingress).metric("kompakt_parked_requests");
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
}
