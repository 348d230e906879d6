package dev.kompakt.standalone.rollout;

import static dev.kompakt.standalone.rollout.Rollouts.ANSWER;
import static dev.kompakt.standalone.rollout.Rollouts.CLOCK;
import static dev.kompakt.standalone.rollout.Rollouts.MAPPER;
import static dev.kompakt.standalone.rollout.Rollouts.META;
import static dev.kompakt.standalone.rollout.Rollouts.USER;
import static dev.kompakt.standalone.rollout.Rollouts.answer;
import static dev.kompakt.standalone.rollout.Rollouts.captured;
import static dev.kompakt.standalone.rollout.Rollouts.jsonl;
import static dev.kompakt.standalone.rollout.Rollouts.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.PipedInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class RolloutResultTest {
  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"rollout-0.147_v1-compaction", "rollout-0.169_v2-compaction"})
  void shouldAppendOneLineThatHoldsTheNewHistory(String capture) throws IOException {
    // Given
    String text = jsonl(captured(capture));
    RolloutFile rollout = rollout(text);
    Path out = directory.resolve(rollout.outputName());

    // When
    Compactable.Result result = rollout.writeResult(answer(ANSWER), out, false, CLOCK);

    // Then
    String written = Files.readString(out);
    assertThat(out).hasFileName("rollout.compacted.jsonl").isEqualTo(result.file());
    assertThat(written).startsWith(text).endsWith("\n");
    JsonNode line = MAPPER.readTree(written.substring(text.length()));
    JsonNode output = MAPPER.readTree(ANSWER).path("output");
    assertThat(line.path("type").asString()).isEqualTo("compacted");
    assertThat(line.path("timestamp").asString()).isEqualTo("2026-11-20T10:00:00.000Z");
    assertThat(line.path("payload").path("message").asString("?")).isEmpty();
    assertThat(line.path("payload").path("replacement_history")).isEqualTo(output);
    assertThat(line.has("ordinal")).isEqualTo(capture.contains("0.169"));
    assertThat(line.path("ordinal").asInt(30)).isEqualTo(30);
    assertThat(result.items()).isEqualTo(2);
    assertThat(result.historyBytes())
        .isEqualTo(output.toString().getBytes(StandardCharsets.UTF_8).length);
    assertThat(files()).containsExactly("rollout.compacted.jsonl", "rollout.jsonl");
    assertThat(Files.readString(directory.resolve("rollout.jsonl"))).isEqualTo(text);

    // And: what was written is the history from now on
    Path again = Files.move(out, directory.resolve("again.jsonl"));
    assertThat(request((RolloutFile) InputFile.open(again), "m").path("input")).isEqualTo(output);
  }

  @Test
  void shouldLeaveOutATornLastLine() throws IOException {
    // Given
    String complete = META + USER.replace("{\"type\"", "{\"ordinal\":7,\"type\"");
    RolloutFile rollout =
        rollout(complete + "{\"ordinal\":8,\"type\":\"response_item\",\"payload\":{\"ty");

    // When
    rollout.writeResult(answer(ANSWER), directory.resolve("out"), false, CLOCK);

    // Then
    assertThat(rollout.torn()).isTrue();
    assertThat(rollout.items()).isEqualTo(1);
    assertThat(Files.readString(directory.resolve("out")))
        .startsWith(complete + "{\"timestamp\":\"2026-11-20T10:00:00.000Z\",\"ordinal\":8,");
  }

  @Test
  void shouldEndTheLastLineWhenOnlyItsNewlineIsMissing() throws IOException {
    // Given
    String text = META + USER.strip();
    RolloutFile rollout = rollout(text);

    // When
    rollout.writeResult(answer(ANSWER), directory.resolve("out"), false, CLOCK);

    // Then
    assertThat(rollout.torn()).isFalse();
    assertThat(Files.readString(directory.resolve("out"))).startsWith(text + "\n{\"timestamp\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{}",
        "{\"output\":[]}",
        "{\"output\":{}}",
        "{\"output\":[\"x\"]}",
        "{\"output\":[{}],\"error\":{\"code\":\"x\"}}",
        "{\"error\":{\"code\":\"x\"}}",
        "{\"output\":[{\"type\":\"compaction\"}]",
        "{\"output\":[{\"type\":\"compaction\"}]} x",
        "{\"output\":[{}],\"output\":[{}]}",
      })
  void shouldLeaveNothingBehindWhenTheAnswerIsNotWhole(String answer) throws IOException {
    // Given
    RolloutFile rollout = rollout(META + USER);
    Path out = directory.resolve("out");

    // When, Then
    assertThatThrownBy(() -> rollout.writeResult(answer(answer), out, false, CLOCK))
        .isInstanceOf(UnusableAnswerException.class);
    assertThat(files()).containsExactly("rollout.jsonl");
  }

  @Test
  void shouldLeaveNothingBehindWhenTheAnswerBreaksOff() throws IOException {
    // Given
    RolloutFile rollout = rollout(META + USER);
    PipedInputStream broken = new PipedInputStream();

    // When, Then
    assertThatThrownBy(() -> rollout.writeResult(broken, directory.resolve("out"), false, CLOCK))
        .isInstanceOf(IOException.class)
        .isNotInstanceOf(UnusableAnswerException.class);
    assertThat(files()).containsExactly("rollout.jsonl");
  }

  @Test
  void shouldReplaceAResultOnlyWhenTold() throws IOException {
    // Given
    RolloutFile rollout = rollout(META + USER);
    Path out = Files.writeString(directory.resolve("out"), "precious");

    // When, Then
    assertThatThrownBy(() -> rollout.writeResult(answer(ANSWER), out, false, CLOCK))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThat(out).hasContent("precious");
    rollout.writeResult(answer(ANSWER), out, true, CLOCK);
    assertThat(Files.readString(out)).startsWith(META);
  }

  @Test
  void shouldNeverReplaceItsInput() throws IOException {
    // Given
    RolloutFile rollout = rollout(META + USER);
    Path link = Files.createSymbolicLink(directory.resolve("link"), rollout.path());

    for (Path out : List.of(rollout.path(), link)) {
      // When, Then
      assertThatThrownBy(() -> rollout.writeResult(answer(ANSWER), out, true, CLOCK))
          .isInstanceOf(FileAlreadyExistsException.class)
          .hasMessageContaining("input");
    }
    assertThat(rollout.path()).hasContent(META + USER);
  }

  @Test
  void shouldFailWhenTheInputBecameShorter() throws IOException {
    // Given
    RolloutFile rollout = rollout(META + USER);
    Files.writeString(rollout.path(), META);

    // When, Then
    assertThatThrownBy(() -> request(rollout, "m")).isInstanceOf(IOException.class);
    assertThatThrownBy(
            () -> rollout.writeResult(answer(ANSWER), directory.resolve("out"), false, CLOCK))
        .isInstanceOf(IOException.class);
    assertThat(files()).containsExactly("rollout.jsonl");
  }

  private List<String> files() throws IOException {
    try (Stream<Path> all = Files.list(directory)) {
      return all.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private RolloutFile rollout(String text) throws IOException {
    return Rollouts.in(directory, text);
  }
}
