package dev.kompakt.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InspectionTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"model\":\"m\",\"input\":[{\"type\":\"compaction_trigger\"},{\"role\":\"user\"}]}|follows compaction_trigger",
        "{\"model\":\"m\",\"input\":[{\"type\":\"function_call_output\",\"call_id\":\"c\"}]}|without its call",
        "{\"model\":\"m\",\"input\":[{\"type\":\"function_call\",\"call_id\":\"c\"}]}|has no output",
        "{\"model\":\"m\",\"input\":[{\"type\":\"compaction\"}]}|without encrypted_content",
        "{\"model\":\"m\",\"input\":[]}|input is empty",
        "{\"model\":\"m\",\"input\":[\"x\"]}|is not an object",
        "{\"model\":\"m\"}|no input",
        "{\"input\":\"x\"}|no model",
        "{\"model\":\"m\",\"model\":\"m\",\"input\":\"x\"}|not JSON",
        "{\"model\":\"m\",\"input\":\"x\"} {}|follows the body",
        "[]|not an object",
        "{\"model\":\"m\",\"input\":\"x|not JSON"
      })
  void shouldNameWhatAStrictProviderRefuses(String body, String violation) {
    assertThat(inspect("/v1/responses", body).violations())
        .singleElement()
        .asString()
        .contains(violation);
  }

  @Test
  void shouldRefuseAtTheCompactEndpointWhatItDoesNotKnow() {
    // When
    Inspection seen =
        inspect(
            "/v1/responses/compact",
            "{\"model\":\"m\",\"stream\":true,\"input\":[{\"type\":\"compaction_trigger\"}]}");

    // Then
    assertThat(seen.endpoint()).isEqualTo(Call.Endpoint.COMPACT);
    assertThat(seen.violations())
        .containsExactly("unknown parameter stream", "compaction_trigger at the compact endpoint");
  }

  @Test
  void shouldAcceptCallsWithTheirOutputsInAnyOrder() {
    // When
    Inspection seen =
        inspect(
            "/v1/responses",
            """
            {"model":"m","stream":true,"input":[
             {"type":"function_call","call_id":"a"},{"type":"custom_tool_call","call_id":"b"},
             {"type":"custom_tool_call_output","call_id":"b"},
             {"type":"function_call_output","call_id":"a"},
             {"type":"web_search_call","id":"ws"},{"type":"reasoning"}]}""");

    // Then
    assertThat(seen.violations()).isEmpty();
    assertThat(seen.items()).isEqualTo(6);
    assertThat(seen.stream()).isTrue();
  }

  private static Inspection inspect(String path, String body) {
    return Inspection.of(
        new RequestHead(
            "POST",
            path,
            Map.of(
                "authorization", List.of("Bearer a"), "content-type", List.of("application/json"))),
        body.getBytes(StandardCharsets.UTF_8));
  }
}
