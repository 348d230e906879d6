package dev.kompakt.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.testing.Call;
import dev.kompakt.testing.Call.Endpoint;
import dev.kompakt.testing.Deployment;
import dev.kompakt.testing.FakeUpstream;
import dev.kompakt.testing.Reply;
import dev.kompakt.testing.audit.Audit;
import dev.kompakt.testing.clients.Codex;
import dev.kompakt.testing.clients.Codex.Settings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Kompakt is killed and started again while a real Codex waits for its compaction.
class CodexCrashIT {
  private static final Duration PATIENCE = Duration.ofSeconds(40);

  private final FakeUpstream upstream = FakeUpstream.start(Audit::receipt);
  private final String config =
      Configs.provider(upstream, "native", "{ firstAfter: 200ms, every: 200ms }");

  @TempDir private Path home;
  @TempDir private Path codexHome;

  @BeforeEach
  void install() {
    CodexIT.installed(CodexIT.CURRENT);
  }

  @AfterEach
  void stop() {
    upstream.close();
  }

  /// Has Codex compact, with this role killed while upstream works; the calls made for it.
  private List<Call> compactWhileKilling(String role, Deployment kompakt) throws Exception {
    Codex codex =
        new Codex(
            CodexIT.installed(CodexIT.CURRENT), codexHome, CodexIT.base(kompakt), Settings.CURRENT);
    assertThat(codex.turn("the first question").exit()).isZero();
    upstream.awaitEnded(1, PATIENCE);
    upstream.answering(
        call ->
            call.endpoint() == Endpoint.COMPACT
                ? Reply.success().after(Duration.ofSeconds(3))
                : Reply.success());
    FutureTask<Codex.Run> run = new FutureTask<>(() -> codex.resume("the second question"));
    Thread.startVirtualThread(run);
    upstream.awaitCalls(2, PATIENCE);
    kompakt.crash(role);
    Codex.Run ended = run.get(100, TimeUnit.SECONDS);
    assertThat(ended.exit()).as("%s", ended).isZero();
    assertThat(upstream.calls().getLast().body().orElseThrow())
        .contains("the second question", "FAKE:");
    return upstream.calls().stream().filter(call -> call.endpoint() == Endpoint.COMPACT).toList();
  }

  @Test
  void shouldGiveCodexTheResultOnItsRetryWhenTheIngressDies() throws Exception {
    try (Deployment kompakt = Deployment.inProcesses(home, config)) {
      assertThat(compactWhileKilling("ingress", kompakt)).as("bought once").hasSize(1);
      assertThat(Audit.violations(kompakt, upstream)).isEmpty();
    }
  }

  @Test
  void shouldRepeatOnlyTheCallInFlightWhenEverythingDies() throws Exception {
    try (Deployment kompakt = Deployment.inOneProcess(home, config, List.of("-Xmx512m"))) {
      assertThat(compactWhileKilling("up", kompakt)).hasSize(2);
      assertThat(Audit.violations(kompakt, upstream)).isEmpty();
    }
  }
}
