package dev.kompakt.router.route;

import dev.kompakt.schemas.id.AccountId;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Chooses among the accounts of a provider: the one with the least in flight, then the one longest
/// without a job, then as configured.
final class Route {
  private static final Comparator<Standing> IN_TURN =
      Comparator.comparingInt(Standing::inFlight).thenComparing(Standing::lastSent);

  private Route() {}

  /// The account for the next job.
  ///
  /// @param accounts in the order of the config
  /// @param avoid taken only if no other account is free; where the job just failed
  static Routing choose(List<Standing> accounts, @Nullable AccountId avoid, Instant now) {
    List<Standing> free = accounts.stream().filter(a -> a.pauseAt(now) == null).toList();
    Standing best =
        free.stream()
            .filter(a -> !a.account().equals(avoid))
            .min(IN_TURN)
            .orElseGet(() -> free.isEmpty() ? null : free.getFirst());
    return best != null ? new Routing.Use(best.account()) : rest(accounts, now);
  }

  private static Routing rest(List<Standing> accounts, Instant now) {
    Instant until = null;
    boolean allQuota = true;
    for (Standing account : accounts) {
      Pause pause = account.pauseAt(now);
      if (pause == null || pause.cause() == Pause.Cause.REFUSED) {
        continue;
      }
      allQuota &= pause.cause() == Pause.Cause.QUOTA_EXHAUSTED;
      until = until == null || pause.until().isBefore(until) ? pause.until() : until;
    }
    if (until == null) {
      return new Routing.Nowhere();
    }
    return new Routing.Wait(
        until, allQuota ? Pause.Cause.QUOTA_EXHAUSTED : Pause.Cause.RATE_LIMITED);
  }
}
