package dev.kompakt.schemas.history;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What every packing of a history must hold.
record PackingPromises(StoredHistory stored, Packing packing, String label) {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final String CONTINUED = "[Text of the item above, continued]\n";

  /// All of it, for a whole history packed to this target.
  void check(List<Chunk> chunks, long target) {
    checkContent(chunks);
    checkSizes(chunks, target);
  }

  /// Every span and every byte of every cut text is there once and in order, and each chunk is sent
  /// as valid JSON.
  void checkContent(List<Chunk> chunks) {
    List<JsonNode> originals = array(stored.items());
    originals.removeIf(item -> item.path("encrypted_content").isString());
    List<JsonNode> rebuilt = new ArrayList<>();
    int span = 0;
    int text = 0;
    long textAt = -1;
    for (Chunk chunk : chunks) {
      String sent = stored.assembled(packing.pieces(chunk));
      assertThat(packing.bytes(chunk))
          .as(label)
          .isEqualTo(sent.getBytes(StandardCharsets.UTF_8).length);
      assertThat(sent).as(label).doesNotContain("encrypted_content");
      rebuilt.addAll(array(sent));
      for (Fragment fragment : chunk.fragments()) {
        switch (fragment) {
          case Fragment.Spans(int from, int to) -> {
            assertThat(from).as(label).isEqualTo(span);
            span = to;
          }
          case Fragment.Skeleton(int apart) -> {
            assertThat(apart).as(label).isEqualTo(span);
            span++;
          }
          case Fragment.Text(int index, long from, long to) -> {
            LongText whole = stored.history().longTexts().get(index);
            assertThat(whole.span()).as(label).isEqualTo(span - 1);
            assertThat(whole.image()).as(label).isFalse();
            assertThat(index).as(label).isGreaterThanOrEqualTo(text);
            assertThat(from).as(label).isEqualTo(textAt >= 0 ? textAt : whole.start());
            text = index;
            textAt = to == whole.end() ? -1 : to;
          }
        }
      }
    }
    assertThat(span).as(label).isEqualTo(stored.history().spans().size());
    assertThat(textAt).as("%s: the last text is whole", label).isEqualTo(-1);
    assertThat(texts(rebuilt)).as(label).isEqualTo(texts(originals));
  }

  private void checkSizes(List<Chunk> chunks, long target) {
    for (Chunk chunk : chunks) {
      if (packing.bytes(chunk) > target) {
        List<Fragment> sent =
            chunk.fragments().stream().filter(f -> packing.bytes(alone(f)) > 0).toList();
        assertThat(sent).as("%s: above the target only alone", label).hasSize(1);
        assertThat(couldBeCut(sent.getFirst())).as(label).isFalse();
      }
      for (Fragment fragment : chunk.fragments()) {
        if (fragment instanceof Fragment.Skeleton(int span)) {
          assertThat(packing.bytes(alone(new Fragment.Spans(span, span + 1))))
              .as("%s: only what does not fit is taken apart", label)
              .isGreaterThan(target);
        }
      }
    }
    for (int i = 1; i < chunks.size(); i++) {
      long both = packing.bytes(chunks.get(i - 1)) + 1 + packing.bytes(chunks.get(i));
      assertThat(both).as("%s: neighbours would not fit one chunk", label).isGreaterThan(target);
    }
  }

  private boolean couldBeCut(Fragment fragment) {
    return switch (fragment) {
      case Fragment.Spans(int from, int to) -> {
        List<Integer> sent =
            IntStream.range(from, to)
                .filter(span -> packing.bytes(alone(new Fragment.Spans(span, span + 1))) > 0)
                .boxed()
                .toList();
        yield sent.size() > 1
            || stored.history().longTexts().stream().anyMatch(t -> sent.contains(t.span()));
      }
      case Fragment.Skeleton _ -> false;
      case Fragment.Text(int text, long from, long to) ->
          stored.history().longTexts().get(text).cuts().stream()
              .anyMatch(cut -> cut > from && cut < to);
    };
  }

  private static Chunk alone(Fragment fragment) {
    return new Chunk(List.of(fragment));
  }

  /// The items with their texts in reading order: what a reader of all chunks learns. Images and
  /// the words that say where a text went are left out.
  private static String texts(List<JsonNode> items) {
    StringBuilder all = new StringBuilder();
    for (JsonNode item : items) {
      JsonNode part = item.at("/content/0/text");
      if (part.isString() && part.asString().startsWith(CONTINUED)) {
        all.append(part.asString(), CONTINUED.length(), part.asString().length());
      } else {
        all.append(item.path("n").asString("")).append(item.path("type").asString(""));
        for (String field : List.of("text", "one", "two", "output")) {
          String text = item.path(field).asString("");
          all.append(text.equals("[The text follows below]") ? "" : text);
        }
      }
    }
    return all.toString();
  }

  private static List<JsonNode> array(String content) {
    List<JsonNode> items = new ArrayList<>();
    MAPPER.readTree("[" + content + "]").forEach(items::add);
    return items;
  }
}
