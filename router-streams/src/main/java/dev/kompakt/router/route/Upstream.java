package dev.kompakt.router.route;

import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.id.ProviderId;
import dev.kompakt.schemas.record.Mode;
import java.util.List;

/// A configured provider, as far as routing goes.
///
/// @param mode how it compacts a whole history
/// @param accounts in the order of the config; with none, histories are compacted locally
public record Upstream(ProviderId provider, Mode mode, List<AccountId> accounts) {
  public Upstream {
    accounts = List.copyOf(accounts);
  }

  /// Whether its jobs need no account.
  public boolean local() {
    return mode == Mode.LOCAL || accounts.isEmpty();
  }
}
