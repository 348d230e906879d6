package dev.kompakt.bootstrap.route;

import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.schemas.id.AccountId;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the config says of an account, as far as routing goes.
///
/// @param concurrency calls at once
/// @param tokensPerMinute a call of more never goes there; null for no limit
/// @param ceilings percent of a window that is used at most, by the window's name
public record Member(
    AccountId account,
    int concurrency,
    @Nullable Integer tokensPerMinute,
    Map<String, Integer> ceilings) {
  public Member {
    ceilings = Map.copyOf(ceilings);
  }

  public static Member of(KompaktConfig.Account account) {
    KompaktConfig.Quota quota = account.limits();
    return new Member(account.id(), quota.parallel(), quota.tokensPerMinute(), quota.windows());
  }
}
