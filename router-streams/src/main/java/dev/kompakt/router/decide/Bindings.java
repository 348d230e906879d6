package dev.kompakt.router.decide;

import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.record.SessionBinding;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Which accounts sessions are bound to, and when a binding is to be written anew.
///
/// @param known what a session, by its hash, was last bound to; null if to nothing
/// @param idle a session that was not used for so long is bound no more
public record Bindings(Function<String, @Nullable SessionBinding> known, Duration idle) {
  /// A binding that did not change is written anew so many times in its life, not at every use.
  private static final int RENEWALS = 10;

  /// The account of a session; null if it has none.
  @Nullable AccountId account(@Nullable String session, Instant now) {
    SessionBinding binding = session == null ? null : known.apply(session);
    return binding == null || binding.lastUsed().plus(idle).isBefore(now)
        ? null
        : binding.account();
  }

  /// What is to be written when an account has answered a session; null if that is known.
  public @Nullable SessionBinding renewed(String session, AccountId account, Instant now) {
    SessionBinding binding = known.apply(session);
    return binding != null
            && binding.account().equals(account)
            && binding.lastUsed().plus(idle.dividedBy(RENEWALS)).isAfter(now)
        ? null
        : new SessionBinding(account, now);
  }
}
