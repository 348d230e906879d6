package dev.kompakt.router.route;

import dev.kompakt.bootstrap.route.Ask;
import dev.kompakt.bootstrap.route.Pause;
import dev.kompakt.bootstrap.route.Pool;
import dev.kompakt.bootstrap.route.Routing;
import dev.kompakt.bootstrap.route.Standing;
import dev.kompakt.schemas.id.AccountId;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/// The accounts of one provider while one decision is taken: what is known of them, and what the
/// decision itself changes. Lives no longer than the decision; not thread-safe.
public final class AccountBook {
  private final Pool known;
  private final Map<AccountId, Standing> changed = new LinkedHashMap<>();

  /// Opens the book.
  ///
  /// @param known read only
  public AccountBook(Pool known) {
    this.known = known;
  }

  /// Where the next job may go.
  public Routing choose(Ask ask, Instant now) {
    return known.choose(ask, changed, now);
  }

  /// Whether a job may go to an account other than this one.
  public boolean another(AccountId account, Instant now) {
    return choose(new Ask(null, false, Set.of(account), 0), now)
            instanceof Routing.Use(AccountId other, _)
        && !other.equals(account);
  }

  /// How the account stands now.
  public Standing of(AccountId account) {
    Standing standing = changed.get(account);
    return standing == null ? known.standing(account) : standing;
  }

  /// A job was sent to it.
  public void sent(AccountId account, Instant now) {
    change(account, standing -> standing.sent(now));
  }

  /// A job sent earlier counts again, because its compaction goes on.
  public void resumed(AccountId account) {
    change(account, Standing::resumed);
  }

  /// A job it had is no longer waited for.
  public void ended(AccountId account) {
    change(account, Standing::ended);
  }

  /// It answered with a result.
  public void succeeded(AccountId account) {
    if (of(account).strikes() > 0) {
      change(account, Standing::succeeded);
    }
  }

  /// It has to rest.
  public void pause(AccountId account, Pause pause) {
    change(account, standing -> standing.paused(pause));
  }

  /// What is to be noted of the accounts this decision touched.
  public List<Standing> changed() {
    return List.copyOf(changed.values());
  }

  private void change(AccountId account, UnaryOperator<Standing> change) {
    changed.put(account, change.apply(of(account)));
  }
}
