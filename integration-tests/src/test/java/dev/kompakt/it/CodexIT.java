package dev.kompakt.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.kompakt.testing.Call;
import dev.kompakt.testing.Call.Endpoint;
import dev.kompakt.testing.Deployment;
import dev.kompakt.testing.FakeUpstream;
import dev.kompakt.testing.Reply;
import dev.kompakt.testing.clients.Codex;
import dev.kompakt.testing.clients.Codex.Settings;
import dev.kompakt.testing.clients.Npm;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The real Codex command line against Kompakt, unmodified.
class CodexIT {
  static final String CURRENT = "0.169.0";
  static final String OLD = "0.147.0";

  /// The last that knows the unary form.
  static final String LAST_UNARY = "0.154.0";

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String NO_COMPACTION = "500000000";

  /// How often Kompakt has a part tried before its compaction fails.
  private static final int TRIES = 5;

  private static final String KEEPALIVE = "{ firstAfter: 200ms, every: 200ms }";

  private static final FakeUpstream UPSTREAM = FakeUpstream.start();

  @TempDir private static Path home;
  private static Deployment kompakt;

  @TempDir private Path codexHome;

  @BeforeAll
  static void deploy() {
    kompakt = Deployment.inOneJvm(home, Configs.provider(UPSTREAM, "summarize", KEEPALIVE));
  }

  @AfterAll
  static void stop() {
    kompakt.close();
    UPSTREAM.close();
  }

  @BeforeEach
  void forget() {
    UPSTREAM.reset();
  }

  static Path installed(String version) {
    try {
      return Npm.install("@openai/codex", version);
    } catch (Npm.UnavailableException e) {
      System.out.println("skipped: " + e);
      return abort(e.toString());
    }
  }

  private Codex codex(String version, Settings settings) {
    return new Codex(installed(version), codexHome, base(kompakt), settings);
  }

  static URI base(Deployment deployment) {
    return deployment.data().resolve("/v1");
  }

  /// The calls whose body holds all this.
  private static List<Call> calls(String... texts) {
    return UPSTREAM.calls().stream()
        .filter(
            call -> {
              String body = call.body().orElse("");
              return List.of(texts).stream().allMatch(body::contains);
            })
        .toList();
  }

  private static void assertFine(Codex.Run run) {
    assertThat(run.exit()).as("%s", run).isZero();
    assertThat(run.events())
        .as("%s", run)
        .anyMatch(event -> event.path("type").asString("").equals("turn.completed"));
  }

  @ParameterizedTest
  @CsvSource({CURRENT + ",true", OLD + ",true", OLD + ",false", LAST_UNARY + ",false"})
  void shouldCompactBeforeATurnAndGoOnFromTheSummary(String version, boolean v2) {
    // Given
    Settings settings = version.equals(CURRENT) ? Settings.CURRENT : Settings.OLD.withRemoteV2(v2);
    Codex codex = codex(version, settings);

    // When
    assertFine(codex.turn("the first question"));
    assertFine(codex.resume("the second question"));

    // Then: turn, compaction, turn
    List<Call> calls = UPSTREAM.awaitEnded(3, PATIENCE);
    assertThat(calls).hasSize(3);
    String last = calls.getLast().body().orElseThrow();
    assertThat(last).contains("the second question", "[Summary of the earlier conversation.");
    assertThat(last).doesNotContain("kmp1.").doesNotContain("\"compaction\"");
    assertThat(UPSTREAM.violations()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({CURRENT + ",trigger,TRIGGER", OLD + ",native,COMPACT"})
  void shouldHandTheProvidersOwnItemToCodexAndBack(
      String version, String mode, Endpoint endpoint, @TempDir Path itsHome) {
    // Given
    Settings settings =
        version.equals(CURRENT) ? Settings.CURRENT : Settings.OLD.withRemoteV2(false);
    try (Deployment other =
        Deployment.inOneJvm(itsHome, Configs.provider(UPSTREAM, mode, KEEPALIVE))) {
      Codex codex = new Codex(installed(version), codexHome, base(other), settings);

      // When
      assertFine(codex.turn("the first question"));
      assertFine(codex.resume("the second question"));
    }

    // Then
    assertThat(UPSTREAM.awaitEnded(3, PATIENCE).stream().map(Call::endpoint))
        .containsExactly(Endpoint.SUMMARY, endpoint, Endpoint.SUMMARY);
    assertThat(UPSTREAM.calls().getLast().body().orElseThrow())
        .contains("the second question", "\"FAKE:");
    assertThat(UPSTREAM.violations()).isEmpty();
  }

  @Test
  void shouldServeTheSummariesThatCodexMakesItself() {
    // Given
    Codex codex = codex(CURRENT, Settings.CURRENT.withoutRemote());

    // When
    assertFine(codex.turn("the first question"));
    assertFine(codex.resume("the second question"));

    // Then
    assertThat(UPSTREAM.awaitEnded(3, PATIENCE)).hasSize(3);
    assertThat(calls("CONTEXT CHECKPOINT COMPACTION")).hasSize(1);
    assertThat(UPSTREAM.calls()).allMatch(call -> call.endpoint() == Endpoint.SUMMARY);
  }

  @Test
  void shouldCompactInTheMiddleOfATurn() {
    // Given
    Codex codex = codex(CURRENT, Settings.CURRENT);
    UPSTREAM.then(toolCall());

    // When
    assertFine(codex.turn("use a tool"));

    // Then: the call of the tool, the compaction with its output, the rest of the turn
    List<Call> calls = UPSTREAM.awaitEnded(3, PATIENCE);
    assertThat(calls).hasSize(3);
    assertThat(calls.get(1).body().orElseThrow()).contains("function_call_output");
    assertThat(calls.get(2).body().orElseThrow())
        .contains("[Summary of the earlier conversation.")
        .doesNotContain("kmp1.");
  }

  private static Reply toolCall() {
    return Reply.status(
        200,
        Map.of("content-type", "text/event-stream"),
        """
        data: {"type":"response.created","response":{"id":"r1"}}

        data: {"type":"response.output_item.done","item":{"type":"function_call","id":"fc_1",\
        "call_id":"call_1","name":"exec_command","arguments":"{\\"cmd\\":\\"echo hi\\"}"}}

        data: {"type":"response.completed","response":{"id":"r1","usage":{"input_tokens":900000,\
        "input_tokens_details":{"cached_tokens":0},"output_tokens":10,\
        "output_tokens_details":{"reasoning_tokens":0},"total_tokens":900010}}}

        """);
  }

  @ParameterizedTest
  @ValueSource(strings = {CURRENT, OLD})
  void shouldCompactByHand(String version) {
    // Given
    Settings settings =
        (version.equals(CURRENT) ? Settings.CURRENT : Settings.OLD)
            .compactingAt(Long.parseLong(NO_COMPACTION));
    try (Codex.AppServer app = codex(version, settings).appServer()) {
      String thread = app.startThread();
      app.turn(thread, "the first question");

      // When
      app.compact(thread);
      app.turn(thread, "the second question");
    }

    // Then
    List<Call> calls = UPSTREAM.awaitEnded(3, PATIENCE);
    assertThat(calls).hasSize(3);
    assertThat(calls.getLast().body().orElseThrow())
        .contains("the second question", "[Summary of the earlier conversation.");
  }

  @Test
  void shouldKeepCodexWaitingLongerThanItsIdleTimer() {
    // Given
    Codex codex = codex(CURRENT, Settings.CURRENT.withIdle(Duration.ofSeconds(1)));
    assertFine(codex.turn("the first question"));
    UPSTREAM.then(Reply.success().after(Duration.ofSeconds(3)));

    // When
    assertFine(codex.resume("the second question"));

    // Then
    assertThat(UPSTREAM.awaitEnded(3, PATIENCE)).hasSize(3);
  }

  @Test
  void shouldBringATurnThroughWhenUpstreamRefusesFirst() {
    // Given
    Codex codex = codex(CURRENT, Settings.CURRENT.withModel("gpt-5.4"));
    UPSTREAM.then(
        Reply.internalError(), Reply.rateLimited(Duration.ofSeconds(1)), Reply.overloaded());

    // When
    assertFine(codex.turn("the first question " + "about everything ".repeat(7_000)));
    UPSTREAM.awaitEnded(4, PATIENCE);
    UPSTREAM.then(
        Reply.tooLarge(),
        Reply.rateLimited(Duration.ofSeconds(1)),
        Reply.internalError(),
        Reply.overloaded());
    assertFine(codex.resume("the second question"));

    // Then
    List<Call> calls = UPSTREAM.calls();
    assertThat(calls.subList(0, 4).stream().map(Call::status))
        .as("the first turn")
        .containsExactly(500, 429, 529, 200);
    assertThat(calls.subList(4, 8).stream().map(Call::status))
        .as("the compaction")
        .containsExactly(413, 429, 500, 529);
    assertThat(calls.subList(8, calls.size())).isNotEmpty().allMatch(call -> call.status() == 200);
    assertThat(calls.getLast().body().orElseThrow())
        .contains("the second question", "[Summary of the earlier conversation.");
  }

  @Test
  void shouldAskUpstreamOnceWhenItRejectsTheHistory() {
    // Given
    Codex codex = codex(CURRENT, Settings.CURRENT);
    assertFine(codex.turn("the first question"));
    UPSTREAM.awaitEnded(1, PATIENCE);
    UPSTREAM.answering(_ -> Reply.invalidRequest());

    // When
    Codex.Run run = codex.resume("the second question");

    // Then
    assertThat(run.exit()).as("%s", run).isNotZero();
    assertThat(UPSTREAM.calls()).as("one turn, one compaction").hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(ints = {500, 529})
  void shouldMakeOnlyItsOwnTriesWhenUpstreamGoesOnFailing(int status) {
    // Given
    Codex codex = codex(CURRENT, Settings.CURRENT);
    assertFine(codex.turn("the first question"));
    UPSTREAM.awaitEnded(1, PATIENCE);
    UPSTREAM.answering(_ -> Reply.overloaded());

    // When
    Codex.Run run = codex.resume("the second question");

    // Then
    assertThat(run.exit()).as("%s", run).isNotZero();
    assertThat(UPSTREAM.calls()).as("the turn, then the compaction").hasSize(1 + TRIES);
  }

  @Test
  void shouldAnswerEveryTryWithTheFailureWhenItComesBeforeTheFirstKeepalive(@TempDir Path itsHome) {
    // Given
    try (Deployment other =
        Deployment.inOneJvm(
            itsHome, Configs.provider(UPSTREAM, "summarize", "{ firstAfter: 90s, every: 10s }"))) {
      Codex codex = new Codex(installed(CURRENT), codexHome, base(other), Settings.CURRENT);
      assertFine(codex.turn("the first question"));
      UPSTREAM.awaitEnded(1, PATIENCE);
      UPSTREAM.answering(_ -> Reply.overloaded());

      // When
      Codex.Run run = codex.resume("the second question");

      // Then
      assertThat(run.exit()).as("%s", run).isNotZero();
      assertThat(requests(other, "503")).as("tries of Codex").isGreaterThanOrEqualTo(TRIES);
      assertThat(UPSTREAM.calls()).as("the turn, then the compaction").hasSize(1 + TRIES);
    }
  }

  @Test
  void shouldFallBackFromWebSocketsAtOnce() {
    // Given
    Codex codex =
        codex(
            CURRENT, Settings.CURRENT.withWebSockets().compactingAt(Long.parseLong(NO_COMPACTION)));
    double before = upgradesRefused();

    // When
    assertFine(codex.turn("the first question"));

    // Then
    assertThat(UPSTREAM.awaitEnded(1, PATIENCE)).hasSize(1);
    assertThat(upgradesRefused() - before).as("upgrades tried").isEqualTo(1);
  }

  private static double upgradesRefused() {
    return requests(kompakt, "426");
  }

  /// How many requests were answered with this status.
  private static double requests(Deployment deployment, String status) {
    return new Client(deployment.admin())
        .get("/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith("kompakt_requests_total{"))
        .filter(line -> line.contains("\"" + status + "\""))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
        .sum();
  }
}
