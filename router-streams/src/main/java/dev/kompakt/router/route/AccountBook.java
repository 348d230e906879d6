package dev.kompakt.router.route;

import dev.kompakt.schemas.id.AccountId;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// The accounts of one provider while one decision is taken: what is known of them, and what the
/// decision itself changes. Lives no longer than the decision; not thread-safe.
public final class AccountBook {
  private final List<AccountId> accounts;
  private final Function<AccountId, @Nullable Standing> known;
  private final Map<AccountId, Standing> changed = new LinkedHashMap<>();

  /// Opens the book.
  ///
  /// @param accounts those that may be used, in the order of the config
  /// @param known what was noted of an account before, null if nothing
  public AccountBook(List<AccountId> accounts, Function<AccountId, @Nullable Standing> known) {
    this.accounts = List.copyOf(accounts);
    this.known = known;
  }

  /// The account for the next job.
  ///
  /// @param avoid taken only if no other account is free
  public Routing choose(@Nullable AccountId avoid, Instant now) {
    return Route.choose(accounts.stream().map(this::of).toList(), avoid, now);
  }

  /// Whether an account other than this one is free.
  public boolean another(AccountId account, Instant now) {
    return choose(account, now) instanceof Routing.Use(AccountId other) && !other.equals(account);
  }

  /// How the account stands now.
  public Standing of(AccountId account) {
    Standing standing = changed.get(account);
    if (standing == null) {
      standing = known.apply(account);
    }
    return standing == null ? Standing.fresh(account) : standing;
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
