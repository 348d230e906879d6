package dev.kompakt.bootstrap.credential;

import dev.kompakt.bootstrap.config.ConfigException;
import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.schemas.id.AccountId;

/// What accounts are called with. Thread-safe.
public interface Credentials {
  /// What an account's next call is to carry. Waits, bounded, if that has to be renewed first; so
  /// ask just before the call, on a thread that may block.
  ///
  /// @throws InterruptedException if interrupted while waiting; what is being renewed goes on
  /// @throws IllegalArgumentException if the config has no such account
  Access access(AccountId account) throws InterruptedException;

  /// What to carry instead, after a call was answered 401. Renewed at most once for all who ask
  /// with the same; an account that cannot be renewed is refused with a lasting standing. A call
  /// that is answered 401 with this too is not made again: its outcome is
  /// [Access#REFUSED_FOR_GOOD].
  ///
  /// @param refused what that call carried
  /// @throws InterruptedException if interrupted while waiting; what is being renewed goes on
  /// @throws IllegalArgumentException if the config has no such account
  Access renew(AccountId account, Access.Granted refused) throws InterruptedException;

  /// The API keys of a config; its other accounts are not known.
  ///
  /// @throws ConfigException if a key is missing or malformed
  static Credentials ofKeys(KompaktConfig config) {
    return ApiKeys.of(config);
  }
}
