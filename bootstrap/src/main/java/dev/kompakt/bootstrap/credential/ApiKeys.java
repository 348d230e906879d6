package dev.kompakt.bootstrap.credential;

import dev.kompakt.bootstrap.config.ConfigException;
import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.schemas.id.AccountId;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;

/// Accounts whose credential never changes. Immutable.
final class ApiKeys implements Credentials {
  private static final Pattern HEADER_VALUE = Pattern.compile("[\\x21-\\x7e]+");

  private final Map<AccountId, Access.Granted> keys;

  private ApiKeys(Map<AccountId, Access.Granted> keys) {
    this.keys = Map.copyOf(keys);
  }

  static ApiKeys of(KompaktConfig config) {
    Map<AccountId, Access.Granted> keys = new HashMap<>();
    for (KompaktConfig.Account account : config.accounts()) {
      if (account.apiKey() != null) {
        String secret = account.credential();
        if (!HEADER_VALUE.matcher(secret).matches()) {
          throw new ConfigException(
              "accounts." + account.id() + ".apiKey",
              "holds characters that no HTTP header may have");
        }
        keys.put(account.id(), new Access.Granted(Map.of("authorization", "Bearer " + secret), 0));
      }
    }
    return new ApiKeys(keys);
  }

  @Override
  public Access access(AccountId account) {
    Access.Granted key = keys.get(account);
    if (key == null) {
      throw new IllegalArgumentException("the config of this process has no account " + account);
    }
    return key;
  }

  @Override
  public Access renew(AccountId account, Access.Granted refused) {
    return new Access.Refused(Access.REFUSED_FOR_GOOD);
  }
}
