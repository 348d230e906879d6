package dev.kompakt.schemas.history;

import dev.kompakt.schemas.id.PayloadId;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/// A history with the items it is the manifest of, as intake would have stored them.
final class StoredHistory {
  private final History history;
  private final byte[] items;

  private StoredHistory(History history, byte[] items) {
    this.history = history;
    this.items = items;
  }

  History history() {
    return history;
  }

  String items() {
    return new String(items, StandardCharsets.UTF_8);
  }

  /// Stores spans, each one or more items joined by commas; those that [RandomSpans#thoughts] made
  /// are its thoughts.
  static StoredHistory of(List<String> spans) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    List<Integer> sizes = new ArrayList<>();
    List<LongText> longTexts = new ArrayList<>();
    List<ByteRange> thoughts = new ArrayList<>();
    for (String span : spans) {
      if (all.size() > 0) {
        all.write(',');
      }
      byte[] bytes = span.getBytes(StandardCharsets.UTF_8);
      thoughts(bytes, all.size(), thoughts);
      longTexts(bytes, sizes.size(), all.size(), longTexts);
      sizes.add(bytes.length);
      all.writeBytes(bytes);
    }
    longTexts.removeIf(
        text -> thoughts.stream().anyMatch(t -> t.offset() < text.start() && text.end() < t.end()));
    History history =
        new History(
            ref(all.size()), ref(2), sizes, longTexts, List.of(), spans.size(), false, thoughts);
    return new StoredHistory(history, all.toByteArray());
  }

  /// What is sent for these pieces, as the content of an `input` array.
  String assembled(List<Piece> pieces) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (Piece piece : pieces) {
      switch (piece) {
        case Piece.Copy(long offset, long length) ->
            out.write(items, Math.toIntExact(offset), Math.toIntExact(length));
        case Piece.Literal(String text) -> out.writeBytes(text.getBytes(StandardCharsets.UTF_8));
      }
    }
    return out.toString(StandardCharsets.UTF_8);
  }

  static PayloadRef ref(long bytes) {
    long segments = Math.ceilDiv(bytes, PayloadRef.SEGMENT_BYTES);
    return new PayloadRef(
        new PayloadId("p_" + "0".repeat(32)),
        0,
        LongStream.range(0, segments).boxed().toList(),
        bytes);
  }

  private static void thoughts(byte[] json, int base, List<ByteRange> into) {
    String text = new String(json, StandardCharsets.ISO_8859_1);
    int at = text.indexOf(RandomSpans.THOUGHT);
    while (at >= 0) {
      int end = text.indexOf('}', at) + 1;
      into.add(new ByteRange((long) base + at, end - at));
      at = text.indexOf(RandomSpans.THOUGHT, end);
    }
  }

  private static void longTexts(byte[] json, int span, int base, List<LongText> into) {
    int open = -1;
    List<Long> cuts = new ArrayList<>();
    long last = 0;
    for (int i = 0; i < json.length; i++) {
      if (open < 0) {
        if (json[i] == '"') {
          open = i + 1;
          last = open;
          cuts = new ArrayList<>();
        }
        continue;
      }
      if (json[i] == '"') {
        if (i - open >= LongText.MIN_BYTES) {
          boolean image = new String(json, open, 5, StandardCharsets.US_ASCII).equals("data:");
          into.add(new LongText(span, base + open, base + i, cuts, image));
        }
        open = -1;
        continue;
      }
      if (i - last >= LongText.CUT_EVERY_BYTES && isCharacterStart(json, i)) {
        cuts.add((long) base + i);
        last = i;
      }
      if (json[i] == '\\') {
        i += escape(json, i) - 1;
      }
    }
  }

  private static boolean isCharacterStart(byte[] json, int i) {
    return (json[i] & 0xc0) != 0x80;
  }

  /// Bytes of the escape that begins here; a surrogate pair is one.
  private static int escape(byte[] json, int i) {
    if (json[i + 1] != 'u') {
      return 2;
    }
    boolean high = json[i + 2] == 'd' && json[i + 3] >= '8' && json[i + 3] <= 'b';
    return high ? 12 : 6;
  }
}
