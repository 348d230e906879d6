package dev.kompakt.standalone.rollout;

import static dev.kompakt.standalone.rollout.Rollouts.ANSWER;
import static dev.kompakt.standalone.rollout.Rollouts.CLOCK;
import static dev.kompakt.standalone.rollout.Rollouts.MAPPER;
import static dev.kompakt.standalone.rollout.Rollouts.META;
import static dev.kompakt.standalone.rollout.Rollouts.USER;
import static dev.kompakt.standalone.rollout.Rollouts.answer;
import static dev.kompakt.standalone.rollout.Rollouts.captured;
import static dev.kompakt.standalone.rollout.Rollouts.item;
import static dev.kompakt.standalone.rollout.Rollouts.jsonl;
import static dev.kompakt.standalone.rollout.Rollouts.list;
import static dev.kompakt.standalone.rollout.Rollouts.request;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class RolloutFileTest {
  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rollout-0.147_v1-compaction",
        "rollout-0.169_hand-appended-compacted",
        "rollout-0.169_local-compaction",
        "rollout-0.169_v2-compaction"
      })
  void shouldAskForWhatCodexWouldResumeWith(String capture) throws IOException {
    // Given
    List<JsonNode> lines = captured(capture);
    RolloutFile rollout = rollout(jsonl(lines));

    // When
    JsonNode request = request(rollout, "default-model");

    // Then
    assertThat(request.propertyNames()).containsExactly("model", "instructions", "input");
    assertThat(request.path("model").asString()).isEqualTo("gpt-5.5");
    assertThat(request.path("instructions").asString()).isEqualTo("<omitted>");
    assertThat(list(request.path("input"))).isEqualTo(history(lines));
    assertThat(rollout.items()).isEqualTo(history(lines).size());
  }

  @Test
  void shouldKeepTheUsersMessagesAndTheSummaryWhenAnOldCompactionReplacesNothing()
      throws IOException {
    // Given
    RolloutFile rollout =
        rollout(
            META
                + USER
                + item("{\"type\":\"message\",\"role\":\"assistant\",\"n\":2}")
                + "{\"type\":\"compacted\",\"payload\":{\"message\":\"the \\\"sum\\\"\",\"replacement_history\":null}}\n"
                + item("{\"type\":\"message\",\"role\":\"user\",\"n\":3}"));

    // When
    JsonNode input = request(rollout, "m").path("input");

    // Then
    assertThat(list(input)).extracting(item -> item.path("n").asInt(0)).containsExactly(1, 0, 3);
    assertThat(input.at("/1/content/0/text").asString()).isEqualTo("the \"sum\"");
    assertThat(input.at("/1/role").asString()).isEqualTo("user");
  }

  @Test
  void shouldKeepWhatItDoesNotUnderstand() throws IOException {
    // Given
    String text =
        META
            + "\n  \r\n"
            + "{\"type\":\"from_the_future\",\"payload\":{\"deep\":[[{}]]}}\n"
            + "{\"broken\": \n"
            + "[1]\n{\"a\":1} {\"b\":2}\n"
            + "{\"payload\":{\"type\":\"message\",\"role\":\"user\",\"n\":9},\"type\":\"response_item\"}\r\n"
            + "{\"type\":\"response_item\",\"payload\":\"text\"}\n";
    RolloutFile rollout = rollout(text);

    // When
    rollout.writeResult(answer(ANSWER), directory.resolve("out"), false, CLOCK);

    // Then
    assertThat(Files.readString(directory.resolve("out"))).startsWith(text);
    assertThat(rollout.unreadableLines()).isEqualTo(3);
    assertThat(list(request(rollout, "m").path("input")))
        .singleElement()
        .extracting(item -> item.path("n").asInt())
        .isEqualTo(9);
  }

  @Test
  void shouldUseTheLastModelAndTheFirstInstructions() throws IOException {
    // Given
    String meta = "{\"type\":\"session_meta\",\"payload\":{\"base_instructions\":%s}}\n";
    String context = "{\"type\":\"turn_context\",\"payload\":{\"model\":\"%s\"}}\n";
    RolloutFile rollout =
        rollout(
            meta.formatted("{\"text\":\"be \\\"good\\\"\\n\"}")
                + context.formatted("one")
                + USER
                + meta.formatted("\"other\"")
                + context.formatted("two"));

    // When
    JsonNode request = request(rollout, "default");

    // Then
    assertThat(request.path("model").asString()).isEqualTo("two");
    assertThat(request.path("instructions").asString()).isEqualTo("be \"good\"\n");
    assertThat(request(rollout(META + USER), "default").path("model").asString())
        .isEqualTo("default");
    assertThat(request(rollout(META + USER), "default").has("instructions")).isFalse();
  }

  @Test
  void shouldCompleteCallsThatWereInterrupted() throws IOException {
    // Given
    RolloutFile rollout =
        rollout(
            META
                + item("{\"type\":\"function_call_output\",\"call_id\":\"orphan\",\"output\":\"\"}")
                + item("{\"type\":\"function_call\",\"call_id\":\"a\"}")
                + item("{\"type\":\"custom_tool_call\",\"call_id\":\"b\\\"\"}")
                + item("{\"type\":\"function_call_output\",\"call_id\":\"a\",\"output\":\"ok\"}")
                + item("{\"type\":\"web_search_call\",\"id\":\"w\"}"));

    // When
    JsonNode input = request(rollout, "m").path("input");

    // Then
    assertThat(list(input))
        .extracting(item -> item.path("type").asString())
        .containsExactly(
            "function_call",
            "custom_tool_call",
            "custom_tool_call_output",
            "function_call_output",
            "web_search_call");
    assertThat(input.at("/2/call_id").asString()).isEqualTo("b\"");
    assertThat(input.at("/2/output").asString()).isEqualTo("aborted");
  }

  @Test
  void shouldSayHowLargeTheRequestIs() throws IOException {
    // Given
    RolloutFile rollout = rollout(jsonl(captured("rollout-0.169_v2-compaction")));
    ByteArrayOutputStream out = new ByteArrayOutputStream();

    // When
    rollout.writeRequest(out, "m");

    // Then
    assertThat(rollout.requestBytes("m")).isEqualTo(out.size());
    assertThat(rollout.historyBytes())
        .isEqualTo(
            MAPPER
                .readTree(out.toByteArray())
                .path("input")
                .toString()
                .getBytes(StandardCharsets.UTF_8)
                .length);
  }

  @ParameterizedTest
  @ValueSource(ints = {10_000, 65_536, 300_000})
  void shouldFindItemsWhereverBlocksOfTheFileEnd(int bytes) throws IOException {
    // Given
    StringBuilder text = new StringBuilder(META);
    for (int i = 0; i < 30; i++) {
      String filler = "é\\n".repeat((bytes + i * 37) / 40);
      text.append(
          item(
              "{\"type\":\"message\",\"role\":\"user\",\"n\":" + i + ",\"t\":\"" + filler + "\"}"));
    }
    RolloutFile rollout = rollout(text.toString());

    // When
    JsonNode input = request(rollout, "m").path("input");

    // Then
    List<Integer> numbers = new ArrayList<>();
    input.forEach(item -> numbers.add(item.path("n").asInt()));
    assertThat(numbers).hasSize(30).isSorted().startsWith(0).endsWith(29);
  }

  /// The rule of the history, over trees.
  private static List<JsonNode> history(List<JsonNode> lines) {
    List<JsonNode> history = new ArrayList<>();
    for (JsonNode line : lines) {
      if (line.path("type").asString().equals("response_item")) {
        history.add(line.path("payload"));
      } else if (line.path("type").asString().equals("compacted")) {
        history = new ArrayList<>(list(line.at("/payload/replacement_history")));
      }
    }
    return history;
  }

  private RolloutFile rollout(String text) throws IOException {
    return Rollouts.in(directory, text);
  }
}
