package dev.kompakt.it;

import static dev.kompakt.it.Client.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kompakt.schemas.topic.Topics;
import dev.kompakt.testing.Call;
import dev.kompakt.testing.Cluster;
import dev.kompakt.testing.Deployment;
import dev.kompakt.testing.FakeUpstream;
import dev.kompakt.testing.Histories;
import dev.kompakt.testing.Layout;
import dev.kompakt.testing.Reply;
import dev.kompakt.testing.audit.Audit;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// One of three brokers is killed while compactions run, then another: row B2 of the fault matrix.
@Patient
class ThreeBrokersFaultsIT {
  private static final Duration SOON = Duration.ofSeconds(40);
  private static final String COMPACT = "/v1/responses/compact";
  private static final long SPLIT_BYTES = 250_000;

  @TempDir private Path home;

  @Test
  @Timeout(180)
  void shouldEndAllThatWasAcceptedWhenOneBrokerAfterAnotherIsKilled() throws Exception {
    try (FakeUpstream upstream = FakeUpstream.start().summarizing(Audit::receipt);
        Cluster kompakt =
            Deployment.inProcesses(
                home,
                Configs.provider(
                    upstream, "summarize, chunkBytes: 64KiB", "{ firstAfter: 200ms, every: 1s }"),
                Layout.ONE_OF_EACH.brokers(3))) {
      Client client = new Client(kompakt.data());
      List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
      upstream.answering(_ -> Reply.success().after(Duration.ofMillis(500)));

      // When
      answers.addAll(several(client, 0));
      upstream.awaitCalls(6, SOON);
      String first = broker(ledBy(kompakt));
      kompakt.kill(first);
      answers.addAll(several(client, 10));
      answers.forEach(Client::await);
      kompakt.start(first);
      awaitInSync(kompakt);

      // When
      int before = upstream.count();
      answers.addAll(several(client, 20));
      upstream.awaitCalls(before + 3, SOON);
      String second = broker(controlledBy(kompakt));
      kompakt.kill(second);

      // Then
      for (CompletableFuture<HttpResponse<String>> answer : answers) {
        HttpResponse<String> response = Client.await(answer);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        assertThat(Client.compactionItems(json(response))).hasSize(1);
      }
      assertThat(upstream.calls()).extracting(Call::sha256).doesNotHaveDuplicates();
      kompakt.start(second);
      assertThat(Audit.violations(kompakt, upstream)).isEmpty();
    }
  }

  private static List<CompletableFuture<HttpResponse<String>>> several(Client client, int seed) {
    return Stream.iterate(seed, next -> next + 1)
        .limit(4)
        .map(number -> Histories.ofBytes(number, SPLIT_BYTES).toBytes())
        .map(body -> client.postAsync(COMPACT, new String(body, StandardCharsets.UTF_8)))
        .toList();
  }

  private static String broker(int node) {
    return node == 1 ? "broker" : "broker-" + node;
  }

  /// Who leads the first lane.
  private static int ledBy(Cluster kompakt) throws Exception {
    try (Admin admin = admin(kompakt)) {
      return admin
          .describeTopics(List.of(Topics.JOBS.name()))
          .allTopicNames()
          .get()
          .values()
          .stream()
          .map(lanes -> lanes.partitions().getFirst().leader().id())
          .findFirst()
          .orElseThrow();
    }
  }

  private static int controlledBy(Cluster kompakt) throws Exception {
    try (Admin admin = admin(kompakt)) {
      return admin.describeMetadataQuorum().quorumInfo().get().leaderId();
    }
  }

  /// Waits until every partition has its three copies again.
  private static void awaitInSync(Cluster kompakt) throws Exception {
    try (Admin admin = admin(kompakt)) {
      await()
          .atMost(SOON)
          .until(
              () -> {
                var all = admin.describeTopics(admin.listTopics().names().get()).allTopicNames();
                return all.get().values().stream()
                    .flatMap(topic -> topic.partitions().stream())
                    .allMatch(partition -> partition.isr().size() == 3);
              });
    }
  }

  private static Admin admin(Cluster kompakt) {
    return Admin.create(Map.of("bootstrap.servers", kompakt.broker()));
  }
}
