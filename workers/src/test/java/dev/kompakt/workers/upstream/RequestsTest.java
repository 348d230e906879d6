package dev.kompakt.workers.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.schemas.history.PayloadRef;
import dev.kompakt.schemas.history.Piece;
import dev.kompakt.schemas.record.Checkpoint;
import dev.kompakt.schemas.record.Job;
import dev.kompakt.schemas.record.Mode;
import dev.kompakt.schemas.record.Work;
import dev.kompakt.workers.Captures;
import dev.kompakt.workers.Jobs;
import dev.kompakt.workers.TestConfig;
import dev.kompakt.workers.payload.MemoryPayloads;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// What each mode sends.
class RequestsTest {
  private static final JsonMapper MAPPER = new JsonMapper();

  @TempDir private Path directory;
  private final MemoryPayloads payloads = new MemoryPayloads();

  @Test
  void shouldSendTheCompactEndpointOnlyWhatItKnows() throws IOException {
    // Given
    ObjectNode request = Captures.body(Captures.V2);
    request.put("instructions", "be \"brief\" é").put("previous_response_id", "r0");
    request.put("background", true).putObject("metadata").put("k", "v");

    // When
    JsonNode sent = send(Mode.NATIVE, request);

    // Then
    assertThat(sent.propertyNames())
        .containsExactlyInAnyOrder(
            "model",
            "input",
            "instructions",
            "previous_response_id",
            "tools",
            "parallel_tool_calls",
            "reasoning",
            "prompt_cache_key",
            "text");
    assertThat(sent.path("input")).isEqualTo(request.path("input"));
    assertThat(sent.path("instructions")).isEqualTo(request.path("instructions"));
    assertThat(sent.path("text")).isEqualTo(request.path("text"));
    assertThat(sent.path("model").asString()).as("the job's").isEqualTo("gpt-5.5");
  }

  @Test
  void shouldLeaveOutToolsTheProviderRefuses() throws IOException {
    // Given
    ObjectNode request = Captures.body(Captures.V1);

    // When
    JsonNode sent = send(Mode.NATIVE, request);

    // Then
    assertThat(request.path("tools")).anyMatch(tool -> type(tool).equals("web_search"));
    assertThat(sent.path("tools"))
        .isNotEmpty()
        .allMatch(tool -> type(tool).equals("function") || type(tool).equals("custom"));
    assertThat(sent.path("parallel_tool_calls").asBoolean()).isTrue();
  }

  @Test
  void shouldLeaveOutAllOfToolsWhenNoneIsLeft() throws IOException {
    // Given
    ObjectNode request = Captures.body(Captures.V2);
    request.putArray("tools").addObject().put("type", "web_search");

    // When
    JsonNode compact = send(Mode.NATIVE, request);
    JsonNode triggered = send(Mode.TRIGGER, request);

    // Then
    assertThat(compact.propertyNames()).doesNotContain("tools", "parallel_tool_calls");
    assertThat(triggered.propertyNames())
        .doesNotContain("tools", "parallel_tool_calls", "tool_choice");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"type\":\"web_search\"} | false",
        "{\"type\":\"allowed_tools\",\"tools\":[1,{\"type\":\"function\"},{\"type\":\"tool_search\"}]} | false",
        "{\"type\":\"allowed_tools\",\"tools\":[{\"type\":\"function\",\"name\":\"web_search\"}]} | true",
        "{\"type\":\"function\",\"name\":\"exec\"} | true",
        "\"required\" | true",
      })
  void shouldLeaveOutAChoiceOfAToolTheProviderRefuses(String choice, boolean goes)
      throws IOException {
    // Given
    ObjectNode request = Captures.body(Captures.V2);
    request.set("tool_choice", MAPPER.readTree(choice));

    // When
    JsonNode sent = send(Mode.TRIGGER, request);

    // Then
    assertThat(sent.path("tools")).isNotEmpty();
    assertThat(sent.has("tool_choice")).isEqualTo(goes);
  }

  @Test
  void shouldSendATriggerWithAllTheClientSent() throws IOException {
    // Given
    ObjectNode request = Captures.body(Captures.V2);
    request.put("stream", false).put("store", true).put("background", true);
    JsonNode items = MAPPER.readTree("[" + Captures.items(request) + "]");

    // When
    JsonNode sent = send(Mode.TRIGGER, request);

    // Then
    assertThat(sent.path("stream").asBoolean()).isTrue();
    assertThat(sent.path("store").asBoolean()).isFalse();
    assertThat(sent.has("background")).isFalse();
    assertThat(sent.path("client_metadata")).isEqualTo(request.path("client_metadata"));
    assertThat(sent.path("include")).isEqualTo(request.path("include"));
    assertThat(sent.path("input")).hasSize(items.size() + 1);
    assertThat(sent.path("input").get(items.size()).toString())
        .isEqualTo("{\"type\":\"compaction_trigger\"}");
  }

  @Test
  void shouldSendATriggerAloneForAnEmptyHistory() throws IOException {
    ObjectNode request = Captures.body(Captures.V2);
    request.putArray("input");
    assertThat(send(Mode.TRIGGER, request).path("input")).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource(names = "LOCAL", mode = EnumSource.Mode.EXCLUDE)
  void shouldSendThePiecesOfAWholeOnly(Mode mode) throws IOException {
    // Given
    PayloadRef items = payloads.put("{\"n\":1},{\"secret\":2},{\"n\":3}");
    List<Piece> pieces = List.of(new Piece.Copy(0, 7), new Piece.Copy(20, 8));
    Work.Finish finish = Jobs.finish(items, Checkpoint.SEALED);

    // When
    JsonNode sent = read(mode, "{}", new Work.Whole(items, pieces, finish));
    JsonNode nothing = read(mode, "{}", new Work.Whole(items, List.of(), finish));

    // Then
    assertThat(sent.path("input").toString()).startsWith("[{\"n\":1},{\"n\":3}");
    assertThat(sent.toString()).doesNotContain("secret");
    assertThat(nothing.path("input")).hasSize(mode == Mode.NATIVE ? 0 : 1);
  }

  @Test
  void shouldAskForASummaryWithKompaktsOwnInstructions() throws IOException {
    // Given
    ObjectNode request = Captures.body(Captures.V2);
    request.put("instructions", "the client's").put("service_tier", "flex");
    ((ObjectNode) request.path("text")).putObject("format").put("type", "json_schema");

    // When
    JsonNode sent = send(Mode.SUMMARIZE, request);

    // Then
    assertThat(sent.propertyNames())
        .containsExactlyInAnyOrder(
            "model",
            "service_tier",
            "reasoning",
            "prompt_cache_key",
            "text",
            "stream",
            "store",
            "max_output_tokens",
            "instructions",
            "input");
    assertThat(sent.path("text").toString()).isEqualTo("{\"verbosity\":\"low\"}");
    assertThat(sent.path("max_output_tokens").asInt()).isEqualTo(16_384);
    assertThat(sent.path("instructions").asString())
        .contains("checkpoint")
        .doesNotContain("the client's");
    assertThat(sent.path("input")).hasSize(request.path("input").size() + 1);
  }

  @Test
  void shouldSendAChunksPiecesInOrder() throws IOException {
    // Given
    PayloadRef items = payloads.put("{\"n\":1},{\"n\":2},{\"n\":3}");
    Work.Chunk chunk =
        new Work.Chunk(
            items,
            List.of(
                new Piece.Copy(8, 7),
                new Piece.Literal(",{\"text\":\"é "),
                new Piece.Copy(2, 1),
                new Piece.Literal("\"}")),
            1,
            3);

    // When
    JsonNode sent = read(Mode.SUMMARIZE, "{\"model\":\"m\"}", chunk);

    // Then
    assertThat(sent.path("input").get(0).toString()).isEqualTo("{\"n\":2}");
    assertThat(sent.path("input").get(1).toString()).isEqualTo("{\"text\":\"é n\"}");
    assertThat(sent.path("instructions").asString()).contains("part 2 of 3");
  }

  @Test
  void shouldSendPartialSummariesAsMessages() throws IOException {
    // Given
    List<PayloadRef> summaries = List.of(payloads.put("one \"é\"\n\u0001"), payloads.put("two"));

    // When
    JsonNode sent = read(Mode.SUMMARIZE, "{}", new Work.Merge(summaries, null));

    // Then
    assertThat(sent.path("input").get(0).path("content").get(0).path("text").asString())
        .isEqualTo("Partial summary 1 of 2\n\none \"é\"\n\u0001");
    assertThat(sent.path("input").get(1).path("content").get(0).path("text").asString())
        .isEqualTo("Partial summary 2 of 2\n\ntwo");
    assertThat(sent.path("instructions").asString()).contains("2 partial summaries");
  }

  @Test
  void shouldRefuseAnEnvelopeOfTooManyFields() {
    StringBuilder fields = new StringBuilder("{\"model\":\"m\"");
    for (int i = 0; i < 1000; i++) {
      fields.append(",\"f").append(i).append("\":0");
    }
    assertThatThrownBy(() -> read(Mode.TRIGGER, fields + "}", new Work.Merge(List.of(), null)))
        .isInstanceOf(EnvelopeRejectedException.class)
        .hasMessageContaining("too_many_fields");
  }

  private JsonNode send(Mode mode, ObjectNode request) throws IOException {
    PayloadRef items = payloads.put(Captures.items(request));
    return read(mode, Captures.envelope(request), Jobs.whole(items, Checkpoint.SEALED));
  }

  private JsonNode read(Mode mode, String envelope, Work work) throws IOException {
    KompaktConfig.Provider provider =
        TestConfig.of(directory, URI.create("http://x"), "").providers().getFirst();
    PayloadRef stored = payloads.put(envelope);
    Job job = Jobs.of(1, "a", mode, stored, work);
    UpstreamMode adapter =
        switch (mode) {
          case NATIVE -> new NativeMode();
          case TRIGGER -> new TriggerMode();
          case SUMMARIZE, LOCAL -> new SummarizeMode(payloads);
        };
    RequestBody body =
        adapter.body(job, Envelope.read(stored, payloads.open(stored, stored.whole())), provider);
    try (InputStream in = body.open(payloads)) {
      byte[] bytes = in.readAllBytes();
      assertThat(bytes.length).as("the length is exact").isEqualTo(body.length());
      return MAPPER.readTree(new String(bytes, StandardCharsets.UTF_8));
    }
  }

  private static String type(JsonNode tool) {
    return tool.path("type").asString();
  }
}
