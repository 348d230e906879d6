package dev.kompakt.ingress.intake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.schemas.history.Chunk;
import dev.kompakt.schemas.history.History;
import dev.kompakt.schemas.history.Packing;
import dev.kompakt.schemas.history.PayloadRef;
import dev.kompakt.schemas.id.PayloadId;
import dev.kompakt.schemas.record.Checkpoint;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

final class BodyScannerTest {
  private static final JsonMapper JACKSON = JsonMapper.shared();
  private static final CheckpointOpener OPENER =
      content ->
          content.equals("kmp1.good=") ? "Line 1\n\"2\" \\ \u00e9\ud83d\ude00\u0001\ud800" : null;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "codex-0.169_http_v2-compaction-trigger",
        "codex-0.147_http_v1-responses-compact",
        "codex-0.169_http_turn-after-v2-compaction",
      })
  void shouldSplitBodyIntoItemsAndEnvelopeWhenClientIsCodex(String capture) throws IOException {
    // Given
    String json = capture(capture);
    ObjectNode expected = (ObjectNode) JACKSON.readTree(json);
    ArrayNode input = (ArrayNode) expected.remove("input");
    boolean trigger =
        input.get(input.size() - 1).path("type").asString().equals("compaction_trigger");
    if (trigger) {
      input.remove(input.size() - 1);
    }

    // When
    Scanned scanned = Scanned.of(json);

    // Then
    assertThat(JACKSON.readTree("[" + scanned.itemsText() + "]")).isEqualTo(input);
    assertThat(JACKSON.readTree(scanned.envelopeText())).isEqualTo(expected);
    assertThat(JACKSON.readTree(scanned.envelopeText()).propertyNames())
        .containsExactlyElementsOf(expected.propertyNames());
    ScannedBody body = scanned.body();
    assertThat(body.model()).isEqualTo("gpt-5.5");
    assertThat(body.trigger()).isEqualTo(trigger);
    assertThat(body.stream()).isEqualTo(expected.path("stream").asBoolean(false));
    assertThat(body.promptCacheKey()).isEqualTo(expected.get("prompt_cache_key").asString());
    assertThat(body.itemCount()).isEqualTo(input.size());
    assertThat(body.ciphertext() || !body.thoughts().isEmpty())
        .isEqualTo(!capture.endsWith("compaction-trigger"));
    assertThat(body.itemsBytes()).isEqualTo(scanned.itemsBytes().length());
    assertThat(body.envelopeBytes()).isEqualTo(scanned.envelopeBytes().length());
    assertThat(body.canonicalContent())
        .isEqualTo(Scanned.of(expectedOrder(json)).body().canonicalContent());
    assertThat(history(scanned).spans()).hasSize(input.size());
  }

  @Test
  void shouldMakeOneMessageWhenInputIsString() throws IOException {
    // When
    Scanned scanned = Scanned.of(capture("openai-java-4.100_responses-compact"));

    // Then
    assertThat(scanned.itemsText())
        .isEqualTo(
            "{\"type\":\"message\",\"role\":\"user\",\"content\":[{\"type\":\"input_text\",\"text\":\"hello\"}]}");
    assertThat(JACKSON.readTree(scanned.envelopeText()))
        .isEqualTo(JACKSON.readTree("{\"model\":\"gpt-5.5\",\"instructions\":\"sys\"}"));
    assertThat(scanned.body().itemCount()).isEqualTo(1);
    assertThat(scanned.retainedTexts()).containsExactly(scanned.itemsText());
    assertThat(scanned.body().stream()).isFalse();
    assertThat(scanned.body().background()).isFalse();
    assertThat(scanned.body().promptCacheKey()).isNull();
  }

  @Test
  void shouldKeepClientsBytesWhenBodyHasWhitespaceAndEscapes() throws IOException {
    // When
    Scanned scanned =
        Scanned.of(
            " { \"a\" :\t[ 1 , 2 ] ,\"\\u0069nput\": [ { \"type\" : \"x\\u0041\" } ,\n {}, {\"b\":1e5} ]"
                + ", \"mod\\u0065l\" : \"m\" , \"background\" : true } \n");

    // Then
    assertThat(scanned.itemsText()).isEqualTo("{ \"type\" : \"x\\u0041\" },{},{\"b\":1e5}");
    assertThat(scanned.envelopeText())
        .isEqualTo("{\"a\" :\t[ 1 , 2 ],\"mod\\u0065l\" : \"m\",\"background\" : true}");
    assertThat(scanned.body().model()).isEqualTo("m");
    assertThat(scanned.body().background()).isTrue();
  }

  @Test
  void shouldSeeTheSameWhenBodyComesInAnyPieces() throws IOException {
    // Given
    long seed = Seeds.seed();
    Random random = new Random(seed);
    for (int round = 0; round < 300; round++) {
      String json = RandomBodies.body(random).styled(random);
      Scanned whole = Scanned.of(json, OPENER);

      // When
      Scanned pieces = Scanned.inPieces(json, OPENER, random, round % 2 == 0 ? 3 : 500);

      // Then
      assertThat(pieces).as("seed %s, round %s: %s", seed, round, json).isEqualTo(whole);
    }
  }

  @Test
  void shouldCoverItemsWithSpansWhenBodyIsRandom() throws IOException {
    // Given
    long seed = Seeds.seed();
    Random random = new Random(seed);
    for (int round = 0; round < 300; round++) {
      Json.Fields request = RandomBodies.body(random);
      JsonNode expected = JACKSON.readTree(request.plain());

      // When
      Scanned scanned = Scanned.of(request.styled(random));

      // Then
      String as = "seed " + seed + ", round " + round;
      List<JsonNode> items = new ArrayList<>();
      for (JsonNode item : expected.get("input")) {
        if (!item.path("type").asString("").equals("compaction_trigger")) {
          items.add(item);
        }
      }
      assertThat(JACKSON.readTree("[" + scanned.itemsText() + "]"))
          .as(as)
          .containsExactlyElementsOf(items);
      assertThat(String.join(",", scanned.spanTexts())).as(as).isEqualTo(scanned.itemsText());
      for (String span : scanned.spanTexts()) {
        JACKSON.readTree("[" + span + "]");
      }
      ((ObjectNode) expected).remove("input");
      assertThat(JACKSON.readTree(scanned.envelopeText())).as(as).isEqualTo(expected);
    }
  }

  @Test
  void shouldLeaveOutTriggerWhenItIsLast() throws IOException {
    Scanned with =
        Scanned.of(
            "{\"model\":\"m\",\"input\":[{\"a\":1},{\"id\":\"x\",\"type\":\"compaction_trigger\"}]}");
    Scanned without = Scanned.of("{\"model\":\"m\",\"input\":[{\"a\":1}]}");

    assertThat(with.body().trigger()).isTrue();
    assertThat(without.body().trigger()).isFalse();
    assertThat(with.itemsText()).isEqualTo("{\"a\":1}");
    assertThat(with.body().itemCount()).isEqualTo(1);
    assertThat(with.body().canonicalContent()).isEqualTo(without.body().canonicalContent());
  }

  @Test
  void shouldNotTakeForTriggerWhenTypeStandsDeeper() throws IOException {
    // When
    Scanned scanned =
        Scanned.of(
            "{\"model\":\"m\",\"input\":[{\"a\":{\"type\":\"compaction_trigger\"}},"
                + "{\"b\":[{\"type\":\"compaction_trigger\"}]}]}");

    // Then
    assertThat(scanned.body().trigger()).isFalse();
    assertThat(scanned.body().itemCount()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"compaction", "compaction_summary"})
  void shouldPutDeveloperMessageWhenCheckpointOpens(String type) throws IOException {
    // Given
    String item =
        "{\"encrypted_content\":\"kmp1.\\u0067ood=\",\"id\":\"c\",\"type\":\"" + type + "\"}";

    // When
    Scanned scanned =
        Scanned.of("{\"model\":\"m\",\"input\":[{\"a\":1}," + item + ",{\"b\":2}]}", OPENER);

    // Then
    JsonNode items = JACKSON.readTree("[" + scanned.itemsText() + "]");
    assertThat(items.size()).isEqualTo(3);
    assertThat(items.get(1).get("type").asString()).isEqualTo("message");
    assertThat(items.get(1).get("role").asString()).isEqualTo("developer");
    assertThat(items.get(1).at("/content/0/type").asString()).isEqualTo("input_text");
    assertThat(items.get(1).at("/content/0/text").asString())
        .startsWith("[Summary of the earlier conversation. Later messages take precedence")
        .endsWith("]\n\nLine 1\n\"2\" \\ \u00e9\ud83d\ude00\u0001\ud800");
    assertThat(scanned.spanTexts()).hasSize(3);
    assertThat(scanned.retainedTexts()).isEmpty();
    assertThat(scanned.body().ciphertext()).isFalse();
    assertThat(scanned.body().itemCount()).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"type\":\"compaction\",\"encrypted_content\":\"kmp1.forged\"}",
        "{\"type\":\"compaction\",\"encrypted_content\":\"gAAAAforeign\"}",
        "{\"encrypted_content\":\"kmp1.good=\"}",
        "{\"type\":\"agent_message\",\"content\":[{\"encrypted_content\":\"x\"}]}",
      })
  void shouldLeaveItemAsItIsWhenItDoesNotOpen(String item) throws IOException {
    // When
    Scanned scanned = Scanned.of("{\"model\":\"m\",\"input\":[" + item + "]}", OPENER);

    // Then
    assertThat(scanned.itemsText()).isEqualTo(item);
    assertThat(scanned.body().ciphertext()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"type\":\"reasoning\",\"encrypted_content\":\"\"}",
        "{\"type\":\"reasoning\",\"encrypted_content\":null}",
        "{\"type\":\"message\",\"content\":[{\"text\":\"encrypted_content\"}]}",
        "{\"a\":{\"encrypted_content\":null},\"b\":[\"x\"]}",
      })
  void shouldNotSeeCiphertextWhenThereIsNone(String item) throws IOException {
    // When
    ScannedBody body = Scanned.of("{\"model\":\"m\",\"input\":[" + item + "]}").body();

    // Then
    assertThat(body.ciphertext()).isFalse();
    assertThat(body.thoughts()).isEmpty();
  }

  @Test
  void shouldCallReasoningWithCiphertextAThought() throws IOException {
    // Given
    String one = "{\"encrypted_content\":\"kmp1.good=\",\"type\":\"reasoning\"}";
    String two = "{\"type\":\"reasoning\",\"content\":[{\"encrypted_content\":\"gAAA\"}]}";
    String other = "{\"type\":\"compaction\",\"encrypted_content\":\"gAAA\"}";

    // When
    Scanned thoughts =
        Scanned.of("{\"model\":\"m\",\"input\":[ " + one + ",{\"a\":1}, " + two + "]}", OPENER);
    Scanned both = Scanned.of("{\"model\":\"m\",\"input\":[" + other + "," + one + "]}", OPENER);

    // Then
    assertThat(thoughts.body().thoughts()).extracting(thoughts::text).containsExactly(one, two);
    assertThat(thoughts.body().ciphertext()).isFalse();
    assertThat(both.body().thoughts()).extracting(both::text).containsExactly(one);
    assertThat(both.body().ciphertext()).isTrue();
  }

  @Test
  void shouldCountThoughtsAsOtherCiphertextWhenTheyAreTooMany() throws IOException {
    // Given
    String thought = "{\"type\":\"reasoning\",\"encrypted_content\":\"gAAA\"}";
    String most = thought + ("," + thought).repeat(History.MAX_THOUGHTS - 1);

    // When
    ScannedBody noted = Scanned.of("{\"model\":\"m\",\"input\":[" + most + "]}").body();
    ScannedBody more =
        Scanned.of("{\"model\":\"m\",\"input\":[" + most + "," + thought + "]}").body();

    // Then
    assertThat(noted.thoughts()).hasSize(History.MAX_THOUGHTS);
    assertThat(noted.ciphertext()).isFalse();
    assertThat(more.thoughts()).hasSize(History.MAX_THOUGHTS);
    assertThat(more.ciphertext()).isTrue();
  }

  @Test
  void shouldSendEverythingButThoughtsWhenBodyIsRandom() throws IOException {
    // Given
    long seed = Seeds.seed();
    Random random = new Random(seed);
    for (int round = 0; round < 300; round++) {
      Json.Fields request = RandomBodies.body(random);
      List<JsonNode> kept = new ArrayList<>();
      for (JsonNode item : JACKSON.readTree(request.plain()).get("input")) {
        String type = item.path("type").asString("");
        if (!type.equals("compaction_trigger") && !type.equals("reasoning")) {
          kept.add(item);
        }
      }

      // When
      Scanned scanned =
          Scanned.inPieces(request.styled(random), CheckpointOpener.none(), random, 500);

      // Then
      String as = "seed " + seed + ", round " + round;
      Packing packing = new Packing(history(scanned));
      for (long target : new long[] {1_000_000, 40_000, 1}) {
        StringBuilder sent = new StringBuilder();
        for (Chunk chunk : packing.pack(packing.whole(), target)) {
          sent.append(sent.isEmpty() ? "" : ",").append(scanned.assembled(packing.pieces(chunk)));
        }
        JsonNode items = JACKSON.readTree("[" + sent + "]");
        if (target == 1_000_000) {
          assertThat(items).as(as).containsExactlyElementsOf(kept);
        }
        assertThat(items)
            .as(as)
            .noneMatch(item -> item.path("type").asString("").equals("reasoning"));
        assertThat(sent.toString()).as(as).doesNotContain(RandomBodies.THOUGHT);
      }
    }
  }

  @Test
  void shouldLetItemThroughWhenItIsLargerThanWhatIsHeld() throws IOException {
    // Given
    String large = "x".repeat(RawBytes.MAX_HELD_BYTES);
    String checkpoint =
        "{\"pad\":\"" + large + "\",\"type\":\"compaction\",\"encrypted_content\":\"kmp1.good=\"}";
    String untyped = "{\"role\":\"user\",\"content\":\"" + large + "\"}";

    // When
    Scanned scanned =
        Scanned.of("{\"model\":\"m\",\"input\":[" + untyped + "," + checkpoint + "]}", OPENER);

    // Then
    assertThat(scanned.itemsText()).isEqualTo(untyped + "," + checkpoint);
    assertThat(scanned.body().ciphertext()).isTrue();
  }

  @Test
  void shouldMixInCheckpointFormWhenContentIsAsked() throws IOException {
    ScannedBody body = Scanned.of("{\"model\":\"m\",\"input\":\"x\"}").body();
    List<String> forms = Arrays.stream(Checkpoint.values()).map(body::content).toList();

    assertThat(forms).doesNotHaveDuplicates().allMatch(form -> form.matches("[0-9a-f]{64}"));
    assertThat(forms).doesNotContain(body.canonicalContent());
  }

  private static History history(Scanned scanned) {
    return scanned.body().toHistory(ref(scanned.itemsBytes()), ref(scanned.envelopeBytes()));
  }

  private static PayloadRef ref(String payload) {
    int segments = (payload.length() + PayloadRef.SEGMENT_BYTES - 1) / PayloadRef.SEGMENT_BYTES;
    List<Long> offsets = IntStream.range(0, segments).mapToObj(Long::valueOf).toList();
    return new PayloadRef(PayloadId.random(), 0, offsets, payload.length());
  }

  private static String expectedOrder(String json) {
    return JACKSON.writeValueAsString(JACKSON.readTree(json));
  }

  private static String capture(String name) throws IOException {
    try (InputStream file =
        Objects.requireNonNull(
            BodyScannerTest.class.getResourceAsStream("/captures/" + name + ".body.json"))) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
