package dev.kompakt.workers.answer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.bootstrap.seal.CheckpointSeal;
import dev.kompakt.bootstrap.seal.SealingKey;
import dev.kompakt.schemas.history.ByteRange;
import dev.kompakt.schemas.history.PayloadRef;
import dev.kompakt.schemas.id.TenantId;
import dev.kompakt.schemas.record.Checkpoint;
import dev.kompakt.schemas.record.Job;
import dev.kompakt.schemas.record.Mode;
import dev.kompakt.schemas.record.Usage;
import dev.kompakt.schemas.record.Work;
import dev.kompakt.workers.Jobs;
import dev.kompakt.workers.payload.MemoryPayloads;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class AnswerWriterTest {
  private static final String SUMMARY = "Objective: \"é😀\"\n\u0001done";
  private static final Usage USAGE = new Usage(900, 5, 40, 8);

  private final MemoryPayloads payloads = new MemoryPayloads();
  private final CheckpointSeal seal = new CheckpointSeal(new SealingKey(new byte[32]));
  private final AnswerWriter answers = new AnswerWriter(payloads, seal);
  private final PayloadRef items =
      payloads.put("{\"role\":\"user\", \"n\":1},{\"x\":2},{\"role\":\"user\",\"n\":3}");

  @Test
  void shouldEndInOneSealedItemAfterTheRetainedMessages() throws IOException {
    // When
    String json = write(Checkpoint.SEALED);

    // Then
    JsonNode answer = new JsonMapper().readTree(json);
    assertThat(answer.propertyNames())
        .containsExactly("id", "object", "created_at", "output", "usage");
    assertThat(answer.path("object").asString()).isEqualTo("response.compaction");
    assertThat(answer.path("created_at").asLong()).isEqualTo(Jobs.NOW.getEpochSecond());
    assertThat(json)
        .as("messages as the client wrote them")
        .contains("[{\"role\":\"user\", \"n\":1},{\"role\":\"user\",\"n\":3},{");
    JsonNode item = answer.path("output").get(2);
    assertThat(answer.path("output")).hasSize(3);
    assertThat(item.path("type").asString()).isEqualTo("compaction");
    assertThat(item.path("id").asString()).matches("cmp_[0-9a-f]{40}");
    String content = item.path("encrypted_content").asString();
    assertThat(seal.open(TenantId.LOCAL, content)).isEqualTo(SUMMARY);
    assertThat(seal.open(new TenantId("other"), content)).isNull();
    assertThat(answer.path("usage").path("total_tokens").asInt()).isEqualTo(940);
    assertThat(answer.path("usage").path("input_tokens_details").path("cached_tokens").asInt())
        .isEqualTo(5);
  }

  @Test
  void shouldEndInADeveloperMessageWhenThePlainFormIsAsked() throws IOException {
    // When
    JsonNode answer = new JsonMapper().readTree(write(Checkpoint.PLAIN));

    // Then
    JsonNode item = answer.path("output").get(2);
    assertThat(answer.path("output")).hasSize(3);
    assertThat(item.path("role").asString()).isEqualTo("developer");
    assertThat(item.path("content").get(0).path("text").asString())
        .isEqualTo(AnswerWriter.PLAIN_INTRO + SUMMARY);
    assertThat(item.toString()).doesNotContain("encrypted");
  }

  @Test
  void shouldJoinPartialSummariesInOrder() throws IOException {
    assertThat(answers.joined(List.of(payloads.put("one"), payloads.put("zwei é"))))
        .isEqualTo("Part 1 of 2\n\none\n\nPart 2 of 2\n\nzwei é");
  }

  @Test
  void shouldCutWhatIsTooLongToJoinBetweenCharactersAndCountIt() throws IOException {
    // Given
    String text = "€".repeat(AnswerWriter.MOST_JOINED_BYTES / 3 + 10);

    // When
    String joined = answers.joined(List.of(payloads.put(text)));

    // Then
    assertThat(joined).doesNotContain("\uFFFD").matches("(?s).*€\n\\[… \\d+ bytes left out]");
    int kept = (int) joined.chars().filter(c -> c == '€').count();
    assertThat(joined).contains("[… " + (text.length() - kept) * 3 + " bytes");
  }

  private String write(Checkpoint checkpoint) throws IOException {
    Work.Finish finish =
        new Work.Finish(checkpoint, items, List.of(new ByteRange(0, 22), new ByteRange(31, 21)), 3);
    Job job = Jobs.of(1, "a", Mode.SUMMARIZE, Jobs.EMPTY, new Work.Whole(items, null, finish));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    answers.summary(job, finish, SUMMARY, USAGE, out);
    return out.toString(StandardCharsets.UTF_8);
  }
}
