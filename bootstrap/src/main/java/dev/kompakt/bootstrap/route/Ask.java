package dev.kompakt.bootstrap.route;

import dev.kompakt.schemas.id.AccountId;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What is to be sent.
///
/// @param session the account its session stays with; null if it has none yet
/// @param held whether no other account than the session's can read it
/// @param tried accounts it just failed at; taken only if no other is free
/// @param tokens estimated, 0 if that does not matter
public record Ask(@Nullable AccountId session, boolean held, Set<AccountId> tried, long tokens) {
  /// Anything, for the first time.
  public static final Ask ANY = new Ask(null, false, Set.of(), 0);

  public Ask {
    tried = Set.copyOf(tried);
    if (held && session == null) {
      throw new IllegalArgumentException("held by no account");
    }
  }
}
