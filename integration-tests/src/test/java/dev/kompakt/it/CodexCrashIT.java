package dev.kompakt.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.testing.Call;
import dev.kompakt.testing.Call.Endpoint;
import dev.kompakt.testing.Deployment;
import dev.kompakt.testing.FakeUpstream;
import dev.kompakt.testing.Reply;
import dev.kompakt.testing.clients.Codex;
import dev.kompakt.testing.clients.Codex.Settings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Processes of Kompakt die while a real Codex waits for its compaction.
class CodexCrashIT {
  private static final Duration PATIENCE = Duration.ofSeconds(40);
  private static final FakeUpstream UPSTREAM = FakeUpstream.start();

  @TempDir private static Path home;
  private static Deployment kompakt;

  @TempDir private Path codexHome;

  @BeforeAll
  static void deploy() {
    CodexIT.installed(CodexIT.CURRENT);
    kompakt =
        Deployment.inProcesses(
            home, Configs.provider(UPSTREAM, "native", "{ firstAfter: 200ms, every: 200ms }"));
  }

  @AfterAll
  static void stop() {
    if (kompakt != null) {
      kompakt.close();
    }
    UPSTREAM.close();
  }

  @BeforeEach
  void forget() {
    UPSTREAM.reset();
  }

  /// Has Codex compact, with this role killed while upstream works; the calls made for it.
  private List<Call> compactWhileKilling(String role) throws Exception {
    Codex codex =
        new Codex(
            CodexIT.installed(CodexIT.CURRENT), codexHome, CodexIT.base(kompakt), Settings.CURRENT);
    assertThat(codex.turn("the first question").exit()).isZero();
    UPSTREAM.awaitEnded(1, PATIENCE);
    UPSTREAM.answering(
        call ->
            call.endpoint() == Endpoint.COMPACT
                ? Reply.success().after(Duration.ofSeconds(3))
                : Reply.success());
    CompletableFuture<Codex.Run> run =
        CompletableFuture.supplyAsync(() -> codex.resume("the second question"));
    UPSTREAM.awaitCalls(2, PATIENCE);
    kompakt.crash(role);
    Codex.Run ended = run.get(70, TimeUnit.SECONDS);
    assertThat(ended.exit()).as("%s", ended).isZero();
    return UPSTREAM.calls().stream().filter(call -> call.endpoint() == Endpoint.COMPACT).toList();
  }

  @Test
  void shouldGiveCodexTheResultOnItsRetryWhenTheIngressDies() throws Exception {
    // When
    List<Call> compactions = compactWhileKilling("ingress");

    // Then
    assertThat(compactions).as("bought once").hasSize(1);
    assertThat(UPSTREAM.calls().getLast().body().orElseThrow())
        .contains("the second question", "FAKE:");
  }

  @Test
  void shouldLetCodexWaitOnWhenTheWorkerDies() throws Exception {
    // When
    List<Call> compactions = compactWhileKilling("worker");

    // Then
    assertThat(compactions).as("only the call in flight is repeated").hasSizeBetween(1, 2);
    assertThat(UPSTREAM.calls().getLast().body().orElseThrow())
        .contains("the second question", "FAKE:");
  }
}
