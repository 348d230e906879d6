package dev.kompakt.workers.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.bootstrap.upstream.Classification;
import dev.kompakt.bootstrap.upstream.UsageReadings;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.Outcome.Malformed.Fault;
import dev.kompakt.schemas.record.Usage;
import dev.kompakt.schemas.record.UsageReading;
import dev.kompakt.workers.Jobs;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What providers answer and what is a result of it.
class AnswersTest {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final Classification FAILURES =
      new Classification(4000, name -> Optional.empty(), Jobs.NOW, () -> {});

  private final UsageReadings readings = new UsageReadings(() -> Jobs.NOW, () -> {});
  private static final String ITEM =
      "{\"id\":\"cmp_1\", \"type\":\"compaction\",\"encrypted_content\":\"\\u0041BC\"}";
  private static final String USAGE =
      "{\"input_tokens\":900,\"input_tokens_details\":{\"cached_tokens\":5},\"output_tokens\":40,"
          + "\"output_tokens_details\":{\"reasoning_tokens\":8},\"total_tokens\":940}";
  private static final Usage COUNTED = new Usage(900, 5, 40, 8);

  // --- native

  @Test
  void shouldTakeANativeAnswerByteForByte() {
    // Given
    String answer =
        "\n \n{\"id\":\"r\",\"output\":[{\"type\":\"message\"},"
            + ITEM
            + "],\"error\":null,\"usage\":"
            + USAGE
            + "}\n";

    // When
    Reply reply = NativeAnswer.check(bytes(answer));

    // Then
    assertThat(reply).isInstanceOf(Reply.Answer.class);
    assertThat(((Reply.Answer) reply).json()).isEqualTo(bytes(answer));
    assertThat(((Reply.Answer) reply).usage()).isEqualTo(COUNTED);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "``|TRUNCATED",
        "<html>|NOT_JSON",
        "[]|NOT_JSON",
        "null|NOT_JSON",
        "{\"output\":[|TRUNCATED",
        "{\"output\":[{\"type\":\"compaction\",\"encrypted_content\":\"x|TRUNCATED",
        "{\"output\":[NaN]}|NOT_JSON",
        "{\"output\":[],\"output\":[]}|NOT_JSON",
        "{\"output\":[]} {}|NOT_JSON",
        "{\"error\":{\"message\":\"x\"}}|ERROR_UNDER_200",
        "{\"output\":[],\"error\":\"x\"}|ERROR_UNDER_200",
        "{\"id\":\"x\"}|MISSING_OUTPUT",
        "{\"output\":{}}|MISSING_OUTPUT",
        "{\"output\":null}|MISSING_OUTPUT",
        "{\"output\":[]}|NOT_ONE_COMPACTION_ITEM",
        "{\"output\":[{\"type\":\"message\"}]}|NOT_ONE_COMPACTION_ITEM",
        "{\"output\":[{\"type\":{\"type\":\"compaction\"}}]}|NOT_ONE_COMPACTION_ITEM",
        "{\"output\":[{\"type\":\"compaction\",\"encrypted_content\":\"a\"},{\"type\":\"compaction_summary\",\"encrypted_content\":\"b\"}]}|NOT_ONE_COMPACTION_ITEM",
        "{\"output\":[{\"type\":\"compaction\",\"encrypted_content\":\"\"}]}|EMPTY_SUMMARY",
        "{\"output\":[{\"type\":\"compaction\"}]}|EMPTY_SUMMARY"
      })
  void shouldRefuseANativeAnswerThatIsNone(String answer, Fault fault) {
    assertThat(NativeAnswer.check(bytes(answer))).isEqualTo(Reply.malformed(fault));
  }

  @Test
  void shouldRefuseWhatIsNotUtf8OrTooDeep() {
    byte[] latin = "{\"output\":[],\"x\":\"é\"}".getBytes(StandardCharsets.ISO_8859_1);
    byte[] wide = "{\"output\":[]}".getBytes(StandardCharsets.UTF_16LE);
    byte[] deep = bytes("{\"x\":" + "[".repeat(5000) + "]".repeat(5000) + "}");
    assertThat(NativeAnswer.check(latin)).isEqualTo(Reply.malformed(Fault.NOT_JSON));
    assertThat(NativeAnswer.check(wide)).isEqualTo(Reply.malformed(Fault.NOT_JSON));
    assertThat(NativeAnswer.check(deep)).isEqualTo(Reply.malformed(Fault.NOT_JSON));
  }

  // --- trigger

  @Test
  void shouldMakeAnAnswerOfATriggeredStream() throws IOException {
    // Given
    String stream =
        event("{\"type\":\"response.created\",\"response\":{\"id\":\"r1\"}}")
            + event("{\"type\":\"keepalive\"}")
            + event("{\"type\":\"response.output_item.done\",\"item\":{\"type\":\"message\"}}")
            + event(
                "{\"type\":\"response.output_item.done\",\"output_index\":1,\"item\":" + ITEM + "}")
            + event(
                "{\"type\":\"response.completed\",\"response\":{\"id\":\"r1\",\"created_at\":17,"
                    + "\"usage\":"
                    + USAGE
                    + "}}");

    // When
    Reply reply = triggered(stream);

    // Then
    assertThat(reply).isInstanceOf(Reply.Answer.class);
    Reply.Answer answer = (Reply.Answer) reply;
    String json = new String(answer.json(), StandardCharsets.UTF_8);
    assertThat(json).as("the item goes on as it came").contains("[" + ITEM + "]");
    JsonNode tree = MAPPER.readTree(json);
    assertThat(tree.path("object").asString()).isEqualTo("response.compaction");
    assertThat(tree.path("id").asString()).isEqualTo("r1");
    assertThat(tree.path("created_at").asLong()).isEqualTo(17);
    assertThat(tree.path("usage")).isEqualTo(MAPPER.readTree(USAGE));
    assertThat(answer.usage()).isEqualTo(COUNTED);
    assertThat(NativeAnswer.check(answer.json())).isInstanceOf(Reply.Answer.class);
  }

  @Test
  void shouldRefuseATriggeredStreamThatHoldsNoResult() throws IOException {
    String item = event("{\"type\":\"response.output_item.done\",\"item\":" + ITEM + "}");
    String completed = event("{\"type\":\"response.completed\",\"response\":{\"id\":\"r1\"}}");
    String empty =
        event("{\"type\":\"response.output_item.done\",\"item\":{\"type\":\"compaction\"}}");
    assertMalformed(triggered(completed), Fault.NOT_ONE_COMPACTION_ITEM);
    assertMalformed(triggered(item + item + completed), Fault.NOT_ONE_COMPACTION_ITEM);
    assertMalformed(triggered(empty + completed), Fault.EMPTY_SUMMARY);
    assertMalformed(triggered(item), Fault.TRUNCATED);
    assertMalformed(triggered(item + event("[DONE]")), Fault.TRUNCATED);
    assertMalformed(triggered(""), Fault.TRUNCATED);
    assertMalformed(triggered(item + completed.stripTrailing()), Fault.TRUNCATED);
    assertMalformed(
        triggered(item + event("{\"type\":\"response.completed\",\"response\":{}}")),
        Fault.TRUNCATED);
    assertMalformed(triggered(item + event("{\"type\":")), Fault.NOT_JSON);
    assertMalformed(
        triggered(item + event("{\"type\":\"response.incomplete\",\"response\":{}}")),
        Fault.INCOMPLETE);
    assertThat(triggered(event("{\"type\":\"error\",\"code\":\"slow_down\",\"message\":\"x\"}")))
        .isEqualTo(
            new Reply.Failed(new Outcome.Transient(Outcome.Transient.Cause.OVERLOADED, 503, null)));
    assertThat(
            triggered(
                event(
                    "{\"type\":\"response.failed\",\"response\":{\"error\":{\"code\":"
                        + "\"context_length_exceeded\",\"message\":\"x\"}}}")))
        .isEqualTo(
            new Reply.Failed(new Outcome.TooLarge(Outcome.TooLarge.Unit.TOKENS, 1000, null)));
  }

  // --- summarize

  @Test
  void shouldTakeTheTextOfTheCompletedResponse() throws IOException {
    // Given
    String message =
        "{\"type\":\"message\",\"content\":[{\"type\":\"output_text\",\"text\":\" one\"},"
            + "{\"type\":\"output_text\",\"text\":\" two \"}]}";
    String stream =
        event("{\"type\":\"response.output_text.delta\",\"delta\":\" one two \"}")
            + event("{\"type\":\"response.output_item.done\",\"item\":" + message + "}")
            + event(
                "{\"type\":\"response.completed\",\"response\":{\"status\":\"completed\","
                    + "\"output\":[{\"type\":\"reasoning\"},"
                    + message
                    + "],\"usage\":"
                    + USAGE
                    + "}}");

    // Then
    assertThat(summarized(stream)).isEqualTo(new Reply.Summary("one two", COUNTED));
  }

  @Test
  void shouldTakeTheTextOfItemsOrDeltasWhenTheResponseLeavesItOut() throws IOException {
    String completed =
        event("{\"type\":\"response.completed\",\"response\":{\"id\":\"r\",\"output\":[]}}");
    String item =
        event(
            "{\"type\":\"response.output_item.done\",\"item\":{\"type\":\"message\",\"content\":"
                + "[{\"type\":\"output_text\",\"text\":\"item\"}]}}");
    String delta = event("{\"type\":\"response.output_text.delta\",\"delta\":\"delta\"}");
    assertThat(summarized(item + delta + completed))
        .isEqualTo(new Reply.Summary("item", Usage.NONE));
    assertThat(summarized(delta + completed)).isEqualTo(new Reply.Summary("delta", Usage.NONE));
  }

  @Test
  void shouldRefuseASummaryThatIsNone() throws IOException {
    String refusal =
        event(
            "{\"type\":\"response.completed\",\"response\":{\"status\":\"completed\",\"output\":"
                + "[{\"type\":\"message\",\"content\":[{\"type\":\"refusal\",\"refusal\":\"no\"}]}]}}");
    String blank =
        event(
            "{\"type\":\"response.completed\",\"response\":{\"output\":[{\"type\":\"message\","
                + "\"content\":[{\"type\":\"output_text\",\"text\":\" \\n \"}]}]}}");
    String incomplete =
        event(
            "{\"type\":\"response.completed\",\"response\":{\"status\":\"incomplete\",\"output\":"
                + "[{\"type\":\"message\",\"content\":[{\"type\":\"output_text\",\"text\":\"x\"}]}]}}");
    String huge =
        event(
            "{\"type\":\"response.completed\",\"response\":{\"output\":[{\"type\":\"message\","
                + "\"content\":[{\"type\":\"output_text\",\"text\":\""
                + "x".repeat(SummaryAnswer.MOST_CHARACTERS + 1)
                + "\"}]}]}}");
    assertMalformed(summarized(refusal), Fault.EMPTY_SUMMARY);
    assertMalformed(summarized(blank), Fault.EMPTY_SUMMARY);
    assertMalformed(summarized(incomplete), Fault.INCOMPLETE);
    assertMalformed(summarized(huge), Fault.TOO_LONG);
    assertMalformed(summarized(event("{\"type\":\"response.created\"}")), Fault.TRUNCATED);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "``|TRUNCATED",
        "{\"status\":\"comp|TRUNCATED",
        "hello|NOT_JSON",
        "{} {}|NOT_JSON",
        "{\"error\":{\"code\":\"x\"}}|ERROR_UNDER_200",
        "{\"id\":\"x\"}|MISSING_OUTPUT",
        "{\"status\":\"completed\"}|MISSING_OUTPUT",
        "{\"status\":\"incomplete\",\"output\":[]}|INCOMPLETE",
        "{\"status\":\"completed\",\"output\":[]}|EMPTY_SUMMARY"
      })
  void shouldRefuseAResponseObjectThatIsNoSummary(String answer, Fault fault) {
    assertMalformed(SummaryAnswer.check(bytes(answer), FAILURES), fault);
  }

  @Test
  void shouldTakeAWholeResponseWhereAProviderDoesNotStream() {
    String response =
        "{\"status\":\"completed\",\"error\":null,\"output\":[{\"type\":\"message\",\"content\":"
            + "[{\"type\":\"output_text\",\"text\":\"s\"}]}]}";
    String failed = "{\"status\":\"failed\",\"error\":{\"code\":\"server_error\"}}";
    assertThat(SummaryAnswer.check(bytes(response), FAILURES))
        .isEqualTo(new Reply.Summary("s", Usage.NONE));
    assertThat(SummaryAnswer.check(bytes(failed), FAILURES))
        .isEqualTo(
            new Reply.Failed(
                new Outcome.Transient(Outcome.Transient.Cause.SERVER_ERROR, 500, null)));
  }

  @Test
  void shouldCountAbsurdUsageAsNone() {
    JsonNode usage =
        MAPPER.readTree(
            "{\"input_tokens\":-5,\"output_tokens\":1e300,\"input_tokens_details\":7,"
                + "\"output_tokens_details\":{\"reasoning_tokens\":99999999999999999999}}");
    assertThat(Usages.of(usage)).isEqualTo(Usage.NONE);
  }

  @Test
  void shouldTakeInWhatEventsSayOfQuotas() throws IOException {
    // When
    summarized(
        event(
                "{\"type\":\"codex.rate_limits\",\"rate_limits\":{\"primary\":{\"used_percent\":42,"
                    + "\"window_minutes\":300,\"reset_at\":"
                    + Jobs.NOW.plusSeconds(900).getEpochSecond()
                    + "},\"secondary\":{\"used_percent\":-3},\"other\":7}}")
            + event("{\"type\":\"codex.rate_limits\",\"rate_limits\":\"none\"}"));

    // Then
    assertThat(readings.all())
        .containsExactly(
            new UsageReading(
                "primary",
                42,
                Duration.ofHours(5),
                Jobs.NOW.plusSeconds(900).truncatedTo(ChronoUnit.SECONDS),
                Jobs.NOW));
  }

  private static void assertMalformed(Reply reply, Fault fault) {
    assertThat(reply).isEqualTo(Reply.malformed(fault));
  }

  private Reply triggered(String stream) throws IOException {
    return read(stream, new TriggerAnswer(Jobs.NOW));
  }

  private Reply summarized(String stream) throws IOException {
    return read(stream, new SummaryAnswer());
  }

  private Reply read(String stream, ResponseEvents.Result result) throws IOException {
    ResponseMemory memory = new ResponseMemory(1L << 30);
    long limit = 16 << 20;
    try (SseReader events =
        new SseReader(
            new ByteArrayInputStream(bytes(stream)), new ByteSpool(memory, limit), limit)) {
      return ResponseEvents.read(events, result, FAILURES, readings);
    }
  }

  private static String event(String data) {
    return "event: x\ndata: " + data + "\n\n";
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
