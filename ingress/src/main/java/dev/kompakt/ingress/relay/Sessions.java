package dev.kompakt.ingress.relay;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.record.SessionBinding;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Which account a session stays with: what the router has bound, and what was chosen here before
/// that comes back. Thread-safe.
public final class Sessions {
  private static final int MOST_CHOSEN = 10_000;

  private final Function<String, @Nullable SessionBinding> bound;
  private final Duration idle;
  private final Cache<String, SessionBinding> chosen;

  /// Makes one.
  ///
  /// @param bound what the router knows of a session, by its hash; null if nothing
  /// @param idle a session that was not used for so long is of no account
  public Sessions(Function<String, @Nullable SessionBinding> bound, Duration idle) {
    this.bound = bound;
    this.idle = idle;
    chosen = Caffeine.newBuilder().maximumSize(MOST_CHOSEN).expireAfterWrite(idle).build();
  }

  /// The account of a session; null if it has none.
  public @Nullable AccountId account(String session, Instant now) {
    SessionBinding there = bound.apply(session);
    SessionBinding here = chosen.getIfPresent(session);
    SessionBinding latest =
        there == null || (here != null && here.lastUsed().isAfter(there.lastUsed())) ? here : there;
    return latest == null || latest.lastUsed().plus(idle).isBefore(now) ? null : latest.account();
  }

  /// A turn of the session goes to this account, and those after it are to follow.
  void chose(String session, AccountId account, Instant now) {
    chosen.put(session, new SessionBinding(account, now));
  }
}
