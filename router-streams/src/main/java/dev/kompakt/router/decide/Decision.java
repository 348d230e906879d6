package dev.kompakt.router.decide;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What was decided.
///
/// @param state to keep; null to forget the compaction
/// @param effects in the order to carry them out
public record Decision(@Nullable CompactionState state, List<Effect> effects) {
  public Decision {
    effects = List.copyOf(effects);
  }
}
