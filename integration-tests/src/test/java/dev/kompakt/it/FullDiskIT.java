package dev.kompakt.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kompakt.ingress.relay.Spool;
import dev.kompakt.testing.Call;
import dev.kompakt.testing.Canaries;
import dev.kompakt.testing.Cluster;
import dev.kompakt.testing.Deployment;
import dev.kompakt.testing.FakeUpstream;
import dev.kompakt.testing.Histories;
import dev.kompakt.testing.Layout;
import dev.kompakt.testing.Reply;
import dev.kompakt.testing.audit.Audit;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Disks that are full, of each role: rows B4 and B5 of the fault matrix.
@Patient
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class FullDiskIT {
  private static final Duration SOON = Duration.ofSeconds(40);
  private static final String COMPACT = "/v1/responses/compact";
  private static final String RESPONSES = "/v1/responses";
  private static final String NO_ROOM = "no room is left for the router's state";
  private static final long SPLIT_BYTES = 250_000;

  private FakeUpstream upstream;
  private SmallDisk brokerDisk;
  private SmallDisk routerDisk;

  /// What ingress and worker may write to.
  private SmallDisk otherDisk;

  private Cluster kompakt;
  private Client client;
  private int seed;

  @BeforeAll
  void start(@TempDir Path home) throws IOException {
    upstream = FakeUpstream.start().summarizing(Audit::receipt);
    brokerDisk = SmallDisk.mount(home.resolve("broker"), 96);
    routerDisk = SmallDisk.mount(home.resolve("router"), 64);
    Path other = home.resolve("other");
    otherDisk = SmallDisk.mount(other, 16);
    String temporary = "-Djava.io.tmpdir=" + other;
    kompakt =
        Deployment.inProcesses(
            home,
            Configs.provider(
                upstream, "summarize, chunkBytes: 64KiB", "{ firstAfter: 200ms, every: 1s }"),
            Layout.ONE_OF_EACH
                .setting("router", "router.stateMemory", "8MiB")
                .option("ingress", temporary)
                .option("worker", temporary)
                .setting("worker", "kafka.dataDir", other.toString()));
    client = new Client(kompakt.data());
  }

  @AfterEach
  void everyCompactionHasEndedOnce() throws IOException {
    disks().forEach(SmallDisk::clear);
    for (String name : List.of("broker", "router")) {
      if (!kompakt.alive(name)) {
        kompakt.start(name);
      }
    }
    assertThat(Audit.violations(kompakt, upstream)).isEmpty();
  }

  @AfterAll
  void stop() {
    if (kompakt != null) {
      kompakt.close();
    }
    disks().forEach(SmallDisk::close);
    upstream.close();
  }

  /// The first: nothing is loaded yet that others need.
  @Test
  @Order(1)
  void shouldRefuseOnlyTurnsThatDoNotFitIntoMemoryWhenTheDiskOfIngressAndWorkerIsFull()
      throws IOException {
    // Given
    upstream.answering(_ -> Reply.success());
    String large = turn(SPLIT_BYTES + Spool.MEMORY_BYTES);
    otherDisk.fill(0);
    int before = upstream.count();

    // When
    HttpResponse<String> refused = client.post(RESPONSES, large);

    // Then
    assertThat(refused.statusCode()).as(refused.body()).isEqualTo(503);
    assertThat(refused.headers().firstValueAsLong("retry-after")).isPresent();
    assertThat(Client.json(refused).path("error").path("code").asString()).isEqualTo("not_held");
    assertThat(upstream.count()).isEqualTo(before);
    assertThat(client.post(RESPONSES, turn(1000)).statusCode()).isEqualTo(200);
    Client.assertSummarized(client.compact(history(3 * Spool.MEMORY_BYTES)));

    // When
    otherDisk.clear();

    // Then
    assertThat(client.post(RESPONSES, large).statusCode()).isEqualTo(200);
  }

  @Test
  void shouldRefuseWhatIsNewAndEndWhatWasAcceptedOnceThereIsRoomWhenTheBrokersDiskIsFull()
      throws IOException {
    // Given
    CountDownLatch released = new CountDownLatch(1);
    int before = upstream.count();
    upstream.answering(_ -> Reply.success().after(released));
    CompletableFuture<HttpResponse<String>> running =
        client.postAsync(COMPACT, history(SPLIT_BYTES));
    upstream.awaitCalls(before + 1, SOON);

    // When
    brokerDisk.fill(64 << 10);
    HttpResponse<String> refused = client.compact(history(4_000_000));

    // Then
    assertThat(refused.statusCode()).as(refused.body()).isEqualTo(503);
    assertThat(refused.headers().firstValueAsLong("retry-after")).isPresent();
    assertThat(kompakt.awaitExit("broker", SOON)).isEqualTo(1);
    assertThat(kompakt.log("broker")).contains("No space left on device");

    // When
    brokerDisk.clear();
    kompakt.start("broker");
    released.countDown();

    // Then
    Client.assertSummarized(Client.await(running));
    Client.assertSummarized(client.compact(history(SPLIT_BYTES)));
  }

  @Test
  void shouldEndAndGoOnOnceThereIsRoomWhenTheRoutersDiskFillsWhileItRuns() throws IOException {
    // Given
    int before = upstream.count();
    upstream.answering(_ -> Reply.success());

    // When
    routerDisk.fill(0);
    List<CompletableFuture<HttpResponse<String>>> running = new ArrayList<>();
    for (int i = 0; i < 40 && kompakt.alive("router"); i++) {
      running.add(client.postAsync(COMPACT, history(SPLIT_BYTES)));
    }

    // Then
    assertThat(kompakt.awaitExit("router", SOON)).isEqualTo(1);
    assertThat(kompakt.log("router").lines().toList().getLast()).contains(NO_ROOM, "/router");

    // When
    routerDisk.clear();
    kompakt.start("router");

    // Then
    running.forEach(answer -> Client.assertSummarized(Client.await(answer)));
    assertNothingWasBoughtTwiceSince(before);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldEndAtOnceAndSayWhyWhenTheRouterStartsOnAFullDisk(boolean hadState) throws IOException {
    // Given
    int before = upstream.count();
    upstream.answering(_ -> Reply.success());
    kompakt.kill("router");
    if (!hadState) {
      routerDisk.empty();
    }
    routerDisk.fill(0);
    CompletableFuture<HttpResponse<String>> running =
        client.postAsync(COMPACT, history(SPLIT_BYTES));

    // When
    assertThatThrownBy(() -> kompakt.start("router"))
        .hasMessageStartingWith("router ended before it was ready");

    // Then
    assertThat(kompakt.awaitExit("router", SOON)).isEqualTo(1);
    assertThat(kompakt.log("router").lines().toList().getLast()).contains(NO_ROOM, "/router");
    assertThat(running).isNotDone();

    // When
    routerDisk.clear();
    kompakt.start("router");

    // Then
    Client.assertSummarized(Client.await(running));
    assertNothingWasBoughtTwiceSince(before);
  }

  private List<SmallDisk> disks() {
    return Stream.of(brokerDisk, routerDisk, otherDisk).filter(Objects::nonNull).toList();
  }

  private void assertNothingWasBoughtTwiceSince(int before) {
    assertThat(upstream.calls().subList(before, upstream.count()))
        .extracting(Call::sha256)
        .doesNotHaveDuplicates();
  }

  private static String turn(long bytes) {
    return "{\"model\":\"gpt-5.5\",\"input\":\""
        + Canaries.TEXT
        + "x".repeat(Math.toIntExact(bytes))
        + "\"}";
  }

  private String history(long bytes) {
    return Histories.ofBytes(++seed, bytes).toText();
  }
}
