package dev.kompakt.standalone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.standalone.HomeConfig;
import dev.kompakt.standalone.Kompakt;
import dev.kompakt.standalone.broker.DataDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `compact` through the real pipeline.
class CompactCommandTest {
  private static final JsonMapper JSON = new JsonMapper();
  private static final Path ROLLOUT = Path.of("../examples/rollout.jsonl");
  private static final Path REQUEST = Path.of("../examples/request.json");

  @TempDir Path home;

  @Test
  void shouldCompactWhatItCanWhenOneOfTheFilesIsBroken() throws IOException {
    // Given
    Path archive = Files.createDirectories(home.resolve("archive/2026"));
    Path rollout = Files.copy(ROLLOUT, archive.resolve("a.jsonl"));
    Files.copy(REQUEST, archive.resolve("b.json"));
    Files.writeString(archive.resolve("c.json"), "no JSON");
    Path out = home.resolve("out");
    String[] command = {
      "compact", home.resolve("archive").toString(), "--out", out.toString(), "--output", "json"
    };

    // When
    Run first = Run.in(home, command);
    byte[] written = Files.readAllBytes(out.resolve("a.compacted.jsonl"));
    Run again = Run.in(home, command);

    // Then
    assertThat(first.exitCode()).as(first.err()).isEqualTo(3);
    assertThat(first.err()).contains("c.json", "2 of 3 files done, 1 failed");
    JsonNode reports = JSON.readTree(first.out());
    assertThat(reports.valueStream().map(r -> r.path("status").asString()))
        .containsExactly("compacted", "compacted", "failed");
    JsonNode report = reports.path(0);
    assertThat(report.path("mode").asString()).isEqualTo("local");
    assertThat(report.path("calls").asInt(-1)).isZero();
    assertThat(report.path("jobs").asInt()).isEqualTo(1);
    assertThat(report.path("after").path("bytes").asLong())
        .isPositive()
        .isLessThan(report.path("before").path("bytes").asLong());
    List<String> lines = Files.readAllLines(out.resolve("a.compacted.jsonl"));
    assertThat(lines.subList(0, lines.size() - 1)).isEqualTo(Files.readAllLines(rollout));
    assertThat(JSON.readTree(lines.getLast()).path("type").asString()).isEqualTo("compacted");
    assertThat(JSON.readTree(Files.readString(out.resolve("b.compacted.json"))).path("object"))
        .hasToString("\"response.compaction\"");

    // Then the second run has met the finished results
    assertThat(again.exitCode()).isEqualTo(3);
    assertThat(JSON.readTree(again.out()).path(0).path("compaction"))
        .isEqualTo(report.path("compaction"));
    assertThat(history(Files.readAllBytes(out.resolve("a.compacted.jsonl"))))
        .isEqualTo(history(written));
    assertThat(DataDirectory.running(home.resolve("data"))).isEmpty();
  }

  @Test
  void shouldGoThroughTheRunningKompaktWhenThereIsOne() throws IOException {
    // Given
    Path rollout = Files.copy(ROLLOUT, home.resolve("a.jsonl"));
    try (Kompakt _ = Kompakt.up(HomeConfig.of(home))) {

      // When
      Run compacted = Run.in(home, "compact", rollout.toString());
      Run second = Run.in(home, "up");
      Run topics = Run.in(home, "topics", "check");
      Run doctor = Run.in(home, "doctor");

      // Then
      assertThat(compacted.exitCode()).as(compacted.err()).isZero();
      assertThat(compacted.out())
          .contains("a.compacted.jsonl", "mode    local: no account is configured");
      assertThat(second.exitCode()).isEqualTo(1);
      assertThat(second.err())
          .contains("is used by the Kompakt of process " + ProcessHandle.current().pid())
          .contains("kafka.dataDir");
      assertThat(topics.out()).isEqualTo("ok\n");
      assertThat(doctor.out()).contains("answers", "topics     all there");
    }
  }

  @Test
  void shouldReplaceNothingButAnEarlierResultUnlessForced() throws IOException {
    // Given
    Path rollout = Files.copy(ROLLOUT, home.resolve("a.jsonl"));
    Path result = home.resolve("a.compacted.jsonl");
    Run first = Run.in(home, "compact", rollout.toString(), "--quiet");
    Files.writeString(result, "{\"type\":\"response_item\"}\n", StandardOpenOption.APPEND);

    // When
    Run refused = Run.in(home, "compact", rollout.toString());
    Run forced = Run.in(home, "compact", rollout.toString(), "--force", "--quiet");

    // Then
    assertThat(first.exitCode()).as(first.err()).isZero();
    assertThat(first.err()).isEmpty();
    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.err()).contains(result.toString(), "--force").hasLineCount(1);
    assertThat(forced.exitCode()).isZero();
    assertThat(Files.readString(result)).doesNotEndWith("response_item\"}\n");
  }

  /// The last line's history; its timestamp is the run's.
  private static JsonNode history(byte[] rollout) {
    String[] lines = new String(rollout, java.nio.charset.StandardCharsets.UTF_8).split("\n", -1);
    return JSON.readTree(lines[lines.length - 2]).path("payload").path("replacement_history");
  }
}
