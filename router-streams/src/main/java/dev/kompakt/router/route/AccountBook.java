package dev.kompakt.router.route;

import dev.kompakt.bootstrap.route.Ask;
import dev.kompakt.bootstrap.route.Pause;
import dev.kompakt.bootstrap.route.Pool;
import dev.kompakt.bootstrap.route.Routing;
import dev.kompakt.bootstrap.route.Standing;
import dev.kompakt.schemas.id.AccountId;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

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

  /// It has to rest. What its lane said of its room no longer matters.
  public void pause(AccountId account, Pause pause) {
    change(
        account, standing -> (waitsForRoom(standing) ? rested(standing) : standing).paused(pause));
  }

  /// Its lane has no room before; it is passed over while another has. If it rests for another
  /// reason, it goes on to do so.
  public void noRoom(AccountId account, Instant until, Instant now) {
    Pause pause = of(account).pause();
    if (pause == null || pause.cause() == Pause.Cause.BUSY || !pause.until().isAfter(now)) {
      change(account, standing -> rested(standing).paused(new Pause(until, Pause.Cause.BUSY, now)));
    }
  }

  /// Where to wait for room, if nothing but room is missing; null if that is not so anywhere. The
  /// account that has room first.
  public @Nullable AccountId roomiest(Ask ask, Instant now) {
    List<Standing> full =
        known.verdicts(ask, now).stream()
            .map(verdict -> of(verdict.account()))
            .filter(AccountBook::waitsForRoom)
            .sorted(Comparator.comparing(AccountBook::until))
            .toList();
    for (Standing standing : full) {
      Map<AccountId, Standing> freed = new LinkedHashMap<>(changed);
      freed.put(standing.account(), rested(standing));
      if (known.choose(ask, freed, now) instanceof Routing.Use(AccountId account, _)) {
        return account;
      }
    }
    return null;
  }

  private static boolean waitsForRoom(Standing standing) {
    return standing.pause() != null && standing.pause().cause() == Pause.Cause.BUSY;
  }

  private static Instant until(Standing standing) {
    return standing.pause() == null ? Instant.EPOCH : standing.pause().until();
  }

  private static Standing rested(Standing standing) {
    return new Standing(
        standing.account(), standing.inFlight(), standing.lastSent(), null, standing.strikes());
  }

  /// What is to be noted of the accounts this decision touched.
  public List<Standing> changed() {
    return List.copyOf(changed.values());
  }

  private void change(AccountId account, UnaryOperator<Standing> change) {
    changed.put(account, change.apply(of(account)));
  }
}
