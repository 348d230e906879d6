package dev.kompakt.ingress.replay;

import dev.kompakt.schemas.id.ReplayId;
import dev.kompakt.schemas.record.DeadLetter;
import org.jspecify.annotations.Nullable;

/// One dead letter that was asked to be replayed.
///
/// @param name as in [DeadLetters#name], or as it was asked for
/// @param letter null if there is none of this name
/// @param replay null where there can be none
public record Planned(
    String name, @Nullable DeadLetter letter, @Nullable ReplayId replay, Fate fate) {
  Planned become(Fate next) {
    return new Planned(name, letter, replay, next);
  }
}
