package dev.kompakt.standalone.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InputFileTest {
  @TempDir private Path directory;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "a.jsonl|``|is empty",
        "a.jsonl|` \\n `|is empty",
        "a.txt|hello|is not JSON",
        "a.json|[1]|is not JSON",
        "a.json|{\"model\":\"m\",\"input\":[1}|is not valid JSON (at line 1)",
        "a.json|{\"input\":\"x\"}|without a model",
        "a.json|{\"model\":\"\",\"input\":\"x\"}|without a model",
        "a.json|{\"model\":\"m\",\"input\":[]}|without input",
        "a.json|{\"model\":\"m\",\"input\":7}|without input",
        "a.json|{\"model\":\"m\"}|neither a codex rollout nor a request",
        "a.json|{\"model\":\"m\",\"input\":\"x\"}{}|more than one JSON value",
        "a.jsonl|{\"custom_id\":\"1\",\"body\":{}}|neither a codex rollout nor a request",
        "a.jsonl|{\"type\":\"response_item\",\"payload\":{\"type\":\"message\"}}|session_meta",
        "a.jsonl|{\"type\":\"session_meta\",\"payload\":{}}|no history",
        "a.jsonl|{\"payload\":{}}|without a readable line",
        "a.compacted.jsonl|{}|the result of a compaction",
        "a.compacted.json|{}|the result of a compaction"
      })
  void shouldSayWhyAFileCannotBeCompacted(String name, String text, String reason)
      throws IOException {
    // Given
    Path file = Files.writeString(directory.resolve(name), text.replace("\\n", "\n"));

    // When
    InputFile input = InputFile.open(file);

    // Then
    assertThat(input)
        .isInstanceOfSatisfying(
            InputFile.Unreadable.class,
            unreadable -> assertThat(unreadable.reason()).contains(reason));
  }

  @Test
  void shouldSayWhenItIsNoTextAtAll() throws IOException {
    assertThat(reason(Files.write(directory.resolve("a"), hex(0x28, 0xb5, 0x2f, 0xfd, 0))))
        .contains("zstd -d");
    assertThat(reason(Files.write(directory.resolve("b"), hex(0x1f, 0x8b, 8)))).contains("gzip -d");
    assertThat(reason(Files.write(directory.resolve("c"), hex(0xef, 0xbb, 0xbf, '{'))))
        .contains("byte order mark");
    assertThat(reason(Files.write(directory.resolve("d"), hex(0xff, 0xfe, '{', 0))))
        .contains("byte order mark");
    assertThat(reason(directory)).contains("directory");
    assertThat(reason(directory.resolve("nowhere"))).contains("does not exist");
  }

  @Test
  void shouldTakeARequestAsItIs() throws IOException {
    // Given
    String text = "\n{ \"input\": [{\"role\":\"user\"}, {}],\n \"model\": \"m\", \"x\": [1] }\n";
    Path file = Files.writeString(directory.resolve("request.json"), text);

    // When
    InputFile input = InputFile.open(file);

    // Then
    assertThat(input).isEqualTo(new RequestFile(file, "m", 2, text.length()));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ((RequestFile) input).writeRequest(out, "other");
    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo(text);
  }

  @Test
  void shouldWriteTheAnswerOfARequestAsItCame() throws IOException {
    // Given
    Path file = Files.writeString(directory.resolve("r.json"), "{\"model\":\"m\",\"input\":\"x\"}");
    RequestFile request = (RequestFile) InputFile.open(file);
    String answer = "{\"output\": [ {\"n\": 1.50} ], \"id\": \"é\"}";
    Path out = directory.resolve(request.outputName());

    // When
    Compactable.Result result =
        request.writeResult(stream(answer), out, false, InstantSource.system());

    // Then
    assertThat(out).hasFileName("r.compacted.json");
    assertThat(Files.readString(out)).isEqualTo(answer + "\n");
    assertThat(result.items()).isEqualTo(1);
    assertThatThrownBy(
            () -> request.writeResult(stream("{\"output\":["), out, true, InstantSource.system()))
        .isInstanceOf(UnusableAnswerException.class);
    assertThat(Files.readString(out)).isEqualTo(answer + "\n");
  }

  @Test
  void shouldNameResultsAfterTheirInput() {
    assertThat(OutputName.of(Path.of("/a/b.jsonl"), OutputName.ROLLOUT))
        .isEqualTo("b.compacted.jsonl");
    assertThat(OutputName.of(Path.of("b.jsonl"), OutputName.REQUEST)).isEqualTo("b.compacted.json");
    assertThat(OutputName.of(Path.of("b.v2"), OutputName.ROLLOUT))
        .isEqualTo("b.v2.compacted.jsonl");
    assertThat(OutputName.of(Path.of(".jsonl"), OutputName.ROLLOUT))
        .isEqualTo(".jsonl.compacted.jsonl");
  }

  private static ByteArrayInputStream stream(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String reason(Path path) {
    return InputFile.open(path) instanceof InputFile.Unreadable(_, String reason) ? reason : "";
  }

  private static byte[] hex(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }
}
