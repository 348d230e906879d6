package dev.kompakt.bench.micro;

import dev.kompakt.schemas.history.History;
import dev.kompakt.schemas.history.LongText;
import dev.kompakt.schemas.history.PayloadRef;
import dev.kompakt.schemas.id.PayloadId;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;

/// Manifests of histories that were never stored; the same arguments make the same one.
final class SampleHistory {
  private static final int LARGE = 3 << 20;
  private static final int ONE_LARGE_IN = 5_000;
  private static final int MARGIN = 100;

  private SampleHistory() {}

  /// Spans of 200 bytes to 4 KB; one in 5,000 holds a text of 3 MiB.
  static History ofSpans(int count) {
    Random random = new Random(1);
    List<Integer> spans = new ArrayList<>();
    List<LongText> texts = new ArrayList<>();
    long start = 0;
    for (int span = 0; span < count; span++) {
      boolean large = span % ONE_LARGE_IN == ONE_LARGE_IN - 1;
      int bytes = large ? LARGE : 200 + random.nextInt(3_800);
      if (large) {
        texts.add(text(span, start + MARGIN, start + bytes - MARGIN));
      }
      spans.add(bytes);
      start += bytes + 1L;
    }
    return of(spans, texts);
  }

  /// Spans all of one size.
  static History even(int count, int bytes) {
    List<Integer> spans = new ArrayList<>();
    for (int span = 0; span < count; span++) {
      spans.add(bytes);
    }
    return of(spans, List.of());
  }

  /// A pointer to nothing.
  static PayloadRef payload(long number, long bytes) {
    long segments = Math.ceilDiv(bytes, (long) PayloadRef.SEGMENT_BYTES);
    return new PayloadRef(
        new PayloadId("p_" + HexFormat.of().toHexDigits(number).repeat(2)),
        0,
        LongStream.range(0, segments).boxed().toList(),
        bytes);
  }

  private static History of(List<Integer> spans, List<LongText> texts) {
    long bytes = spans.size() - 1L + spans.stream().mapToLong(Integer::longValue).sum();
    return new History(
        payload(1, bytes), payload(2, 100), spans, texts, List.of(), spans.size(), false, null);
  }

  private static LongText text(int span, long from, long to) {
    List<Long> cuts = new ArrayList<>();
    for (long cut = from + LongText.CUT_EVERY_BYTES; cut < to; cut += LongText.CUT_EVERY_BYTES) {
      cuts.add(cut);
    }
    return new LongText(span, from, to, cuts, false);
  }
}
