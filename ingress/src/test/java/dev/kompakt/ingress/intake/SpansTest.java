package dev.kompakt.ingress.intake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.schemas.history.History;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SpansTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          m m m                         | 1 1 1
          call:a out:a                  | 2
          m call:a out:a m              | 1 2 1
          call:a m m out:a              | 4
          call:a call:b out:a out:b     | 4
          call:a call:b out:b out:a m   | 4 1
          call:a out:a out:a m out:a    | 5
          call:a out:a call:b out:b     | 2 2
          call:a out:a call:a out:a     | 2 2
          call:a call:a out:a           | 1 2
          out:a call:a                  | 1 1
          call:a m                      | 1 1
          out:a m out:a                 | 1 1 1
          call:a out:b call:b out:a m   | 4 1
          call:a m out:a call:b m out:b | 3 3
          call:a call:b out:a m out:b m | 5 1
          id:a idout:a                  | 2
          ask:a m answer:a              | 3
          ask:a answer:a mcp:a          | 3
          """)
  void shouldKeepTogetherWhatBelongsTogether(String items, String spans) throws IOException {
    // Given
    String input =
        items
            .lines()
            .flatMap(l -> List.of(l.split(" ")).stream())
            .map(SpansTest::item)
            .collect(Collectors.joining(" , "));

    // When
    Scanned scanned = Scanned.of("{\"model\":\"m\",\"input\":[" + input + "]}");

    // Then
    assertThat(
            scanned.spanTexts().stream()
                .map(span -> "" + span.split("\"type\"", -1).length)
                .map(parts -> "" + (Integer.parseInt(parts) - 1))
                .collect(Collectors.joining(" ")))
        .isEqualTo(spans);
    assertThat(String.join(",", scanned.spanTexts())).isEqualTo(scanned.itemsText());
  }

  @ParameterizedTest
  @CsvSource({
    "function_call, function_call_output",
    "custom_tool_call, custom_tool_call_output",
    "computer_call, computer_call_output",
    "local_shell_call, local_shell_call_output",
    "shell_call, shell_call_output",
    "apply_patch_call, apply_patch_call_output",
    "tool_search_call, tool_search_output",
    "mcp_tool_call, mcp_tool_call_output",
  })
  void shouldPairWhenTypesAre(String call, String output) throws IOException {
    // When
    Scanned scanned =
        Scanned.of(
            "{\"model\":\"m\",\"input\":[{\"call_id\":\"c\",\"type\":\"%s\"},{},{\"type\":\"%s\",\"call_id\":\"\\u0063\"}]}"
                .formatted(call, output));

    // Then
    assertThat(scanned.spanTexts()).hasSize(1);
  }

  @Test
  void shouldNeverPartPairsWhenOrderIsRandom() throws IOException {
    // Given
    long seed = Seeds.seed();
    Random random = new Random(seed);
    for (int round = 0; round < 200; round++) {
      int calls = random.nextInt(1, 30);
      List<String> order = new ArrayList<>();
      for (int call = 0; call < calls; call++) {
        int at = random.nextInt(order.size() + 1);
        order.add(at, "call:" + call);
        order.add(Math.min(order.size(), at + 1 + random.nextInt(6)), "out:" + call);
      }
      String input = order.stream().map(SpansTest::item).collect(Collectors.joining(","));

      // When
      Scanned scanned = Scanned.of("{\"model\":\"m\",\"input\":[" + input + "]}");

      // Then
      for (int call = 0; call < calls; call++) {
        String id = "\"call_id\":\"" + call + "\"";
        assertThat(scanned.spanTexts().stream().filter(span -> span.contains(id)))
            .as("seed %s, round %s, call %s: %s", seed, round, call, order)
            .hasSize(1);
      }
      assertThat(scanned.spanTexts().size())
          .as("seed %s, round %s: %s", seed, round, order)
          .isEqualTo(spans(order));
    }
  }

  @Test
  void shouldJoinNeighboursWhenThereAreTooManySpans() throws IOException {
    // Given
    long seed = Seeds.seed();
    Random random = new Random(seed);
    String input =
        IntStream.range(0, 90_000)
            .mapToObj(
                i -> random.nextInt(1_000) == 0 ? "{\"a\":\"" + "x".repeat(9_000) + "\"}" : "{}")
            .collect(Collectors.joining(","));

    // When
    Scanned scanned = Scanned.of("{\"model\":\"m\",\"input\":[" + input + "]}");

    // Then
    List<String> spans = scanned.spanTexts();
    assertThat(spans).as("seed %s", seed).hasSizeBetween(1_000, History.MAX_SPANS);
    assertThat(String.join(",", spans)).as("seed %s", seed).isEqualTo(input);
    assertThat(spans).as("seed %s", seed).allMatch(s -> s.startsWith("{") && s.endsWith("}"));
    assertThat(Collections.max(scanned.body().spans())).as("seed %s", seed).isLessThan(9_200);
    assertThat(scanned.body().itemCount()).isEqualTo(90_000);
  }

  @Test
  void shouldNoteEachSpanWhenThereAreJustFewEnough() throws IOException {
    String items = "{}" + ",{}".repeat(History.MAX_SPANS - 1);

    assertThat(Scanned.of("{\"model\":\"m\",\"input\":[" + items + "]}").body().spans())
        .hasSize(History.MAX_SPANS)
        .containsOnly(2);
    assertThat(Scanned.of("{\"model\":\"m\",\"input\":[" + items + ",{}]}").body().spans())
        .hasSizeLessThan(History.MAX_SPANS);
  }

  /// How many spans there are by the plainest reckoning.
  private static int spans(List<String> order) {
    int spans = 0;
    for (int end = 0; end < order.size(); end++) {
      int boundary = end;
      boolean crossed =
          order.subList(0, end + 1).stream()
              .filter(item -> item.startsWith("call:"))
              .anyMatch(item -> order.indexOf("out:" + item.substring(5)) > boundary);
      spans += crossed ? 0 : 1;
    }
    return spans;
  }

  private static String item(String word) {
    String id = word.substring(word.indexOf(':') + 1);
    return switch (word.substring(0, Math.max(0, word.indexOf(':')))) {
      case "call" -> "{\"type\":\"function_call\",\"id\":\"fc_x\",\"call_id\":\"" + id + "\"}";
      case "out" -> "{\"call_id\":\"" + id + "\",\"type\":\"function_call_output\"}";
      case "id" -> "{\"type\":\"local_shell_call\",\"id\":\"" + id + "\"}";
      case "idout" -> "{\"type\":\"local_shell_call_output\",\"id\":\"" + id + "\"}";
      case "ask" -> "{\"type\":\"mcp_approval_request\",\"id\":\"" + id + "\"}";
      case "answer" ->
          "{\"type\":\"mcp_approval_response\",\"approval_request_id\":\"" + id + "\"}";
      case "mcp" -> "{\"type\":\"mcp_call\",\"approval_request_id\":\"" + id + "\"}";
      default -> "{\"type\":\"message\",\"call_id\":\"a\"}";
    };
  }
}
