package dev.kompakt.schemas.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class PackingTest {
  private static final long SEED = Long.getLong("kompakt.seed", new Random().nextLong());
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final String CONTINUED = "[Text of the item above, continued]\n";
  private static final String MOVED = "[The text follows below]";

  @Test
  void shouldBeOneChunkWhenWhole() {
    // Given
    Packing packing = new Packing(StoredHistory.of(List.of("{\"a\":1}", "{\"b\":2}")).history());

    // When
    List<Chunk> whole = packing.whole();

    // Then
    assertThat(whole).containsExactly(new Chunk(List.of(new Fragment.Spans(0, 2))));
    assertThat(packing.bytes(whole.getFirst())).isEqualTo(15);
    assertThat(packing.pack(whole, 15)).isEqualTo(whole);
  }

  @Test
  void shouldBeNoChunkWhenThereAreNoItems() {
    // Given
    Packing packing = new Packing(StoredHistory.of(List.of()).history());

    // When
    List<Chunk> packed = packing.pack(packing.whole(), 100);

    // Then
    assertThat(packing.whole()).isEmpty();
    assertThat(packed).isEmpty();
  }

  @Test
  void shouldFillChunksInOrderUpToTheTarget() {
    // Given
    StoredHistory stored = StoredHistory.of(List.of("[1]", "[2]", "[3]", "[44]", "[5]"));
    Packing packing = new Packing(stored.history());

    // When
    List<Chunk> packed = packing.pack(packing.whole(), 7);

    // Then
    assertThat(packed)
        .extracting(chunk -> stored.assembled(packing.pieces(chunk)))
        .containsExactly("[1],[2]", "[3]", "[44]", "[5]");
  }

  @Test
  void shouldRefuseATargetThatHoldsNothing() {
    Packing packing = new Packing(StoredHistory.of(List.of("{}")).history());
    assertThatIllegalArgumentException().isThrownBy(() -> packing.pack(packing.whole(), 0));
  }

  @Test
  void shouldLeaveASpanWholeWhenItCannotBeCut() {
    // Given
    String uncut = "{\"text\":\"" + "x".repeat(10_000) + "\"}";
    StoredHistory stored = StoredHistory.of(List.of("{}", uncut, "{}"));
    Packing packing = new Packing(stored.history());

    // When
    List<Chunk> packed = packing.pack(packing.whole(), 1000);

    // Then
    assertThat(packed)
        .extracting(chunk -> stored.assembled(packing.pieces(chunk)))
        .containsExactly("{}", uncut, "{}");
  }

  @Test
  void shouldTakeApartAnOversizedSpanIntoSkeletonAndText() {
    // Given
    String text = "a€\\n\\ud83d\\ude00\\\"".repeat(8000);
    String call = "{\"type\":\"function_call\",\"call_id\":\"c\",\"arguments\":\"{}\"}";
    String output =
        "{\"type\":\"function_call_output\",\"call_id\":\"c\",\"output\":\"" + text + "\"}";
    StoredHistory stored = StoredHistory.of(List.of("{\"n\":1}", call + "," + output, "{\"n\":2}"));
    Packing packing = new Packing(stored.history());

    // When
    List<Chunk> packed = packing.pack(packing.whole(), 60_000);

    // Then
    List<JsonNode> items = new ArrayList<>();
    for (Chunk chunk : packed) {
      assertThat(packing.bytes(chunk)).isLessThanOrEqualTo(60_000);
      items(stored, packing, chunk).forEach(items::add);
    }
    assertThat(packed.getFirst().fragments())
        .as("the first chunk is filled")
        .hasSize(3)
        .startsWith(new Fragment.Spans(0, 1), new Fragment.Skeleton(1));
    assertThat(items.get(1).path("call_id").asString()).isEqualTo("c");
    assertThat(items.get(2).path("output").asString()).isEqualTo(MOVED);
    StringBuilder moved = new StringBuilder();
    items
        .subList(3, items.size() - 1)
        .forEach(
            item ->
                moved.append(
                    item.at("/content/0/text").asString(),
                    CONTINUED.length(),
                    item.at("/content/0/text").asString().length()));
    assertThat(moved.toString()).isEqualTo(MAPPER.readTree("\"" + text + "\"").asString());
    assertThat(items.getLast().path("n").asInt()).isEqualTo(2);
  }

  @Test
  void shouldLeaveImagesOutOfAnOversizedSpan() {
    // Given
    String image = "data:image/png;base64," + "A".repeat(100_000);
    StoredHistory stored =
        StoredHistory.of(List.of("{\"image_url\":\"" + image + "\",\"detail\":\"auto\"}"));
    Packing packing = new Packing(stored.history());

    // When
    List<Chunk> whole = packing.pack(packing.whole(), 200_000);
    List<Chunk> packed = packing.pack(packing.whole(), 50_000);

    // Then
    assertThat(whole).isEqualTo(packing.whole());
    assertThat(packed).containsExactly(new Chunk(List.of(new Fragment.Skeleton(0))));
    JsonNode item = items(stored, packing, packed.getFirst()).getFirst();
    assertThat(item.path("image_url").asString())
        .startsWith("data:image/png;base64,iVBOR")
        .hasSizeLessThan(200);
    assertThat(item.path("detail").asString()).isEqualTo("auto");
  }

  @Test
  void shouldCutElsewhereWhenPackedAnew() {
    // Given
    String text = "x".repeat(400_000);
    StoredHistory stored = StoredHistory.of(List.of("{\"t\":\"" + text + "\"}"));
    Packing packing = new Packing(stored.history());
    List<Chunk> first = packing.pack(packing.whole(), 150_000);

    // When
    List<Chunk> second = packing.pack(first, 100_000);

    // Then
    assertThat(first).hasSize(3);
    assertThat(second).as("as if cut at once").isEqualTo(packing.pack(packing.whole(), 100_000));
  }

  @Test
  void shouldStaySmallToWriteWhenTheHistoryIsAsLargeAsItGets() {
    // Given
    List<Integer> spans = new ArrayList<>();
    List<LongText> texts = new ArrayList<>();
    long at = 0;
    for (int i = 0; i < History.MAX_SPANS; i++) {
      boolean large = i % 100 == 0;
      int bytes = large ? 1_200_000 : 500;
      if (large) {
        List<Long> cuts = new ArrayList<>();
        for (long cut = at + 10 + LongText.CUT_EVERY_BYTES;
            cut < at + 1_199_000;
            cut += LongText.CUT_EVERY_BYTES) {
          cuts.add(cut);
        }
        texts.add(new LongText(i, at + 10, at + 1_199_900, cuts, false));
      }
      spans.add(bytes);
      at += bytes + 1;
    }
    PayloadRef items = StoredHistory.ref(at - 1);
    Packing packing =
        new Packing(
            new History(
                items, StoredHistory.ref(2), spans, texts, List.of(), spans.size(), false, null));

    // When
    List<Chunk> packed = packing.pack(packing.whole(), 1_000_000);

    // Then
    assertThat(packed).hasSizeBetween(250, 600);
    assertThat(packed).allMatch(chunk -> packing.bytes(chunk) <= 1_000_000);
    assertThat(packed).allMatch(chunk -> chunk.fragments().size() < 40);
  }

  @RepeatedTest(20)
  void shouldKeepEveryPromiseOnRandomHistories(RepetitionInfo repetition) {
    // Given
    long seed = SEED + repetition.getCurrentRepetition();
    Random random = new Random(seed);
    StoredHistory stored = RandomSpans.history(random);
    Packing packing = new Packing(stored.history());
    PackingPromises promises = new PackingPromises(stored, packing, "seed " + seed);
    List<Chunk> chunks = packing.whole();
    long target = 400_000;

    for (int round = 0; round < 4; round++) {
      // When
      List<Chunk> packed = packing.pack(chunks, target);

      // Then
      promises.check(packed, target);
      chunks = packed;
      target = Math.max(1, (long) (target * random.nextDouble()));
    }
  }

  @RepeatedTest(20)
  void shouldLeaveOutThoughtsWhereverTheyStand(RepetitionInfo repetition) {
    // Given
    long seed = SEED + 2000 + repetition.getCurrentRepetition();
    Random random = new Random(seed);
    StoredHistory stored = RandomSpans.thoughtful(random);
    Packing packing = new Packing(stored.history());
    PackingPromises promises = new PackingPromises(stored, packing, "seed " + seed);
    List<Chunk> chunks = packing.whole();
    long target = 400_000;
    promises.checkContent(chunks);

    for (int round = 0; round < 4; round++) {
      // When
      List<Chunk> packed = packing.pack(chunks, target);

      // Then
      promises.check(packed, target);
      chunks = packed;
      target = Math.max(1, (long) (target * random.nextDouble()));
    }
  }

  @Test
  void shouldSendNothingOfAHistoryThatIsAllThoughts() {
    // Given
    String thought = RandomSpans.THOUGHT + "\"}";
    Packing packing = new Packing(StoredHistory.of(List.of(thought, thought)).history());

    // When
    List<Chunk> packed = packing.pack(packing.whole(), 1);

    // Then
    assertThat(packed).isEqualTo(packing.whole());
    assertThat(packing.bytes(packed.getFirst())).isZero();
    assertThat(packing.pieces(packed.getFirst())).isEmpty();
  }

  @RepeatedTest(10)
  void shouldPackAnewOnlyTheChunksGiven(RepetitionInfo repetition) {
    // Given
    long seed = SEED + 1000 + repetition.getCurrentRepetition();
    Random random = new Random(seed);
    StoredHistory stored = RandomSpans.history(random);
    Packing packing = new Packing(stored.history());
    List<Chunk> chunks = packing.pack(packing.whole(), 200_000);
    int from = random.nextInt(chunks.size());
    int to = from + 1 + random.nextInt(chunks.size() - from);

    // When
    List<Chunk> anew = packing.pack(chunks.subList(from, to), 50_000);

    // Then
    List<Chunk> all = new ArrayList<>(chunks.subList(0, from));
    all.addAll(anew);
    all.addAll(chunks.subList(to, chunks.size()));
    new PackingPromises(stored, packing, "seed " + seed).checkContent(all);
  }

  private static List<JsonNode> items(StoredHistory stored, Packing packing, Chunk chunk) {
    List<JsonNode> items = new ArrayList<>();
    MAPPER.readTree("[" + stored.assembled(packing.pieces(chunk)) + "]").forEach(items::add);
    return items;
  }
}
