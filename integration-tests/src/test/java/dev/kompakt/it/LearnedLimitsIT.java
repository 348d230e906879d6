package dev.kompakt.it;

import static dev.kompakt.it.Client.compactionItems;
import static dev.kompakt.it.Client.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.testing.Call;
import dev.kompakt.testing.Canaries;
import dev.kompakt.testing.Deployment;
import dev.kompakt.testing.FakeUpstream;
import dev.kompakt.testing.Reply;
import dev.kompakt.testing.audit.Audit;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// What a size costs to find out, over three workers: one refused call for each halving, whatever
/// runs in parallel, and then none, for any process, after restarts too, until it expires. The
/// order matters: each test goes on with what was learned before.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class LearnedLimitsIT {
  private static final int CAP = 512 << 10;
  private static final int RAISED_CAP = 4 << 20;
  private static final int SIBLINGS = 10;
  private static final int SIBLING_CHARACTERS = 600 << 10;
  private static final int ACCOUNTS = 6;
  private static final int WORKERS = 3;
  private static final String MODEL = "gpt-5.5";
  private static final String ANOTHER_MODEL = "gpt-5.5-mini";
  private static final String CHUNKS = ", chunkBytes: 1MiB";
  private static final Duration BRIEF = Duration.ofSeconds(3);

  /// Long enough for calls of different workers to overlap.
  private static final Duration ANSWERING = Duration.ofMillis(150);

  private Path home = Path.of(".");
  private FakeUpstream upstream;
  private Deployment deployment;
  private Client client;

  @BeforeAll
  void start(@TempDir Path directory) throws IOException {
    home = directory;
    upstream = FakeUpstream.start(Audit::receipt);
    deployment = Deployment.inProcesses(home, config(CHUNKS, Duration.ofMinutes(10)), WORKERS);
    client = new Client(deployment.data());
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
    upstream.capBytes(CAP).answering(_ -> Reply.success().after(ANSWERING));
  }

  private String config(String chunks, Duration lifetime) throws IOException {
    List<String> accounts = new ArrayList<>();
    for (int i = 0; i < ACCOUNTS; i++) {
      Path key = Files.writeString(home.resolve("key-" + i), Canaries.SECRET + i);
      accounts.add("  - { id: team-%d, provider: fake, apiKey: \"file:%s\" }".formatted(i, key));
    }
    return """
    routing: { limitLifetime: %ds }
    providers:
      - { id: fake, baseUrl: "%s", mode: native%s }
    accounts:
    %s
    """
        .formatted(lifetime.toSeconds(), upstream.baseUrl(), chunks, String.join("\n", accounts));
  }

  /// Ten items that are each larger than the cap.
  private static String siblings(String model, char letter) {
    return "{\"model\":\"%s\",\"input\":[".formatted(model)
        + ("{\"type\":\"message\",\"role\":\"assistant\",\"content\":"
                + "[{\"type\":\"output_text\",\"text\":\""
                + String.valueOf(letter).repeat(SIBLING_CHARACTERS)
                + "\"}]},")
            .repeat(SIBLINGS - 1)
        + "{\"type\":\"message\",\"role\":\"user\",\"content\":"
        + "[{\"type\":\"input_text\",\"text\":\""
        + String.valueOf(letter).repeat(SIBLING_CHARACTERS)
        + "\"}]}]}";
  }

  private List<Call> over(long cap) {
    return upstream.calls().stream().filter(call -> call.bodyBytes() > cap).toList();
  }

  /// At most one call in each range between a power of two of the cap and the next.
  private void assertOnePerStep(long cap) {
    Map<Long, Long> steps =
        over(cap).stream()
            .collect(
                Collectors.groupingBy(
                    call -> Long.highestOneBit(call.bodyBytes() / cap), Collectors.counting()));
    assertThat(steps)
        .as("over-cap calls by halving step")
        .allSatisfy((_, n) -> assertThat(n).isOne());
  }

  private static void assertAnswered(HttpResponse<String> response) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    JsonNode answer = json(response);
    assertThat(compactionItems(answer)).hasSize(1);
  }

  @Test
  @Order(1)
  void shouldPayForOneRefusalAHalvingWhenSiblingsRunInParallel() {
    // When
    HttpResponse<String> response = client.compact(siblings(MODEL, 'a'));

    // Then
    assertAnswered(response);
    assertThat(over(CAP)).as("over-cap calls").hasSize(1);
    assertOnePerStep(CAP);
    assertThat(upstream.maxInFlight()).as("calls at once").isGreaterThan(1);
  }

  @Test
  @Order(2)
  void shouldPayForNoneWhenTheLimitIsKnown() {
    // When
    HttpResponse<String> response = client.compact(siblings(MODEL, 'b'));

    // Then
    assertAnswered(response);
    assertThat(over(CAP)).isEmpty();
  }

  @Test
  @Order(3)
  void shouldPayForNoneInParallelAfterAllWereRestarted() throws IOException {
    // Given
    Files.writeString(home.resolve("kompakt.yaml"), config(CHUNKS, BRIEF));
    deployment.crash("router");
    deployment.crash("ingress");
    for (int i = 1; i <= WORKERS; i++) {
      deployment.crash(i == 1 ? "worker" : "worker-" + i);
    }

    // When
    List<CompletableFuture<HttpResponse<String>>> several =
        List.of('c', 'd', 'e').stream()
            .map(letter -> client.postAsync("/v1/responses/compact", siblings(MODEL, letter)))
            .toList();

    // Then
    several.forEach(one -> assertAnswered(Client.await(one)));
    assertThat(over(CAP)).isEmpty();
  }

  @Test
  @Order(4)
  void shouldFindALimitFromTheTopWithOneRefusalAHalving() throws IOException {
    // Given
    Files.writeString(home.resolve("kompakt.yaml"), config("", BRIEF));
    deployment.crash("ingress");

    // When
    HttpResponse<String> response = client.compact(siblings(ANOTHER_MODEL, 'f'));

    // Then
    assertAnswered(response);
    assertThat(over(CAP)).as("over-cap calls").hasSizeGreaterThan(1);
    assertOnePerStep(CAP);
  }

  @Test
  @Order(5)
  void shouldFindARaisedLimitOnceTheOldOneExpired() throws InterruptedException {
    // Given
    Instant expired = Instant.now().plus(BRIEF);
    upstream.capBytes(RAISED_CAP);
    Thread.sleep(Duration.between(Instant.now(), expired));

    // When
    HttpResponse<String> response = client.compact(siblings(ANOTHER_MODEL, 'g'));

    // Then
    assertAnswered(response);
    assertThat(over(RAISED_CAP)).as("the whole").hasSize(1);
    assertThat(upstream.accepted())
        .extracting(Call::bodyBytes)
        .as("accepted")
        .anyMatch(bytes -> bytes > RAISED_CAP / 2);
  }
}
