package dev.kompakt.workers.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.bootstrap.seal.CheckpointSeal;
import dev.kompakt.bootstrap.seal.SealingKey;
import dev.kompakt.schemas.history.ByteRange;
import dev.kompakt.schemas.history.PayloadRef;
import dev.kompakt.schemas.id.TenantId;
import dev.kompakt.schemas.record.Checkpoint;
import dev.kompakt.schemas.record.Job;
import dev.kompakt.schemas.record.Mode;
import dev.kompakt.schemas.record.Work;
import dev.kompakt.workers.Captures;
import dev.kompakt.workers.Jobs;
import dev.kompakt.workers.Seeded;
import dev.kompakt.workers.answer.AnswerWriter;
import dev.kompakt.workers.payload.MemoryPayloads;
import dev.kompakt.workers.stop.AttemptBounds;
import dev.kompakt.workers.stop.StopSignal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class LocalCompactionTest {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final long PREFACE = 1024;
  private static final long ALL = Long.MAX_VALUE;

  private final MemoryPayloads payloads = new MemoryPayloads();
  private final CheckpointSeal seal = new CheckpointSeal(new SealingKey(new byte[32]));
  private final LocalCompaction compaction =
      new LocalCompaction(payloads, new AnswerWriter(payloads, seal));

  @Test
  void shouldKeepASmallHistoryAndSayWhatItDid() throws IOException {
    // Given
    Histories history =
        new Histories()
            .message("developer", "rules")
            .message("user", "question")
            .call("c1", "ls")
            .output("c1", "a b c")
            .add(Histories.object("reasoning").put("encrypted_content", "x"))
            .message("assistant", "answer");

    // When
    JsonNode output = plain(history, ALL).path("output");

    // Then
    assertThat(output).hasSize(6);
    assertThat(output.get(0).path("role").asString()).isEqualTo("developer");
    assertThat(text(output.get(0)))
        .contains("Items: 6 before, 5 after (5 unchanged, 0 shortened)")
        .contains("1 reasoning, 0 encrypted, 0 others")
        .contains("Bytes: " + history.items().length() + " before");
    List<String> kept = new ArrayList<>();
    output.forEach(item -> kept.add(item.toString()));
    assertThat(String.join(",", kept.subList(1, 6)))
        .isEqualTo(history.items().replaceAll("\\{\"type\":\"reasoning\"[^}]*},", ""));
  }

  @Test
  void shouldShortenOlderOutputsInPlaceAndCountWhatIsLeftOut() throws IOException {
    // Given
    Histories history = new Histories().message("user", "go");
    history.call("c1", "cat big").output("c1", "HEAD" + "x".repeat(200_000) + "TAIL");
    history.message("assistant", "A".repeat(100_000));
    history.message("user", "y".repeat(3_000));

    // When
    JsonNode output = plain(history, ALL).path("output");

    // Then
    String shortened = output.get(3).path("output").asString();
    assertThat(output.get(3).path("call_id").asString()).isEqualTo("c1");
    assertThat(shortened)
        .startsWith("[[2]]HEADxxx")
        .endsWith("xxxTAIL")
        .matches("(?s).*\\[… \\d+ bytes left out …].*")
        .hasSizeLessThan(1200);
    long said =
        Long.parseLong(shortened.replaceAll("(?s).*\\[… (\\d+) bytes.*", "$1"))
            + shortened.replaceAll("\\[… .* …]", "").length();
    assertThat(said).isEqualTo("[[2]]HEADTAIL".length() + 200_000);
    assertThat(text(output.get(4))).as("less is taken of what was said").hasSizeGreaterThan(3000);
    assertThat(text(output.get(5))).as("a retained message stays").hasSize(3005);
  }

  @Test
  void shouldKeepTheArgumentsOfACallJson() throws IOException {
    // Given
    Histories history = new Histories().call("c1", "echo \"\\n\" é😀 ".repeat(5_000));
    history.output("c1", "ok").message("user", "z".repeat(80_000));

    // When
    JsonNode call = plain(history, ALL).path("output").get(1);

    // Then
    JsonNode arguments = MAPPER.readTree(call.path("arguments").asString());
    assertThat(arguments.path("shortened_arguments").asString())
        .startsWith("{\"cmd\":\"[[0]]echo \\\"\\\\n\\\" é😀 echo")
        .contains("bytes left out")
        .endsWith("\"}");
  }

  @Test
  void shouldLeaveImagesOutButKeepTheItemValid() throws IOException {
    // Given
    ObjectNode screenshot = Histories.object("computer_call_output").put("call_id", "c1");
    screenshot
        .putObject("output")
        .put("type", "computer_screenshot")
        .put("image_url", "data:image/png;base64," + "A".repeat(300_000));
    ObjectNode pictured = Histories.object("message").put("role", "assistant");
    pictured
        .putArray("content")
        .addObject()
        .put("type", "input_image")
        .put("image_url", "data:" + "B".repeat(50_000));
    Histories history = new Histories();
    history.add(Histories.object("computer_call").put("call_id", "c1"));
    history.add(screenshot).add(pictured).message("user", "z".repeat(80_000));

    // When
    JsonNode output = plain(history, ALL).path("output");

    // Then
    assertThat(output.get(2).path("output").path("image_url").asString())
        .startsWith("data:image/png;base64,")
        .hasSizeLessThan(200);
    assertThat(text(output.get(3))).isEqualTo("[an image or file was left out]");
  }

  @Test
  void shouldPartNoCallFromItsOutput() throws IOException {
    // Given
    Histories history = new Histories();
    history.call("orphan", "x").output("nobody", "y").message("user", "z");

    // When
    JsonNode output = plain(history, ALL).path("output");

    // Then
    assertThat(output).hasSize(2);
    assertThat(text(output.get(0))).contains("2 others");
  }

  @Test
  void shouldShortenWhatWasSaidBeyondTheRetainedBudget() throws IOException {
    // Given
    Histories history = new Histories();
    history.message("user", "OLD" + "x".repeat(50_000) + "END");
    history.message("assistant", "a".repeat(100_000));
    history.message("user", "NEW" + "y".repeat(20_000));

    // When
    JsonNode output = plain(history, 25_000).path("output");

    // Then
    assertThat(text(output.get(1))).startsWith("[[0]]OLDx").endsWith("xEND").hasSizeLessThan(2200);
    assertThat(text(output.get(3))).hasSize(20_008);
  }

  @Test
  void shouldHandleASingleItemOfManyMegabytes() throws IOException {
    // Given
    Histories history = new Histories().call("c1", "cat");
    history.output("c1", "é".repeat(15_000_000));

    // When
    byte[] answer = compact(history, ALL, Checkpoint.PLAIN);

    // Then
    assertThat(answer.length).isLessThan(4096);
    assertThat(MAPPER.readTree(answer).path("output").get(2).path("output").asString())
        .doesNotContain("\uFFFD")
        .startsWith("[[1]]éé");
  }

  @Test
  void shouldBoundTheAnswerOfALongHistoryOfSmallItems() throws IOException {
    // Given
    Histories history = new Histories();
    for (int i = 0; i < 30_000; i++) {
      history.call("c" + i, "ls " + i).output("c" + i, "file " + i);
    }

    // When
    byte[] answer = compact(history, ALL, Checkpoint.PLAIN);

    // Then
    assertThat(answer.length).isLessThan((64 + 384 + 2) * 1024);
    assertThat(new String(answer, StandardCharsets.UTF_8))
        .as("the newest are kept")
        .contains("file 29999")
        .doesNotContain("\"file 100\"");
  }

  @Test
  void shouldSealADigestOfWhatIsKept() throws IOException {
    // Given
    Histories history =
        new Histories()
            .message("user", "question")
            .call("c1", "ls")
            .output("c1", "files")
            .message("assistant", "answer");

    // When
    JsonNode output = MAPPER.readTree(compact(history, ALL, Checkpoint.SEALED)).path("output");

    // Then
    assertThat(output).hasSize(2);
    assertThat(text(output.get(0))).isEqualTo("[[0]]question");
    assertThat(output.get(1).path("type").asString()).isEqualTo("compaction");
    String digest =
        Objects.requireNonNull(
            seal.open(TenantId.LOCAL, output.get(1).path("encrypted_content").asString()));
    assertThat(digest)
        .contains("Items: 4 before, 4 after")
        .containsSubsequence(
            "user: [[0]]question",
            "call c1, exec: {\"cmd\":\"[[1]]ls\"}",
            "output of c1: [[2]]files",
            "assistant: [[3]]answer");
  }

  @Test
  void shouldCompactAnEmptyHistory() throws IOException {
    assertThat(plain(new Histories(), ALL).path("output")).hasSize(1);
  }

  @Test
  void shouldCompactWhatARealClientSent() throws IOException {
    // Given
    ObjectNode request = Captures.body(Captures.V1);
    PayloadRef items = payloads.put(Captures.items(request));

    // When
    JsonNode output = MAPPER.readTree(compact(items, List.of(), Checkpoint.PLAIN)).path("output");

    // Then
    assertThat(output).hasSize(request.path("input").size() + 1);
    for (int i = 0; i < request.path("input").size(); i++) {
      assertThat(output.get(i + 1)).isEqualTo(request.path("input").get(i));
    }
  }

  @Test
  void shouldHoldItsPromisesForRandomHistories() throws IOException {
    long seed = Seeded.seed();
    Random random = new Random(seed);
    for (int round = 0; round < 60; round++) {
      // Given
      int longest = new int[] {50, 2_000, 40_000}[random.nextInt(3)];
      Histories history = Histories.random(random, 1 + random.nextInt(120), longest);
      long budget = random.nextBoolean() ? ALL : 20_000;
      List<ByteRange> retained = history.retained(budget);

      // When
      byte[] answer = compact(history, budget, Checkpoint.PLAIN);
      byte[] again = compact(history, budget, Checkpoint.PLAIN);

      // Then
      String as = "seed " + seed + " round " + round;
      assertThat(again).as(as).isEqualTo(answer);
      byte[] before = history.items().getBytes(StandardCharsets.UTF_8);
      assertThat(answer.length).as(as).isLessThanOrEqualTo((int) (before.length + PREFACE));
      String text = new String(answer, StandardCharsets.UTF_8);
      assertThat(text).as(as).doesNotContain("\uFFFD");
      JsonNode output = MAPPER.readTree(answer).path("output");
      assertPaired(output, as);
      assertThat(marks(text)).as(as).isSorted().doesNotHaveDuplicates();
      for (ByteRange message : retained) {
        String raw =
            new String(
                before, (int) message.offset(), (int) message.length(), StandardCharsets.UTF_8);
        assertThat(text.contains(raw)).as(as).isTrue();
      }
      output.forEach(
          item ->
              assertThat(item.path("type").asString()).as(as).isNotIn("reasoning", "compaction"));
      long worked = answer.length - retained.stream().mapToLong(ByteRange::length).sum() - PREFACE;
      assertThat(worked).as(as).isLessThanOrEqualTo((64 + 384 + 128) * 1024L);
      if (before.length > 300_000
          && retained.stream().mapToLong(ByteRange::length).sum() < 30_000) {
        assertThat(answer.length).as(as).isLessThan(before.length);
      }
    }
  }

  private static void assertPaired(JsonNode output, String as) {
    Set<String> calls = new HashSet<>();
    Set<String> outputs = new HashSet<>();
    for (JsonNode item : output) {
      String id = item.path("call_id").asString("");
      if (item.path("type").asString().equals("function_call")) {
        calls.add(id);
      } else if (!id.isEmpty()) {
        assertThat(calls).as("%s: the call comes first", as).contains(id);
        outputs.add(id);
      }
    }
    assertThat(outputs).as(as).isEqualTo(calls);
  }

  private static List<Integer> marks(String text) {
    List<Integer> marks = new ArrayList<>();
    Matcher found = Pattern.compile("\\[\\[(\\d+)]]").matcher(text);
    while (found.find()) {
      marks.add(Integer.parseInt(found.group(1)));
    }
    return marks;
  }

  private static String text(JsonNode message) {
    return message.path("content").get(0).path("text").asString();
  }

  private JsonNode plain(Histories history, long budget) throws IOException {
    return MAPPER.readTree(compact(history, budget, Checkpoint.PLAIN));
  }

  private byte[] compact(Histories history, long budget, Checkpoint checkpoint) throws IOException {
    return compact(payloads.put(history.items()), history.retained(budget), checkpoint);
  }

  private byte[] compact(PayloadRef items, List<ByteRange> retained, Checkpoint checkpoint)
      throws IOException {
    Work.Whole whole = new Work.Whole(items, null, new Work.Finish(checkpoint, items, retained, 0));
    Job job = Jobs.of(1, null, Mode.LOCAL, Jobs.EMPTY, whole);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    compaction.compact(
        job, whole, new AttemptBounds(new StopSignal(), job.deadline(), () -> Jobs.NOW), out);
    return out.toByteArray();
  }
}
