package dev.kompakt.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.bootstrap.fault.CrashPoint;
import dev.kompakt.testing.Call;
import dev.kompakt.testing.Canaries;
import dev.kompakt.testing.Deployment;
import dev.kompakt.testing.Distribution;
import dev.kompakt.testing.FakeUpstream;
import dev.kompakt.testing.Histories;
import dev.kompakt.testing.Reply;
import dev.kompakt.testing.audit.Audit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// `kompakt compact DIR` that is killed and run again: row R4 of the fault matrix.
@Timeout(240)
class BatchFaultsIT {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int KILLED = 137;

  @TempDir private Path home;
  private final FakeUpstream upstream = FakeUpstream.start(Audit::receipt);
  private String config;
  private Path archive;

  @BeforeEach
  void fillArchive() throws IOException {
    archive = Files.createDirectory(home.resolve("archive"));
    for (int i = 1; i <= 3; i++) {
      Files.write(archive.resolve("request-" + i + ".json"), Histories.small(i).toBytes());
    }
    Files.copy(Path.of("../examples/rollout.jsonl"), archive.resolve("session.jsonl"));
    config =
        """
        providers: [{ id: fake, baseUrl: "%s", mode: summarize }]
        accounts: [{ id: team-a, provider: fake, apiKey: "file:%s" }]
        """
            .formatted(upstream.baseUrl(), Configs.key("a"));
    Files.writeString(home.resolve("kompakt.yaml"), config);
    Files.writeString(home.resolve("sealing.key"), Canaries.SEALING_KEY);
  }

  @AfterEach
  void stop() {
    upstream.close();
  }

  @Test
  void shouldCompactEachFileOnceWhenItIsKilledWhileResultsAreWritten() throws Exception {
    // Given
    Map<String, String> originals = files();

    // When
    int before = ended(compact(1, crashAt(CrashPoint.COMPACT_BEFORE_RENAME, 2)));
    Map<String, String> afterFirst = results();
    int renamed = ended(compact(1, crashAt(CrashPoint.COMPACT_RENAMED, 3)));
    Map<String, String> afterSecond = results();
    int last = ended(compact(1, Map.of()));

    // Then
    assertThat(List.of(before, renamed, last)).containsExactly(KILLED, KILLED, 0);
    assertThat(afterFirst).hasSize(1);
    assertThat(afterSecond).hasSize(3);
    assertThat(files()).containsAllEntriesOf(originals);
    assertComplete(originals);
    assertThat(upstream.calls()).hasSize(originals.size());
    assertThat(upstream.calls()).extracting(Call::sha256).doesNotHaveDuplicates();
    assertNothingIsWrong();
  }

  @Test
  void shouldRepeatOnlyTheCallsInFlightWhenItIsKilledWhileItWaits() throws Exception {
    // Given one file that is done and two that are being compacted
    Map<String, String> originals = files();
    upstream.then(Reply.success()).answering(_ -> Reply.neverAnswered());
    Process killed = compact(2, Map.of());
    upstream.awaitCalls(3, PATIENCE);

    // When
    killed.destroyForcibly();
    assertThat(ended(killed)).isEqualTo(KILLED);
    Map<String, String> afterKill = results();
    upstream.answering(_ -> Reply.success());
    int last = ended(compact(2, Map.of()));

    // Then
    assertThat(last).isZero();
    assertThat(afterKill).hasSize(1);
    assertThat(files()).containsAllEntriesOf(originals).containsAllEntriesOf(afterKill);
    assertComplete(originals);
    List<String> bodies = upstream.calls().stream().map(Call::sha256).toList();
    assertThat(bodies).hasSize(originals.size() + 2);
    assertThat(Set.copyOf(bodies)).hasSize(originals.size());
    assertNothingIsWrong();
  }

  private static Map<String, String> crashAt(CrashPoint point, int nth) {
    return Map.of(CrashPoint.VARIABLE, point.text() + ":" + nth);
  }

  private Process compact(int jobs, Map<String, String> environment) throws IOException {
    List<String> arguments =
        List.of(
            "compact",
            archive.toString(),
            "--jobs",
            Integer.toString(jobs),
            "--config",
            "kompakt.yaml",
            "--set",
            "kafka.dataDir=" + home.resolve("data"),
            "--set",
            "sealing.key=file:" + home.resolve("sealing.key"));
    ProcessBuilder process =
        Distribution.process(List.of("-Duser.home=" + home), arguments)
            .directory(home.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(home.resolve("said").toFile()));
    process.environment().putAll(environment);
    return process.start();
  }

  private int ended(Process process) throws IOException, InterruptedException {
    if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("still running:\n" + Files.readString(home.resolve("said")));
    }
    return process.exitValue();
  }

  /// What is in the archive, by name.
  private Map<String, String> files() throws IOException {
    Map<String, String> contents = new TreeMap<>();
    try (Stream<Path> files = Files.list(archive)) {
      for (Path file :
          files.filter(file -> !file.getFileName().toString().startsWith(".")).toList()) {
        contents.put(file.getFileName().toString(), Files.readString(file));
      }
    }
    return contents;
  }

  private Map<String, String> results() throws IOException {
    Map<String, String> results = files();
    results.keySet().removeIf(name -> !name.contains(".compacted."));
    return results;
  }

  /// Starts all that the command has left behind, to audit it.
  private void assertNothingIsWrong() {
    try (Deployment kompakt = Deployment.inOneJvm(home, config)) {
      assertThat(Audit.violations(kompakt, upstream)).isEmpty();
    }
  }

  private void assertComplete(Map<String, String> originals) throws IOException {
    Map<String, String> results = results();
    assertThat(results).hasSize(originals.size());
    results.forEach(
        (name, content) -> {
          JsonNode last =
              Client.JSON.readTree(content.lines().reduce((_, line) -> line).orElse(""));
          assertThat(last.toString()).as(name).contains("Summary ");
        });
  }
}
