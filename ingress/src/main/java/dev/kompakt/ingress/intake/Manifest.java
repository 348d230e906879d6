package dev.kompakt.ingress.intake;

import dev.kompakt.schemas.history.LongText;
import java.util.ArrayList;
import java.util.List;

/// Makes the long texts of a manifest from what was found, small enough for its record.
final class Manifest {
  /// Of the 1 MB a record may have, spans take at most 140 kB, retained ranges 90 kB, pointers 8
  /// kB; this is for the long texts.
  static final int LONG_TEXTS_BUDGET_BYTES = 350_000;

  private static final int TEXT_JSON_BYTES = 80;
  private static final int CUT_JSON_BYTES = 10;

  /// No chunk is ever packed smaller, so a span up to this is never taken apart.
  private static final int SMALLEST_TARGET_BYTES = 64 * 1024;

  private final LongTexts texts;
  private final int[] spans;

  Manifest(LongTexts texts, int[] spans) {
    this.texts = texts;
    this.spans = spans;
  }

  /// The long texts; where they would take too much room, only those in spans that may have to be
  /// taken apart, and then fewer and fewer of the shorter ones, cut less and less often.
  List<LongText> longTexts() {
    List<LongText> all = longTexts(LongText.MIN_BYTES, 0);
    int distance = LongText.MIN_BYTES;
    while (jsonBytes(all) > LONG_TEXTS_BUDGET_BYTES) {
      all = longTexts(distance, SMALLEST_TARGET_BYTES);
      distance *= 2;
    }
    return all;
  }

  private List<LongText> longTexts(int distance, int minSpan) {
    List<LongText> noted = new ArrayList<>();
    int span = 0;
    long spanEnd = spans.length == 0 ? 0 : spans[0];
    for (int text = 0; text < texts.size(); text++) {
      while (texts.start(text) >= spanEnd) {
        span++;
        spanEnd += 1 + spans[span];
      }
      long start = texts.start(text);
      long end = texts.end(text);
      if (end - start >= distance && spans[span] > minSpan) {
        noted.add(new LongText(span, start, end, cuts(text, distance), texts.image(text)));
      }
    }
    return noted;
  }

  private List<Long> cuts(int text, int distance) {
    List<Long> cuts = new ArrayList<>();
    long last = texts.start(text);
    for (int i = texts.cutsBefore(text); i < texts.cutsBefore(text + 1); i++) {
      if (texts.cut(i) - last >= distance) {
        last = texts.cut(i);
        cuts.add(last);
      }
    }
    return cuts;
  }

  private static long jsonBytes(List<LongText> texts) {
    long bytes = 0;
    for (LongText text : texts) {
      bytes += TEXT_JSON_BYTES + (long) CUT_JSON_BYTES * text.cuts().size();
    }
    return bytes;
  }
}
