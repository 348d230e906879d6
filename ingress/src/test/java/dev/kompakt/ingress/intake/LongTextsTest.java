package dev.kompakt.ingress.intake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.schemas.history.ByteRange;
import dev.kompakt.schemas.history.LongText;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

final class LongTextsTest {
  private static final JsonMapper JACKSON = JsonMapper.shared();

  @Test
  void shouldCutOnlyWhereBothSidesDecodeWhenTextIsRandom() throws IOException {
    // Given
    long seed = Seeds.seed();
    Random random = new Random(seed);
    for (int round = 0; round < 12; round++) {
      String before = Json.randomText(random, 100);
      String text = Json.randomText(random, random.nextInt(30_000, 120_000));
      Json item =
          Json.object(
              Json.entry("type", "message"), Json.entry("a", before), Json.entry("text", text));
      String json = "{\"model\":\"m\",\"input\":[{\"x\":1}, " + item.styled(random) + " ,{}]}";

      // When
      Scanned scanned = Scanned.inPieces(json, CheckpointOpener.none(), random, 60_000);

      // Then
      String as = "seed " + seed + ", round " + round;
      assertThat(scanned.body().longTexts()).as(as).hasSize(1);
      LongText noted = scanned.body().longTexts().getFirst();
      assertThat(noted.span()).as(as).isEqualTo(1);
      assertThat(noted.image()).as(as).isFalse();
      assertThat(decode(scanned.text(noted.start(), noted.end()))).as(as).isEqualTo(text);
      assertCutsAreLegal(scanned, noted, text, as);
      assertThat(noted.cuts().size())
          .as(as)
          .isBetween(
              (int) ((noted.end() - noted.start()) / (LongText.CUT_EVERY_BYTES + 20)),
              (int) ((noted.end() - noted.start()) / LongText.CUT_EVERY_BYTES));
    }
  }

  @Test
  void shouldNotCutWithinPairWhenTextIsAllEscapedPairs() throws IOException {
    for (int shift = 0; shift < 12; shift++) {
      // Given
      String raw = "x".repeat(shift) + "\\ud83d\\ude00".repeat(6_000);
      String text = "x".repeat(shift) + "\ud83d\ude00".repeat(6_000);

      // When
      Scanned scanned =
          Scanned.of("{\"model\":\"m\",\"input\":[{\"type\":\"x\",\"a\":\"" + raw + "\"}]}");

      // Then
      LongText noted = scanned.body().longTexts().getFirst();
      assertThat(noted.cuts()).hasSize(4);
      assertCutsAreLegal(scanned, noted, text, "shift " + shift);
    }
  }

  @Test
  void shouldNoteTextsOfMinimumLengthWhenTheyAreValuesOfItems() throws IOException {
    // Given
    String longest = "x".repeat(LongText.MIN_BYTES - 1);
    long length = longest.length();

    // When
    Scanned scanned =
        Scanned.of(
            "{\"model\":\"m\",\"instructions\":\""
                + longest
                + "xx\",\"input\":[{\"a\":\""
                + longest
                + "\"},{\"b\":[{\"c\":\""
                + longest
                + "x\"},\""
                + longest
                + "\"],\""
                + longest
                + "xx\":1}],\"text\":\""
                + longest
                + "xx\"}");

    // Then
    assertThat(scanned.body().longTexts())
        .containsExactly(
            new LongText(1, length + 21, 2 * length + 22, List.of(), /* image= */ false));
  }

  @Test
  void shouldNoteImageWhenTextIsDataUrl() throws IOException {
    // Given
    String data = "A".repeat(100_000);

    // When
    Scanned scanned =
        Scanned.of(
            ("{\"model\":\"m\",\"input\":[{\"a\":\"data:image\\/png;base64,D\",\"b\":\"data: {D\","
                    + "\"c\":\"data:D\",\"e\":\"data:x,D\",\"d\":\"data:application/pdf;name=x.pdf;base64,D\"}]}")
                .replace("D", data));

    // Then
    assertThat(scanned.body().longTexts())
        .extracting(LongText::image)
        .containsExactly(true, false, false, false, true);
    assertThat(scanned.body().longTexts())
        .extracting(text -> text.cuts().size())
        .containsExactly(0, 6, 6, 6, 0);
  }

  @Test
  void shouldNoteTextAtItsPlaceWhenInputIsString() throws IOException {
    // Given
    String text = "\u00e9".repeat(20_000);

    // When
    Scanned scanned = Scanned.of("{\"model\":\"m\",\"input\":\"" + text + "\"}");

    // Then
    LongText noted = scanned.body().longTexts().getFirst();
    assertThat(scanned.text(noted.start(), noted.end())).isEqualTo(text);
    assertCutsAreLegal(scanned, noted, text, "string");
    assertThat(noted.cuts()).hasSize(2);
  }

  @Test
  void shouldNoteTextOfSummaryWhenCheckpointOpens() throws IOException {
    // Given
    String summary = Json.randomText(new Random(1), 60_000);
    String item = "{\"type\":\"compaction\",\"encrypted_content\":\"kmp1.D\"}";

    // When
    Scanned scanned =
        Scanned.of(
            ("{\"model\":\"m\",\"input\":[{\"a\":1}," + item + ",{\"b\":\"E\"}]}")
                .replace("D", "A".repeat(50_000))
                .replace("E", "e".repeat(20_000)),
            _ -> summary);

    // Then
    assertThat(scanned.body().longTexts()).extracting(LongText::span).containsExactly(1, 2);
    LongText noted = scanned.body().longTexts().getFirst();
    String text = decode(scanned.text(noted.start(), noted.end()));
    assertThat(text).endsWith(summary);
    assertCutsAreLegal(scanned, noted, text, "summary");
    LongText after = scanned.body().longTexts().get(1);
    assertThat(scanned.text(after.start(), after.end())).isEqualTo("e".repeat(20_000));
  }

  @Test
  void shouldKeepManifestSmallWhenThereAreVeryManyLongTexts() throws IOException {
    // Given
    String text = "x".repeat(17_000);
    StringBuilder json = new StringBuilder("{\"model\":\"m\",\"input\":[");
    for (int i = 0; i < 2_000; i++) {
      json.append("{\"type\":\"x\",\"a\":[\"").append(text).append("\",\"").append(text);
      json.append("\",\"").append(text.repeat(i % 50 == 0 ? 30 : 1)).append("\"]},");
    }

    // When
    Scanned scanned = Scanned.of(json + "{}]}");

    // Then
    List<LongText> texts = scanned.body().longTexts();
    int bytes = JACKSON.writeValueAsBytes(texts).length;
    assertThat(bytes).isBetween(1_000, Manifest.LONG_TEXTS_BUDGET_BYTES);
    assertThat(texts).filteredOn(t -> t.end() - t.start() == 510_000).hasSize(40);
    for (LongText noted : texts) {
      assertThat(scanned.text(noted.start(), noted.end()))
          .containsOnlyOnce("x".repeat(17_000 * (noted.end() - noted.start() > 20_000 ? 30 : 1)));
      assertThat(noted.cuts()).isSorted().allMatch(cut -> cut > noted.start() && cut < noted.end());
    }
  }

  @Test
  void shouldForgetTextsOfSmallSpansFirstWhenManifestGrowsTooLarge() throws IOException {
    // Given
    String text = "\"" + "x".repeat(17_000) + "\"";
    String small = "{\"a\":" + text + "},";
    String large = "{\"a\":[" + text + ("," + text).repeat(3) + "]},";

    // When
    Scanned scanned =
        Scanned.of(
            "{\"model\":\"m\",\"input\":[" + small.repeat(5_000) + large.repeat(10) + "{}]}");

    // Then
    assertThat(scanned.body().longTexts())
        .extracting(LongText::span)
        .containsExactlyElementsOf(IntStream.range(0, 40).mapToObj(i -> 5_000 + i / 4).toList());
  }

  @Test
  void shouldRetainNewestMessagesWhenTheyExceedTheBudget() throws IOException {
    // Given
    String message = "{\"type\":\"message\",\"role\":\"%s\",\"content\":\"%s\"}";
    List<String> items = new ArrayList<>();
    items.add(message.formatted("system", "old" + "x".repeat(60_000)));
    items.add(message.formatted("user", "1" + "x".repeat(100_000)));
    items.add(message.formatted("developer", "2" + "x".repeat(100_000)));
    items.add(message.formatted("user", "huge" + "x".repeat(300_000)));
    items.add(message.formatted("assistant", "a"));
    items.add("{\"role\":\"user\",\"content\":\"short form\"}");
    items.add("{\"role\":\"user\",\"type\":\"other\"}");
    items.add(message.formatted("user", "newest"));

    // When
    Scanned scanned = Scanned.of("{\"model\":\"m\",\"input\":[" + String.join(" , ", items) + "]}");

    // Then
    assertThat(scanned.retainedTexts())
        .containsExactly(items.get(1), items.get(2), items.get(5), items.get(7));
  }

  @Test
  void shouldRetainNewestMessagesWhenThereAreVeryMany() throws IOException {
    // When
    Scanned scanned =
        Scanned.of(
            "{\"model\":\"m\",\"input\":[{\"role\":\"user\"}"
                + ",{\"role\":\"user\"}".repeat(2_500)
                + "]}");

    // Then
    assertThat(scanned.body().retained()).hasSize(RetainedMessages.MAX_MESSAGES);
    assertThat(scanned.body().retained().getLast())
        .isEqualTo(new ByteRange(scanned.body().itemsBytes() - 15, 15));
  }

  private static void assertCutsAreLegal(Scanned scanned, LongText noted, String text, String as) {
    long last = noted.start();
    StringBuilder joined = new StringBuilder();
    for (long cut : noted.cuts()) {
      assertThat(cut).as(as).isGreaterThan(last).isLessThan(noted.end());
      String part = decode(scanned.text(last, cut));
      assertThat(Character.isHighSurrogate(part.charAt(part.length() - 1))).as(as).isFalse();
      joined.append(part);
      assertThat(decode(scanned.text(noted.start(), cut)) + decode(scanned.text(cut, noted.end())))
          .as(as)
          .isEqualTo(text);
      last = cut;
    }
    joined.append(decode(scanned.text(last, noted.end())));
    assertThat(joined.toString()).as(as).isEqualTo(text);
  }

  private static String decode(String raw) {
    return JACKSON.readValue("\"" + raw + "\"", String.class);
  }
}
