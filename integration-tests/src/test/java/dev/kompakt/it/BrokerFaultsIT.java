package dev.kompakt.it;

import static dev.kompakt.it.Client.json;
import static dev.kompakt.it.Testbed.COMPACT;
import static dev.kompakt.it.Testbed.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kompakt.schemas.record.DeadLetter;
import dev.kompakt.schemas.topic.Topics;
import dev.kompakt.testing.Call;
import dev.kompakt.testing.Cluster;
import dev.kompakt.testing.FakeUpstream;
import dev.kompakt.testing.Layout;
import dev.kompakt.testing.Reply;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
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
  /// A record is waited for 30 s.
  private static final Duration REFUSED_WITHIN = Duration.ofSeconds(35);

  private static final long SPLIT_BYTES = 250_000;
  private static final int PARALLEL = 4;

  @AutoClose private Testbed bed;
  private FakeUpstream upstream;
  private Cluster kompakt;
  private Client client;

  @BeforeAll
  void start(@TempDir Path home) {
    bed =
        Testbed.start(
            home,
            Layout.ONE_OF_EACH,
            provider ->
                Configs.provider(
                    provider,
                    "summarize, chunkBytes: 64KiB",
                    "{ firstAfter: 200ms, every: 200ms }"));
    upstream = bed.upstream();
    kompakt = bed.kompakt();
    client = bed.client();
  }

  @AfterEach
  void mend() {
    bed.mend();
  }

  @Test
  void shouldRefuseWhatIsNewAndKeepWhatIsParkedWhileTheBrokerIsDead() throws IOException {
    // Given
    int before = upstream.count();
    bed.hold();
    CompletableFuture<HttpResponse<String>> running = bed.submit(bed.history(SPLIT_BYTES));
    HttpResponse<InputStream> parked = client.parked(COMPACT, bed.history());
    upstream.awaitCalls(before + 2, SOON);

    // When
    kompakt.kill("broker");
    int inFlight = upstream.count() - before;
    long asked = System.nanoTime();
    HttpResponse<String> refused = client.compact(bed.history());
    Duration waited = Duration.ofNanos(System.nanoTime() - asked);
    bed.release();

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
    Client.assertSummarized(client.compact(bed.history()));
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
        Stream.generate(() -> bed.submit(bed.history(SPLIT_BYTES))).limit(4).toList();
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
    String body = bed.history(SPLIT_BYTES);
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
    int before = upstream.count();
    bed.hold();
    String location =
        client
            .compact(bed.history(2 * SPLIT_BYTES), "prefer", "respond-async")
            .headers()
            .firstValue("location")
            .orElseThrow();
    upstream.awaitCalls(before + 1, SOON);

    // When
    Records.deletePayloads(kompakt);
    bed.release();

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

  private void assertRepeated(int before, int atMost) {
    List<Call> calls = upstream.calls().subList(before, upstream.count());
    long different = calls.stream().map(Call::sha256).distinct().count();
    assertThat(calls.size() - different).as("repeated calls").isBetween(0L, (long) atMost);
  }
}
