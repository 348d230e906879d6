package dev.kompakt.ingress.intake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.schemas.record.Checkpoint;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

class BodyScannerTest {
  private static final JsonMapper JACKSON = JsonMapper.shared();

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
    assertThat(scanned.history().spans()).hasSize(input.size());
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
      Scanned whole = Scanned.of(json, CiphertextTest.OPENER);

      // When
      Scanned pieces =
          Scanned.inPieces(json, CiphertextTest.OPENER, random, round % 2 == 0 ? 3 : 500);

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

  @Test
  void shouldMixInCheckpointFormWhenContentIsAsked() throws IOException {
    ScannedBody body = Scanned.of("{\"model\":\"m\",\"input\":\"x\"}").body();
    List<String> forms = Arrays.stream(Checkpoint.values()).map(body::content).toList();

    assertThat(forms).doesNotHaveDuplicates().allMatch(form -> form.matches("[0-9a-f]{64}"));
    assertThat(forms).doesNotContain(body.canonicalContent());
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
