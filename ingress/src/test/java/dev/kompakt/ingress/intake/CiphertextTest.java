package dev.kompakt.ingress.intake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.schemas.history.Chunk;
import dev.kompakt.schemas.history.History;
import dev.kompakt.schemas.history.Packing;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What is made of items that hold ciphertext: ours is opened, the thoughts of others are noted.
class CiphertextTest {
  private static final JsonMapper JACKSON = JsonMapper.shared();

  /// Opens one checkpoint.
  static final CheckpointOpener OPENER =
      content ->
          content.equals("kmp1.good=") ? "Line 1\n\"2\" \\ \u00e9\ud83d\ude00\u0001\ud800" : null;

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
      Packing packing = new Packing(scanned.history());
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
}
