package dev.kompakt.ingress.replay;

import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.id.ProviderId;
import dev.kompakt.schemas.record.Mode;
import org.jspecify.annotations.Nullable;

/// What is to be otherwise in a replay; null for as before.
///
/// @param provider the account's; null without one
public record Overrides(
    @Nullable ProviderId provider, @Nullable AccountId account, @Nullable Mode mode) {
  public Overrides {
    if (account != null && mode == Mode.LOCAL) {
      throw new IllegalArgumentException("mode local needs no account");
    }
  }
}
