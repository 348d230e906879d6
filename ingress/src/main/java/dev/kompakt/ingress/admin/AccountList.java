package dev.kompakt.ingress.admin;

import dev.kompakt.bootstrap.admin.AdminEndpoint;
import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.record.AccountStatus;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// `GET /admin/v1/accounts`: the accounts of the config, in its order; `state=` and `provider=`
/// narrow it down.
final class AccountList implements AdminEndpoint {
  private static final Set<String> PARAMETERS = Set.of("state", "provider");

  private final List<KompaktConfig.Account> accounts;
  private final Function<AccountId, @Nullable AccountStatus> known;
  private final InstantSource clock;

  AccountList(
      List<KompaktConfig.Account> accounts,
      Function<AccountId, @Nullable AccountStatus> known,
      InstantSource clock) {
    this.accounts = accounts;
    this.known = known;
    this.clock = clock;
  }

  @Override
  public Reply answer(Map<String, String> parameters) {
    Listing.allow(parameters, PARAMETERS);
    String state = parameters.get("state");
    String provider = parameters.get("provider");
    Instant now = clock.instant();
    List<ObjectNode> entries =
        accounts.stream()
            .filter(account -> provider == null || account.provider().value().equals(provider))
            .map(account -> AccountObject.of(account, known.apply(account.id()), now))
            .filter(entry -> state == null || entry.get("state").stringValue().equals(state))
            .toList();
    return Listing.of(entries, false);
  }
}
