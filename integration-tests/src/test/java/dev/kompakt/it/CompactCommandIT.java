package dev.kompakt.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.testing.Distribution;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// `kompakt compact` as a user runs it: a process of its own, from the first line to the exit code.
class CompactCommandIT {
  private static final Path EXAMPLES = Path.of("../examples");
  private static final long PATIENCE_SECONDS = 120;

  private record Ran(int exit, String out, String err) {}

  private static Ran kompakt(Path home, String... arguments)
      throws IOException, InterruptedException {
    Path out = home.resolve("stdout");
    Path err = home.resolve("stderr");
    Process process =
        Distribution.process(List.of("-Duser.home=" + home), List.of(arguments))
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .directory(home.toFile())
            .start();
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("still running; stderr:\n" + Files.readString(err));
    }
    return new Ran(process.exitValue(), Files.readString(out), Files.readString(err));
  }

  @Test
  void shouldAppendOneCompactedLineWhenGivenARollout(@TempDir Path home) throws Exception {
    // Given
    Path input = Files.copy(EXAMPLES.resolve("rollout.jsonl"), home.resolve("session.jsonl"));
    String before = Files.readString(input);

    // When
    Ran ran = kompakt(home, "compact", input.toString());

    // Then
    assertThat(ran.exit()).as(ran.err()).isZero();
    assertThat(ran.out()).contains("session.compacted.jsonl", "mode    local");
    assertThat(Files.readString(input)).isEqualTo(before);
    List<String> lines = Files.readAllLines(home.resolve("session.compacted.jsonl"));
    assertThat(lines).hasSize((int) before.lines().count() + 1);
    assertThat(lines.subList(0, lines.size() - 1)).isEqualTo(before.lines().toList());
    JsonNode last = Client.JSON.readTree(lines.getLast());
    JsonNode previous = Client.JSON.readTree(lines.get(lines.size() - 2));
    assertThat(last.path("type").asString()).isEqualTo("compacted");
    assertThat(last.path("ordinal").asLong()).isEqualTo(previous.path("ordinal").asLong() + 1);
    assertThat(last.at("/payload/replacement_history").size()).isPositive();
    assertThat(last.toString()).doesNotContain("kmp1.");
    assertThat(last.toString().length()).isLessThan(before.length());
  }

  @Test
  void shouldDoWhatItCanWhenAFileCannotBeRead(@TempDir Path home) throws Exception {
    // Given
    Path inputs = Files.createDirectory(home.resolve("archive"));
    Files.copy(EXAMPLES.resolve("request.json"), inputs.resolve("request.json"));
    Files.writeString(inputs.resolve("broken.jsonl"), "this is no rollout\n");

    // When
    Ran ran =
        kompakt(
            home,
            "compact",
            inputs.resolve("request.json").toString(),
            inputs.resolve("broken.jsonl").toString());

    // Then
    assertThat(ran.exit()).as(ran.out() + ran.err()).isEqualTo(3);
    assertThat(ran.err() + ran.out()).contains("broken.jsonl");
    JsonNode answer =
        Client.JSON.readTree(Files.readString(inputs.resolve("request.compacted.json")));
    assertThat(answer.path("object").asString()).isEqualTo("response.compaction");
  }

  @Test
  void shouldSayWhatToDoWhenTheConfigIsWrong(@TempDir Path home) throws Exception {
    // Given
    Path config = Files.writeString(home.resolve("kompakt.yaml"), "ingress: { lissten: here }\n");

    // When
    Ran ran = kompakt(home, "config", "check", "--config", config.toString());

    // Then
    assertThat(ran.exit()).isEqualTo(78);
    assertThat(ran.err() + ran.out()).contains("ingress.lissten").doesNotContain("\tat ");
  }
}
