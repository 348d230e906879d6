package dev.kompakt.schemas.history;

import java.util.List;

/// A long JSON string inside a span, noted so that a span too large alone can be cut inside it.
///
/// All offsets count from the start of the items payload; `[start, end)` is the raw content between
/// the quotes.
///
/// @param span index of the span it lies in
/// @param cuts ascending positions strictly inside where the raw content may be cut: never within a
///   UTF-8 sequence, an escape or a surrogate pair
/// @param image whether it is a `data:` URL, which is left out rather than cut
public record LongText(int span, long start, long end, List<Long> cuts, boolean image) {
  /// Strings of fewer raw bytes than this are not noted.
  public static final int MIN_BYTES = 16 * 1024;

  /// Distance between cuts, give or take the few bytes an escape or a character takes.
  public static final int CUT_EVERY_BYTES = 16 * 1024;

  public LongText {
    cuts = List.copyOf(cuts);
    if (start < 0 || end <= start) {
      throw new IllegalArgumentException("long text " + start + ".." + end + " is not a range");
    }
    long last = start;
    for (long cut : cuts) {
      if (cut <= last || cut >= end) {
        throw new IllegalArgumentException(
            "cut " + cut + " of long text " + start + ".." + end + " is out of order");
      }
      last = cut;
    }
  }
}
