package dev.kompakt.router.route;

import dev.kompakt.bootstrap.route.Pool;
import dev.kompakt.schemas.id.ProviderId;
import dev.kompakt.schemas.record.Mode;

/// A configured provider and its accounts, as one stream task knows them.
///
/// @param mode how it compacts a whole history
/// @param accounts with none, histories are compacted locally
public record Upstream(ProviderId provider, Mode mode, Pool accounts) {
  /// Whether its jobs need no account.
  public boolean local() {
    return mode == Mode.LOCAL || accounts.isEmpty();
  }
}
