package dev.kompakt.schemas.history;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// The manifest of a stored history: what the packing and the router know of it, without any text.
///
/// @param items the input items, each as the client wrote it, joined by single commas without
///   brackets; Kompakt's own compaction items already opened, a trailing trigger left out
/// @param envelope the request's other fields as one JSON object
/// @param spans bytes of each span in order; between two spans lies one comma. A span is an item,
///   or a call together with all up to its last output
/// @param longTexts long strings in spans, ascending by position
/// @param retained the system, developer and user messages that fit the retained budget, oldest
///   first, as ranges of `items`
/// @param itemCount items the client sent
/// @param ciphertext whether an item that is no thought holds `encrypted_content`: without it the
///   history makes no sense, and only its maker can read it
/// @param thoughts the items of reasoning that hold `encrypted_content`, as ranges of `items`,
///   ascending; null for none
public record History(
    PayloadRef items,
    PayloadRef envelope,
    List<Integer> spans,
    List<LongText> longTexts,
    List<ByteRange> retained,
    int itemCount,
    boolean ciphertext,
    @Nullable List<ByteRange> thoughts) {
  /// More spans than this are not noted: neighbours are joined until the manifest fits its record.
  public static final int MAX_SPANS = 20_000;

  /// More thoughts than this are not noted: the rest counts as other ciphertext.
  public static final int MAX_THOUGHTS = 5_000;

  public History {
    spans = List.copyOf(spans);
    longTexts = List.copyOf(longTexts);
    retained = List.copyOf(retained);
    thoughts = thoughts == null || thoughts.isEmpty() ? null : List.copyOf(thoughts);
    long total = Math.max(0, spans.size() - 1);
    for (int bytes : spans) {
      if (bytes < 1) {
        throw new IllegalArgumentException("a span of " + bytes + " bytes");
      }
      total += bytes;
    }
    if (total != items.bytes()) {
      throw new IllegalArgumentException(
          "spans cover " + total + " bytes, the items payload has " + items.bytes());
    }
    if (spans.size() > MAX_SPANS) {
      throw new IllegalArgumentException(spans.size() + " spans exceed " + MAX_SPANS);
    }
    long last = 0;
    int lastSpan = 0;
    for (LongText text : longTexts) {
      if (text.start() < last
          || text.end() > total
          || text.span() < lastSpan
          || text.span() >= spans.size()) {
        throw new IllegalArgumentException(
            "long text " + text.start() + ".." + text.end() + " is out of order");
      }
      last = text.end();
      lastSpan = text.span();
    }
    long next = 0;
    for (ByteRange thought : thoughts == null ? List.<ByteRange>of() : thoughts) {
      if (thought.offset() < next || thought.end() > total || thought.length() == 0) {
        throw new IllegalArgumentException(
            "thought " + thought.offset() + ".." + thought.end() + " is out of order");
      }
      next = thought.end() + 1;
    }
  }

  /// Estimated tokens of all items.
  public long estimatedTokens() {
    return Tokens.estimate(items.bytes());
  }
}
