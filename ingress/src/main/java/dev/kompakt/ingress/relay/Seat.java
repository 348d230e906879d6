package dev.kompakt.ingress.relay;

import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.schemas.id.AccountId;

/// One account turns may go to.
///
/// @param mark what clients know it by, the same in every replica
record Seat(KompaktConfig.Account account, KompaktConfig.Provider provider, String mark) {
  AccountId id() {
    return account.id();
  }

  /// How many calls may be made from here at once.
  int room() {
    return account.limits().parallel();
  }
}
