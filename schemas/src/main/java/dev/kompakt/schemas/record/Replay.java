package dev.kompakt.schemas.record;

import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.id.ProviderId;
import dev.kompakt.schemas.id.ReplayId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Going on with a failed compaction, as an operator asked for it.
///
/// @param at when it was asked for, by the asking process's clock; of several who ask for one id,
///   it tells whose request was heeded
/// @param start before, nothing is sent
/// @param provider of the account; null without one
/// @param account which every call is made with, whatever its session; null for any of the
///   compaction's provider
/// @param mode in which the history is sent whole, or [Mode#LOCAL] for no call at all; null for the
///   one it failed in. Parts of a split history are summarized whatever it is
public record Replay(
    ReplayId id,
    Instant at,
    Instant start,
    @Nullable ProviderId provider,
    @Nullable AccountId account,
    @Nullable Mode mode) {
  public Replay {
    if ((provider == null) != (account == null)) {
      throw new IllegalArgumentException("replay " + id + ": account without provider");
    }
  }
}
