package dev.kompakt.ingress.intake;

import dev.kompakt.schemas.history.LongText;

/// Finds the long strings of the items and where they may be cut.
final class LongTexts {
  private final Longs starts = new Longs();
  private final Longs ends = new Longs();

  /// For each text, how many of all cuts come before its own end.
  private final Longs cutsEnds = new Longs();

  private final Longs images = new Longs();
  private final Longs cuts = new Longs();

  /// Added to a position in the body, this is one in the items payload.
  private long shift;

  private long start;
  private long nextCut;

  /// Begins an item.
  void openItem(long shift) {
    this.shift = shift;
  }

  /// Begins a string.
  ///
  /// @param at its first byte after the quote
  void open(long at) {
    start = at;
    nextCut = at + LongText.CUT_EVERY_BYTES;
  }

  void text(byte[] bytes, int offset, int length, long at) {
    int end = offset + length;
    while (nextCut < at + length) {
      int i = offset + (int) (Math.max(nextCut, at) - at);
      while (i < end && (bytes[i] & 0xc0) == 0x80) {
        i++;
      }
      if (i == end) {
        return;
      }
      cut(at + i - offset);
    }
  }

  void escape(long at) {
    if (at >= nextCut) {
      cut(at);
    }
  }

  private void cut(long at) {
    cuts.add(at + shift);
    nextCut = at + LongText.CUT_EVERY_BYTES;
  }

  /// Ends a string.
  ///
  /// @param end its closing quote
  /// @param image whether it is a `data:` URL
  void close(long end, boolean image) {
    if (end - start < LongText.MIN_BYTES) {
      return;
    }
    if (image) {
      cuts.truncate(cutsBefore(starts.size()));
    }
    starts.add(start + shift);
    ends.add(end + shift);
    images.add(image ? 1 : 0);
    cutsEnds.add(cuts.size());
  }

  int size() {
    return starts.size();
  }

  long start(int text) {
    return starts.get(text);
  }

  long end(int text) {
    return ends.get(text);
  }

  boolean image(int text) {
    return images.get(text) == 1;
  }

  /// Cuts of this text have indices from here to [#cutsBefore] of the next.
  int cutsBefore(int text) {
    return text == 0 ? 0 : (int) cutsEnds.get(text - 1);
  }

  long cut(int index) {
    return cuts.get(index);
  }

  /// Forgets all texts but the first `size`: their item was not let through.
  void truncate(int size) {
    starts.truncate(size);
    ends.truncate(size);
    images.truncate(size);
    cutsEnds.truncate(size);
    cuts.truncate(cutsBefore(size));
  }
}
