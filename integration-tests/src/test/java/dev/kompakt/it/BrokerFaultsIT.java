package dev.kompakt.it;

import static dev.kompakt.it.Client.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kompakt.schemas.record.DeadLetter;
import dev.kompakt.schemas.topic.Topics;
import dev.kompakt.testing.Call;
import dev.kompakt.testing.Cluster;
import dev.kompakt.testing.Deployment;
import dev.kompakt.testing.FakeUpstream;
import dev.kompakt.testing.Histories;
import dev.kompakt.testing.Reply;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The only broker goes and comes back, takes less than it is given, has deleted what is needed:
/// rows B1, B6 and B8 of the fault matrix.
@Patient
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class BrokerFaultsIT {
  private static final Duration SOON = Duration.ofSeconds(40);

  /// A record is waited for 30 s.
  private static final Duration REFUSED_WITHIN = Duration.ofSeconds(35);

  private static final String COMPACT = "/v1/responses/compact";
  private static final long SPLIT_BYTES = 250_000;
  private static final int PARALLEL = 4;

  private FakeUpstream upstream;
  private Cluster kompakt;
  private Client client;
  private int seed;

  @BeforeAll
  void start(@TempDir Path home) {
    upstream = FakeUpstream.start();
    kompakt =
        Deployment.inProcesses(
            home,
            Configs.provider(
                upstream, "summarize, chunkBytes: 64KiB", "{ firstAfter: 200ms, every: 200ms }"));
    client = new Client(kompakt.data());
  }

  @AfterEach
  void everyCompactionHasEndedOnce() {
    upstream.answering(_ -> Reply.success());
    for (String name : List.of("broker", "ingress")) {
      if (!kompakt.alive(name)) {
        kompakt.start(name);
      }
    }
    assertThat(Records.endings(kompakt).values()).as("ends of each compaction").containsOnly(1);
  }

  @AfterAll
  void stop() {
    if (kompakt != null) {
      kompakt.close();
    }
    upstream.close();
  }

  @Test
  void shouldRefuseWhatIsNewAndKeepWhatIsParkedWhileTheBrokerIsDead() throws IOException {
    // Given
    CountDownLatch released = new CountDownLatch(1);
    int before = upstream.count();
    upstream.answering(_ -> Reply.success().after(released));
    CompletableFuture<HttpResponse<String>> running =
        client.postAsync(COMPACT, history(SPLIT_BYTES));
    HttpResponse<InputStream> parked = client.parked(COMPACT, history(Histories.SMALL_BYTES));
    upstream.awaitCalls(before + 2, SOON);

    // When
    kompakt.kill("broker");
    int inFlight = upstream.count() - before;
    long asked = System.nanoTime();
    HttpResponse<String> refused = client.compact(history(Histories.SMALL_BYTES));
    Duration waited = Duration.ofNanos(System.nanoTime() - asked);
    released.countDown();

    // Then
    assertThat(refused.statusCode()).as(refused.body()).isEqualTo(503);
    assertThat(refused.headers().firstValueAsLong("retry-after")).isPresent();
    assertThat(waited).isLessThan(REFUSED_WITHIN);
    try (InputStream body = parked.body()) {
      assertThat(body.readNBytes(beats(waited))).as("keepalives").containsOnly('\n');

      // When
      kompakt.start("broker");

      // Then
      String answer = new String(body.readAllBytes(), StandardCharsets.UTF_8);
      assertThat(Client.compactionItems(Client.JSON.readTree(answer))).hasSize(1);
    }
    Client.assertSummarized(Client.await(running));
    assertRepeated(before, inFlight);
    Client.assertSummarized(client.compact(history(Histories.SMALL_BYTES)));
  }

  /// Half of those that were due.
  private static int beats(Duration waited) {
    return (int) (waited.toMillis() / 200 / 2);
  }

  @Test
  void shouldEndAllThatRunsWhenTheBrokerRestarts() {
    // Given
    int before = upstream.count();
    upstream.answering(_ -> Reply.success().after(Duration.ofMillis(300)));
    List<CompletableFuture<HttpResponse<String>>> running =
        Stream.generate(() -> client.postAsync(COMPACT, history(SPLIT_BYTES))).limit(4).toList();
    upstream.awaitCalls(before + PARALLEL, SOON);

    // When
    kompakt.restart("broker");
    upstream.awaitCalls(before + 2 * PARALLEL, SOON);
    kompakt.crash("broker");

    // Then
    running.forEach(answer -> Client.assertSummarized(Client.await(answer)));
    assertRepeated(before, 0);
  }

  @Test
  void shouldRefuseBeforeAnythingIsAcceptedWhenTheBrokerTakesNoRecordOfThatSize() throws Exception {
    // Given
    String body = history(SPLIT_BYTES);
    int known = Records.endings(kompakt).size();
    setMaxMessageBytes("1000");

    // When
    long asked = System.nanoTime();
    HttpResponse<String> refused = client.compact(body);

    // Then
    assertThat(refused.statusCode()).as(refused.body()).isEqualTo(503);
    assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(Duration.ofSeconds(10));
    assertThat(kompakt.log("ingress")).contains("RecordTooLarge");
    assertThat(Records.endings(kompakt)).hasSize(known);

    // When
    kompakt.terminate("ingress");
    var _ = kompakt.awaitExit("ingress", SOON);

    // Then
    assertThatThrownBy(() -> kompakt.start("ingress")).isInstanceOf(IllegalStateException.class);
    assertThat(kompakt.awaitExit("ingress", SOON)).isEqualTo(78);
    assertThat(kompakt.log("ingress"))
        .contains("topic kompakt.payloads has max.message.bytes=1000, less than 1114112");

    // When
    setMaxMessageBytes("1114112");
    kompakt.start("ingress");

    // Then
    Client.assertSummarized(client.compact(body));
  }

  @Test
  void shouldSayThatAPayloadIsLostWhenItIsDeletedBeforeItsCompactionIsDone() throws Exception {
    // Given
    CountDownLatch released = new CountDownLatch(1);
    int before = upstream.count();
    upstream.answering(_ -> Reply.success().after(released));
    String location =
        client
            .compact(history(2 * SPLIT_BYTES), "prefer", "respond-async")
            .headers()
            .firstValue("location")
            .orElseThrow();
    upstream.awaitCalls(before + 1, SOON);

    // When
    deletePayloads();
    released.countDown();

    // Then
    await()
        .atMost(SOON)
        .until(() -> json(client.get(location)).path("status").asString().equals("failed"));
    assertThat(client.get(location).body()).contains("payload_lost");
    assertThat(Records.of(kompakt, Topics.DEAD_LETTERS))
        .extracting(DeadLetter::cause)
        .containsExactly(DeadLetter.Cause.PAYLOAD_LOST);
    assertThat(upstream.count() - before).isLessThanOrEqualTo(PARALLEL);
  }

  private void setMaxMessageBytes(String bytes) throws Exception {
    ConfigResource payloads = new ConfigResource(ConfigResource.Type.TOPIC, Topics.PAYLOADS.name());
    AlterConfigOp set =
        new AlterConfigOp(
            new ConfigEntry(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, bytes), AlterConfigOp.OpType.SET);
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", kompakt.broker()))) {
      admin.incrementalAlterConfigs(Map.of(payloads, List.of(set))).all().get();
    }
  }

  /// As retention does.
  private void deletePayloads() throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", kompakt.broker()))) {
      String topic = Topics.PAYLOADS.name();
      Map<TopicPartition, RecordsToDelete> all = new HashMap<>();
      admin
          .describeTopics(List.of(topic))
          .allTopicNames()
          .get()
          .values()
          .forEach(
              described ->
                  described
                      .partitions()
                      .forEach(
                          partition ->
                              all.put(
                                  new TopicPartition(topic, partition.partition()),
                                  RecordsToDelete.beforeOffset(-1))));
      admin.deleteRecords(all).all().get();
    }
  }

  private void assertRepeated(int before, int atMost) {
    List<Call> calls = upstream.calls().subList(before, upstream.count());
    long different = calls.stream().map(Call::sha256).distinct().count();
    assertThat(calls.size() - different).as("repeated calls").isBetween(0L, (long) atMost);
  }

  private String history(long bytes) {
    return Histories.ofBytes(++seed, bytes).toText();
  }
}
