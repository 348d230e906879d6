package dev.kompakt.standalone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EarlierResultTest {
  private static final String ONE = "{\"type\":\"session_meta\"}\n";
  private static final String TWO = "{\"type\":\"response_item\"}\n";
  private static final String RESULT = "{\"timestamp\":\"t\",\"type\":\"compacted\"}\n";

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({
    "12, 12C, true", // just the earlier result
    "12, 1C, true", // the input has grown since
    "1, 12C, false", // not of this input
    "12, 12C2, false", // codex went on from it
    "12, 12, false", // no result at all
    "12, C, false",
    "12, 22C, false",
  })
  void shouldBeReplacedWhenItIsTheInputAndOneCompactedLine(
      String input, String result, boolean replaced) throws IOException {
    // Given
    Path from = Files.writeString(directory.resolve("a.jsonl"), lines(input));
    Path to = Files.writeString(directory.resolve("a.compacted.jsonl"), lines(result));

    // When
    boolean mayBeReplaced = EarlierResult.mayBeReplaced(from, to);

    // Then
    assertThat(mayBeReplaced).isEqualTo(replaced);
  }

  @Test
  void shouldBeReplacedWhenTheInputsLastLineHadNoEnd() throws IOException {
    // Given
    Path from = Files.writeString(directory.resolve("a.jsonl"), ONE.strip());
    Path to = Files.writeString(directory.resolve("a.compacted.jsonl"), ONE + RESULT);

    // When
    boolean mayBeReplaced = EarlierResult.mayBeReplaced(from, to);

    // Then
    assertThat(mayBeReplaced).isTrue();
  }

  @Test
  void shouldKeepWhatIsTornWhenItsLastLineHasNoEnd() throws IOException {
    // Given
    Path from = Files.writeString(directory.resolve("a.jsonl"), ONE);
    Path to = Files.writeString(directory.resolve("a.compacted.jsonl"), ONE + RESULT.strip());

    // When
    boolean mayBeReplaced = EarlierResult.mayBeReplaced(from, to);

    // Then
    assertThat(mayBeReplaced).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "'{\"object\": \"response.compaction\"}', true",
    "'{\"mine\":1}', false",
    "'', false"
  })
  void shouldBeReplacedWhenItIsACompactionResponse(String text, boolean replaced)
      throws IOException {
    // Given
    Path from = Files.writeString(directory.resolve("a.json"), "{}");
    Path to = Files.writeString(directory.resolve("a.compacted.json"), text);

    // When
    boolean mayBeReplaced = EarlierResult.mayBeReplaced(from, to);

    // Then
    assertThat(mayBeReplaced).isEqualTo(replaced);
  }

  private static String lines(String symbols) {
    return symbols.replace("1", ONE).replace("2", TWO).replace("C", RESULT);
  }
}
