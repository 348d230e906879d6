package dev.kompakt.it;

import static dev.kompakt.it.Client.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kompakt.bootstrap.fault.CrashPoint;
import dev.kompakt.testing.Call;
import dev.kompakt.testing.Canaries;
import dev.kompakt.testing.Cluster;
import dev.kompakt.testing.Deployment;
import dev.kompakt.testing.FakeUpstream;
import dev.kompakt.testing.Fault;
import dev.kompakt.testing.Histories;
import dev.kompakt.testing.Layout;
import dev.kompakt.testing.Reply;
import dev.kompakt.testing.audit.Audit;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/// A router that is killed, is away, or has lost its state: rows S1 to S3 of the fault matrix.
@Patient
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class RouterFaultsIT {
  private static final Duration SOON = Duration.ofSeconds(40);
  private static final String COMPACT = "/v1/responses/compact";
  private static final String TASKS = "router/router/kompakt.router";
  private static final long SPLIT_BYTES = 250_000;

  private Path home = Path.of(".");
  private FakeUpstream upstream;
  private Cluster kompakt;
  private Client client;
  private int seed;

  /// What comes of the files of a router's stores.
  enum Damage {
    DELETED,
    DATA_FLIPPED,
    MANIFEST_FLIPPED;

    void inflict(Path tasks) throws IOException {
      try (Stream<Path> files = Files.walk(tasks)) {
        List<Path> all = files.sorted(Comparator.reverseOrder()).toList();
        assertThat(all).as("tables").anyMatch(file -> file.toString().endsWith(".sst"));
        for (Path file : all) {
          String name = file.getFileName().toString();
          switch (this) {
            case DELETED -> Files.delete(file);
            case DATA_FLIPPED -> flip(file, name.endsWith(".sst"), 8);
            case MANIFEST_FLIPPED -> flip(file, name.startsWith("MANIFEST-"), 12);
          }
        }
      }
    }

    private static void flip(Path file, boolean applies, int at) throws IOException {
      if (applies) {
        byte[] bytes = Files.readAllBytes(file);
        bytes[at] ^= 0x55;
        Files.write(file, bytes);
      }
    }
  }

  @BeforeAll
  void start(@TempDir Path directory) {
    home = directory;
    upstream = FakeUpstream.start().summarizing(Audit::receipt);
    kompakt =
        Deployment.inProcesses(
            home,
            Configs.provider(
                upstream, "summarize, chunkBytes: 64KiB", "{ firstAfter: 200ms, every: 200ms }"),
            Layout.ONE_OF_EACH.linked("router"));
    client = new Client(kompakt.data());
  }

  @AfterEach
  void everyCompactionHasEndedOnceAndNoCallWasRepeated() {
    if (!kompakt.alive("router")) {
      kompakt.start("router");
    }
    assertThat(Audit.violations(kompakt, upstream)).isEmpty();
    assertThat(upstream.calls()).extracting(Call::sha256).doesNotHaveDuplicates();
  }

  @AfterAll
  void stop() {
    if (kompakt != null) {
      kompakt.close();
    }
    upstream.close();
  }

  @Test
  void shouldEndEachOnceAndCountWhatWasCalledWhenKilledAgainAndAgain() {
    // Given
    upstream.answering(_ -> Reply.success().after(Duration.ofMillis(400)));
    kompakt.crashAt("router", CrashPoint.ROUTER_DECIDED, 9);
    List<CompletableFuture<HttpResponse<String>>> answers =
        Stream.generate(() -> client.postAsync(COMPACT, history(SPLIT_BYTES))).limit(8).toList();

    // When
    assertThat(kompakt.awaitExit("router", SOON)).isEqualTo(137);
    kompakt.crashAt("router", CrashPoint.ROUTER_BEFORE_COMMIT, 5);
    assertThat(kompakt.awaitExit("router", SOON)).isEqualTo(137);
    kompakt.start("router");
    int before = upstream.count();
    upstream.awaitCalls(before + 3, SOON);
    kompakt.crash("router");

    // Then
    answers.forEach(answer -> Client.assertSummarized(Client.await(answer)));
    await().atMost(SOON).untilAsserted(() -> assertThat(counted()).isEqualTo(upstream.count()));
  }

  @ParameterizedTest
  @CsvSource({"ROUTER_COMMITTING, 3", "ROUTER_COMMITTED, 2"})
  void shouldDecideAndCallOnceWhenKilledAtItsCommit(CrashPoint point, int nth) {
    // Given
    upstream.answering(_ -> Reply.success());
    kompakt.crashAt("router", point, nth);

    // When
    CompletableFuture<HttpResponse<String>> answer =
        client.postAsync(COMPACT, history(SPLIT_BYTES));
    assertThat(kompakt.awaitExit("router", SOON)).isEqualTo(137);
    kompakt.start("router");

    // Then
    Client.assertSummarized(Client.await(answer));
  }

  @ParameterizedTest
  @EnumSource
  void shouldGoOnFromTheChangelogWhenItsStateIs(Damage damage) throws IOException {
    // Given
    String done = history(Histories.SMALL_BYTES);
    Client.assertSummarized(client.compact(done));
    CountDownLatch released = new CountDownLatch(1);
    int before = upstream.count();
    upstream.answering(
        call -> call.number() > before + 3 ? Reply.success().after(released) : Reply.success());
    CompletableFuture<HttpResponse<String>> running =
        client.postAsync(COMPACT, history(SPLIT_BYTES));
    upstream.awaitCalls(before + 5, SOON);

    // When
    kompakt.terminate("router");
    var _ = kompakt.awaitExit("router", SOON);
    damage.inflict(home.resolve(TASKS));
    kompakt.start("router");
    released.countDown();

    // Then
    Client.assertSummarized(Client.await(running));
    int calls = upstream.count();
    Client.assertSummarized(client.compact(done));
    assertThat(upstream.count()).isEqualTo(calls);
  }

  @Test
  void shouldNotBeReadyWhileItRestores() throws Exception {
    // Given
    Client.assertSummarized(client.compact(history(SPLIT_BYTES)));
    kompakt.terminate("router");
    var _ = kompakt.awaitExit("router", SOON);
    Damage.DELETED.inflict(home.resolve(TASKS));
    kompakt.link("router").set(new Fault.Latency(Duration.ofMillis(100)));

    // When
    CompletableFuture<Void> started = CompletableFuture.runAsync(() -> kompakt.start("router"));
    await().atMost(SOON).pollInterval(Duration.ofMillis(10)).until(this::hasStores);
    kompakt.link("router").set(new Fault.BlackHole());

    // Then
    assertThat(new Client(kompakt.admin("router")).get("/readyz").statusCode()).isEqualTo(503);
    assertThat(new Client(kompakt.admin("router")).get("/livez").statusCode()).isEqualTo(200);

    // When
    kompakt.link("router").heal();

    // Then
    Client.await(started);
    Client.assertSummarized(client.compact(history(Histories.SMALL_BYTES)));
  }

  @Test
  void shouldKeepWhatIsAcceptedUntilThereIsARouterAgain() throws IOException {
    // Given
    kompakt.terminate("router");
    var _ = kompakt.awaitExit("router", SOON);

    // When
    HttpResponse<String> accepted =
        client.compact(history(Histories.SMALL_BYTES), "prefer", "respond-async");
    HttpResponse<InputStream> parked = client.parked(COMPACT, history(Histories.SMALL_BYTES));
    HttpResponse<String> turn =
        client.post(
            "/v1/responses",
            "{\"model\":\"gpt-5.5\",\"input\":\"without a router " + Canaries.TEXT + "\"}");

    // Then
    assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(202);
    String location = accepted.headers().firstValue("location").orElseThrow();
    assertThat(client.get(location).statusCode()).isEqualTo(200);
    assertThat(turn.statusCode()).as(turn.body()).isEqualTo(200);
    try (InputStream body = parked.body()) {
      assertThat(body.readNBytes(3)).as("keepalives").containsOnly('\n');

      // When
      kompakt.start("router");

      // Then
      String answer = new String(body.readAllBytes(), StandardCharsets.UTF_8);
      assertThat(Client.compactionItems(Client.JSON.readTree(answer))).hasSize(1);
    }
    await()
        .atMost(SOON)
        .until(() -> json(client.get(location)).path("status").asString().equals("completed"));
  }

  private String history(long bytes) {
    return Histories.ofBytes(++seed, bytes).toText();
  }

  /// Calls of all accounts, as the admin API tells them.
  private long counted() {
    long calls = 0;
    for (JsonNode account :
        json(new Client(kompakt.admin()).get("/admin/v1/accounts")).path("data")) {
      calls += account.path("calls").asLong();
    }
    return calls;
  }

  private boolean hasStores() throws IOException {
    Path tasks = home.resolve(TASKS);
    if (!Files.isDirectory(tasks)) {
      return false;
    }
    try (Stream<Path> entries = Files.list(tasks)) {
      return entries.anyMatch(task -> Files.isDirectory(task.resolve("rocksdb")));
    }
  }
}
