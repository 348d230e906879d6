package dev.kompakt.standalone.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ExamplesTest {
  private static final Path EXAMPLES = Path.of("../examples");
  private static final JsonMapper MAPPER = new JsonMapper();

  @Test
  void shouldHoldAWholeSession() throws IOException {
    // Given
    Path file = EXAMPLES.resolve("rollout.jsonl");

    // When
    RolloutFile rollout = (RolloutFile) InputFile.open(file);

    // Then
    assertThat(rollout.unreadableLines()).isZero();
    assertThat(rollout.torn()).isFalse();
    assertThat(rollout.model()).contains("gpt-5.5");
    assertThat(rollout.historyBytes()).isBetween(100_000L, 300_000L);
    List<String> lines = Files.readAllLines(file);
    for (int i = 0; i < lines.size(); i++) {
      assertThat(MAPPER.readTree(lines.get(i)).path("ordinal").asInt(-1)).isEqualTo(i);
    }
    assertPaired(rollout);
  }

  @Test
  void shouldHoldARequest() throws IOException {
    // When
    RequestFile request = (RequestFile) InputFile.open(EXAMPLES.resolve("request.json"));

    // Then
    assertThat(request.items()).isEqualTo(10);
    assertPaired(request);
  }

  private static void assertPaired(Compactable input) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    input.writeRequest(out, "m");
    Set<String> open = new HashSet<>();
    for (JsonNode item : MAPPER.readTree(out.toByteArray()).path("input")) {
      String type = item.path("type").asString();
      if (type.endsWith("_call")) {
        open.add(item.path("call_id").asString());
      } else if (type.endsWith("_output")) {
        assertThat(open.remove(item.path("call_id").asString())).as("%s", item).isTrue();
        assertThat(item.path("output").asString()).isNotEqualTo("aborted");
      }
    }
    assertThat(open).isEmpty();
  }
}
