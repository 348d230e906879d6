package dev.kompakt.it;

import static dev.kompakt.it.Client.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kompakt.it.Operator.Ran;
import dev.kompakt.testing.Call;
import dev.kompakt.testing.Canaries;
import dev.kompakt.testing.Deployment;
import dev.kompakt.testing.FakeUpstream;
import dev.kompakt.testing.Histories;
import dev.kompakt.testing.Reply;
import dev.kompakt.testing.SyntheticRequest;
import dev.kompakt.testing.audit.Audit;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Failed compactions as an operator sees them and goes on with them, by the command line. The last
/// test loses all payloads.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(120)
class ReplayIT {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final long HISTORY_BYTES = 300 << 10;

  /// What the estimate of a request counts beside its content.
  private static final long FRAME_BYTES = 8 << 10;

  private FakeUpstream upstream;
  private Deployment deployment;
  private Client client;
  private Operator operator;
  private int seed;

  @BeforeAll
  void start(@TempDir Path home) {
    upstream = FakeUpstream.start(Audit::receipt);
    deployment =
        Deployment.inOneJvm(
            home,
            Configs.provider(upstream, "native, chunkBytes: 100KiB", "{ firstAfter: 30s }")
                + "compaction: { parallelChunks: 1 }\n");
    client = new Client(deployment.data());
    operator = new Operator(deployment, home);
  }

  @AfterAll
  void stop() {
    try (var _ = upstream;
        var _ = deployment) {
      assertThat(Audit.violations(deployment, upstream)).isEmpty();
    }
  }

  @BeforeEach
  void forget() {
    upstream.reset();
  }

  private String status(String id) {
    return json(client.get("/v1/compactions/" + id)).path("status").asString();
  }

  /// Has it fail for good, and tells its id once its dead letter is there.
  private String failing(SyntheticRequest history) {
    HttpResponse<String> accepted =
        client.post("/v1/responses/compact", history.toBytes(), "prefer", "respond-async");
    String id = json(accepted).path("id").asString();
    await().atMost(SOON).until(() -> status(id).equals("failed"));
    await().atMost(SOON).until(() -> operator.run("dead-letter", "show", id).exit() == 0);
    return id;
  }

  /// A small one that is rejected.
  private String rejected() {
    upstream.answering(_ -> Reply.invalidRequest());
    return failing(Histories.small(++seed));
  }

  @Test
  @Order(1)
  void shouldBuyOnlyTheMissingChunkAsItsEstimateSaid() {
    // Given
    SyntheticRequest history = Histories.ofBytes(++seed, HISTORY_BYTES);
    int lastMark = history.marks() - 1;
    upstream.answering(
        call -> call.marks().contains(lastMark) ? Reply.invalidRequest() : Reply.success());
    String id = failing(history);
    int bought = upstream.accepted().size();
    assertThat(bought).as("chunks bought before the last failed").isGreaterThan(1);

    // When
    Ran listed = operator.run("dead-letter", "list", "--cause", "rejected", "--since", "1h");
    Ran shown = operator.run("dead-letter", "show", id);
    int asked = upstream.count();
    Ran dry = operator.run("replay", id, "--dry-run");
    int askedAfterDry = upstream.count();
    upstream.answering(_ -> Reply.success());
    Ran replayed = operator.run("replay", id);

    // Then
    JsonNode letter = listed.json().get(0);
    assertThat(letter.path("id").asString()).isEqualTo(id);
    assertThat(letter.path("code").asString()).isEqualTo("invalid_value");
    assertThat(shown.json().at("/pointers/results")).hasSize(bought);
    assertThat(listed.out() + shown.out() + dry.out()).doesNotContain(Canaries.TEXT);
    assertThat(dry.exit()).as(dry.err()).isZero();
    assertThat(askedAfterDry).isEqualTo(asked);

    // Then
    assertThat(replayed.exit()).as(replayed.err()).isZero();
    List<Call> missing = upstream.calls().subList(asked, upstream.count());
    JsonNode estimate = dry.json().get(0).path("remaining");
    long bytes = missing.stream().mapToLong(Call::bodyBytes).sum();
    assertThat(missing).as("the chunk and the merge").hasSize(estimate.path("calls").asInt());
    assertThat(missing).hasSize(2);
    assertThat(replayed.err()).contains("1 completed; calls made: 2");
    assertThat(estimate.path("bytes").asLong())
        .isBetween(bytes - FRAME_BYTES, bytes + 2 * FRAME_BYTES);
    assertThat(estimate.path("tokens").asLong())
        .isEqualTo((estimate.path("bytes").asLong() + 3) / 4);
    assertThat(missing.getFirst().marks()).contains(lastMark);
    assertThat(
            upstream.accepted().stream()
                .limit(bought + 1)
                .flatMap(call -> call.marks().stream())
                .sorted()
                .toList())
        .as("each part was bought once")
        .isEqualTo(IntStream.range(0, history.marks()).boxed().toList());
    assertThat(upstream.violations()).isEmpty();

    // Then
    JsonNode found = json(client.get("/v1/compactions/" + id));
    assertThat(found.path("status").asString()).isEqualTo("completed");
    assertThat(found.at("/result/output").size()).isPositive();
    assertThat(client.post("/v1/responses/compact", history.toBytes()).statusCode()).isEqualTo(200);
    assertThat(upstream.count()).isEqualTo(asked + missing.size());
    assertThat(operator.run("dead-letter", "list").out()).doesNotContain(id);
  }

  @Test
  @Order(2)
  void shouldMakeOneReplayWhenTwoOperatorsAskForTheSame() throws Exception {
    // Given
    String id = rejected();
    upstream.answering(_ -> Reply.success().after(Duration.ofSeconds(1)));
    int asked = upstream.count();

    // When
    Operator.Running one = operator.start("replay", id);
    Operator.Running other = operator.start("replay", id);
    List<Ran> both = List.of(one.ended(), other.ended());

    // Then
    assertThat(both).allSatisfy(ran -> assertThat(ran.exit()).as(ran.err()).isZero());
    assertThat(both.stream().map(ran -> ran.json().at("/0/id").asString()).distinct()).hasSize(1);
    assertThat(both.stream().map(ran -> ran.json().at("/0/outcome").asString()))
        .containsExactlyInAnyOrder("created", "existing");
    assertThat(both.stream().map(ran -> ran.json().at("/0/status").asString()))
        .containsOnly("completed");
    assertThat(upstream.count()).isEqualTo(asked + 1);

    // Then
    Ran late = operator.run("replay", id);
    assertThat(late.exit()).isZero();
    assertThat(late.json().at("/0/outcome").asString()).isEqualTo("existing");
    assertThat(late.json().at("/0/id").asString())
        .isEqualTo(both.getFirst().json().at("/0/id").asString());
    assertThat(upstream.count()).isEqualTo(asked + 1);
  }

  @Test
  @Order(3)
  void shouldGoWhereAndHowTheOperatorSays() {
    // Given
    String toLocal = rejected();
    String toTheOther = rejected();
    int asked = upstream.count();

    // When
    Ran local = operator.run("replay", toLocal, "--mode", "local");
    upstream.answering(_ -> Reply.success());
    String next = operator.run("account", "explain").err();
    String other = next.contains("goes to team-a") ? "b" : "a";
    Ran byOther =
        operator.run("replay", toTheOther, "--account", "team-" + other, "--mode", "summarize");
    Ran wrong = operator.run("replay", toTheOther, "--account", "nobody");

    // Then
    assertThat(next).contains("goes to team-");
    assertThat(local.exit()).as(local.err()).isZero();
    assertThat(status(toLocal)).isEqualTo("completed");
    assertThat(byOther.exit()).as(byOther.err()).isZero();
    List<Call> calls = upstream.calls().subList(asked, upstream.count());
    assertThat(calls).hasSize(1);
    assertThat(calls.getFirst().authorization()).endsWith(Canaries.SECRET + other);
    assertThat(calls.getFirst().endpoint()).isEqualTo(Call.Endpoint.SUMMARY);
    assertThat(wrong.exit()).isEqualTo(2);
    assertThat(wrong.err()).contains("account must be one of");
  }

  @Test
  @Order(4)
  void shouldReplayWhatIsSelectedOnlyWhenTold() {
    // Given
    String one = rejected();
    String other = rejected();
    upstream.answering(_ -> Reply.success());
    int asked = upstream.count();

    // When
    Ran grouped = operator.run("dead-letter", "list", "--group");
    Ran shown = operator.run("replay", "--cause", "rejected");
    int untold = upstream.count();
    Instant told = Instant.now();
    Ran replayed = operator.run("replay", "--cause", "rejected", "--rate", "1/s", "--yes");
    Ran again = operator.run("replay", "--cause", "rejected", "--yes");
    Ran listed = operator.run("replay", "list", "--status", "completed");

    // Then
    assertThat(grouped.json().at("/0/cause").asString()).isEqualTo("rejected");
    assertThat(grouped.json().at("/0/count").asInt()).isEqualTo(2);
    assertThat(shown.exit()).isEqualTo(2);
    assertThat(shown.err()).contains("2 can be replayed", "--yes");
    assertThat(untold).isEqualTo(asked);
    assertThat(replayed.exit()).as(replayed.err()).isZero();
    assertThat(replayed.err()).contains("2 completed");
    List<Call> calls = upstream.calls().subList(asked, upstream.count());
    assertThat(calls).hasSize(2);
    assertThat(calls.getLast().startedAt())
        .as("the second a second later")
        .isAfterOrEqualTo(told.plusSeconds(1));
    assertThat(List.of(status(one), status(other))).containsOnly("completed");
    assertThat(again.exit()).isZero();
    assertThat(again.err()).contains("nothing to replay");
    assertThat(listed.out()).contains(one, other);
  }

  @Test
  @Order(5)
  void shouldReportAndNotAttemptWhatIsPastRetention() throws Exception {
    // Given
    String id = rejected();
    upstream.answering(_ -> Reply.success());
    int asked = upstream.count();
    Records.deletePayloads(deployment);

    // When
    Ran replayed = operator.run("replay", id);
    Ran unknown = operator.run("replay", "cmpn_" + "0".repeat(40));

    // Then
    assertThat(replayed.exit()).isEqualTo(1);
    assertThat(replayed.json().at("/0/outcome").asString()).isEqualTo("lost");
    assertThat(replayed.err()).contains("1 lost");
    assertThat(status(id)).isEqualTo("failed");
    assertThat(upstream.count()).isEqualTo(asked);
    assertThat(unknown.exit()).isEqualTo(4);
  }
}
