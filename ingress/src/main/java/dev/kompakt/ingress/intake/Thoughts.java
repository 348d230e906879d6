package dev.kompakt.ingress.intake;

import dev.kompakt.schemas.history.ByteRange;
import dev.kompakt.schemas.history.History;
import java.util.ArrayList;
import java.util.List;

/// The items that only their maker can read. Reasoning may be left out, for a model has the gist of
/// it in what it said; a compaction may not, for it is the history itself.
final class Thoughts {
  private final List<ByteRange> reasoning = new ArrayList<>();
  private boolean other;

  /// An item with ciphertext.
  ///
  /// @param at where it stands in the items payload
  /// @return whether it is a thought
  boolean encrypted(boolean isReasoning, ByteRange at) {
    boolean thought = isReasoning && reasoning.size() < History.MAX_THOUGHTS;
    if (thought) {
      reasoning.add(at);
    } else {
      other = true;
    }
    return thought;
  }

  /// Whether an item has ciphertext that is none of the thoughts.
  boolean ciphertext() {
    return other;
  }

  List<ByteRange> ranges() {
    return reasoning;
  }
}
