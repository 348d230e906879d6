package dev.kompakt.bootstrap.route;

import dev.kompakt.schemas.id.AccountId;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One choice among the accounts of a [Roster].
final class Choice {
  private final Roster roster;
  private final Policy policy;
  private final Ask ask;
  private final Map<AccountId, Standing> changed;
  private final Instant now;

  Choice(Roster roster, Policy policy, Ask ask, Map<AccountId, Standing> changed, Instant now) {
    this.roster = roster;
    this.policy = policy;
    this.ask = ask;
    this.changed = changed;
    this.now = now;
  }

  Routing make() {
    Verdict session = ask.session() == null ? null : worth(ask.session(), now);
    if (ask.held()) {
      return held(session);
    }
    Verdict best = best(ask.tried());
    if (session != null && !ask.tried().contains(session.account())) {
      if (keeps(session, best)) {
        return new Routing.Use(session.account(), Routing.Reason.SESSION);
      }
      Obstacle.Rest rest = session.rest();
      if (rest != null && isWorthWaiting(rest, session.account(), best)) {
        return new Routing.Wait(rest.until(), cause(rest));
      }
    }
    if (!ask.tried().isEmpty() && (best == null || !best.usable())) {
      best = best(Set.of());
    }
    return best != null && best.usable() ? use(best) : none(best);
  }

  private Routing held(@Nullable Verdict session) {
    if (session == null) {
      return new Routing.Nowhere(Routing.Nowhere.Cause.NO_ACCOUNT);
    }
    if (session.usable()) {
      return new Routing.Use(session.account(), Routing.Reason.SESSION);
    }
    Obstacle.Rest rest = session.rest();
    if (rest != null) {
      return new Routing.Wait(rest.until(), cause(rest));
    }
    return nowhere(session.grade() == Verdict.Grade.TOO_SMALL);
  }

  /// A session stays unless its account is over the threshold and another is not. What it has in
  /// flight itself is no reason to move: it would come back as soon as that has ended.
  private boolean keeps(Verdict session, @Nullable Verdict best) {
    return session.usable()
        && (session.used() <= policy.threshold()
            || best == null
            || best.grade() != Verdict.Grade.SAFE);
  }

  /// Whether the session's account is back soon, and the session would then stay.
  private boolean isWorthWaiting(Obstacle.Rest rest, AccountId account, @Nullable Verdict best) {
    if (rest.cause() == Pause.Cause.BUSY || rest.until().isAfter(now.plus(policy.grace()))) {
      return false;
    }
    Verdict then = worth(account, rest.until());
    return then != null && keeps(then, best);
  }

  private static Routing use(Verdict best) {
    return new Routing.Use(
        best.account(),
        switch (best.grade()) {
          case SAFE -> Routing.Reason.SAFE;
          case BUSY -> Routing.Reason.BUSY;
          case PRESSED, RESTING, TOO_SMALL, OUT -> Routing.Reason.PRESSED;
        });
  }

  /// @param best of those that cannot be used
  private Routing none(@Nullable Verdict best) {
    Obstacle.Rest rest = best == null ? null : best.rest();
    if (rest == null) {
      return nowhere(roster.tooSmall(ask.tokens()));
    }
    return new Routing.Wait(
        rest.until(), limited() == 0 ? Pause.Cause.QUOTA_EXHAUSTED : Pause.Cause.RATE_LIMITED);
  }

  private static Routing nowhere(boolean tooSmall) {
    return new Routing.Nowhere(
        tooSmall ? Routing.Nowhere.Cause.TOO_LARGE : Routing.Nowhere.Cause.NO_ACCOUNT);
  }

  private static Pause.Cause cause(Obstacle.Rest rest) {
    return rest.cause() == Pause.Cause.QUOTA_EXHAUSTED
        ? Pause.Cause.QUOTA_EXHAUSTED
        : Pause.Cause.RATE_LIMITED;
  }

  private @Nullable Verdict worth(AccountId account, Instant at) {
    return roster.worth(account, changed.get(account), ask.tokens(), at);
  }

  private @Nullable Verdict best(Set<AccountId> tried) {
    Verdict best =
        roster.best(
            ask.tokens(), account -> tried.contains(account) || changed.containsKey(account));
    for (AccountId account : changed.keySet()) {
      Verdict worth = tried.contains(account) ? null : worth(account, now);
      if (worth != null && (best == null || roster.compare(worth, best) < 0)) {
        best = worth;
      }
    }
    return best;
  }

  /// How many rest for anything but a used up quota.
  private int limited() {
    int count = roster.limited(ask.tokens());
    for (AccountId account : changed.keySet()) {
      Verdict noted = roster.worth(account, null, ask.tokens(), now);
      Verdict worth = worth(account, now);
      count +=
          (worth != null && worth.limited() ? 1 : 0) - (noted != null && noted.limited() ? 1 : 0);
    }
    return count;
  }
}
