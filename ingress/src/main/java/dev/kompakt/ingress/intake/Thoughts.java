package dev.kompakt.ingress.intake;

import dev.kompakt.schemas.history.ByteRange;
import java.util.ArrayList;
import java.util.List;

/// The items that only their maker can read, and whether the rest makes sense without them: of
/// reasoning a model has the gist in what it said, of a compaction nothing.
final class Thoughts {
  /// With more of them than this none are left out.
  static final int MOST = 20_000;

  private final List<ByteRange> reasoning = new ArrayList<>();
  private boolean ciphertext;
  private boolean needed;

  /// An item with ciphertext.
  ///
  /// @param at where it stands in the items payload
  void encrypted(boolean isReasoning, ByteRange at) {
    ciphertext = true;
    needed |= !isReasoning || reasoning.size() == MOST;
    if (needed) {
      reasoning.clear();
    } else {
      reasoning.add(at);
    }
  }

  boolean ciphertext() {
    return ciphertext;
  }

  /// All items with ciphertext, if they may be left out; else empty.
  List<ByteRange> ranges() {
    return reasoning;
  }
}
