package dev.kompakt.bootstrap.route;

import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.record.AccountStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// What a [Pool] chooses, found by looking at every account: the rules as the documents tell them.
final class LinearPool {
  private final List<Member> members;
  private final Policy policy;
  private final Map<AccountId, AccountStatus> statuses = new HashMap<>();
  private final Map<AccountId, Standing> standings = new HashMap<>();

  LinearPool(List<Member> members, Policy policy) {
    this.members = List.copyOf(members);
    this.policy = policy;
  }

  void learn(AccountStatus status) {
    statuses.put(status.account(), status);
  }

  void note(Standing standing) {
    standings.put(standing.account(), standing);
  }

  /// What every account is worth, as configured.
  List<Verdict> verdicts(Ask ask, Map<AccountId, Standing> changed, Instant now) {
    List<Verdict> verdicts = new ArrayList<>();
    for (Member member : members) {
      Standing noted = standings.getOrDefault(member.account(), Standing.fresh(member.account()));
      Standing standing = changed.getOrDefault(member.account(), noted);
      Condition condition = Condition.of(member, statuses.get(member.account()), now);
      verdicts.add(Ranking.judge(member, condition, standing, ask.tokens(), policy, now));
    }
    return verdicts;
  }

  Routing choose(Ask ask, Map<AccountId, Standing> changed, Instant now) {
    List<Verdict> verdicts = verdicts(ask, changed, now);
    Verdict session = of(ask.session(), verdicts);
    Verdict free = best(verdicts, v -> v.usable() && !ask.tried().contains(v.account()));
    if (ask.held()) {
      return new Alone(session).routing();
    }
    if (session != null && !ask.tried().contains(session.account())) {
      if (session.usable() && stays(session, free)) {
        return new Routing.Use(session.account(), Routing.Reason.SESSION);
      }
      Instant back = backSoon(session, now);
      if (back != null) {
        Verdict then = of(ask.session(), verdicts(ask, changed, back));
        if (then != null && then.usable() && stays(then, free)) {
          return new Alone(session).routing();
        }
      }
    }
    Verdict chosen = free != null ? free : best(verdicts, Verdict::usable);
    return chosen != null ? use(chosen) : none(verdicts);
  }

  private boolean stays(Verdict session, @Nullable Verdict free) {
    boolean over = session.used() > policy.threshold();
    boolean another = free != null && free.grade() == Verdict.Grade.SAFE;
    return !(over && another);
  }

  private @Nullable Instant backSoon(Verdict session, Instant now) {
    if (session.obstacle() instanceof Obstacle.Rest rest) {
      boolean reset =
          rest.cause() == Pause.Cause.RATE_LIMITED || rest.cause() == Pause.Cause.QUOTA_EXHAUSTED;
      boolean soon = rest.until().compareTo(now.plus(policy.grace())) <= 0;
      return reset && soon ? rest.until() : null;
    }
    return null;
  }

  private static Routing use(Verdict verdict) {
    boolean over = verdict.grade() == Verdict.Grade.PRESSED;
    boolean room = verdict.grade() == Verdict.Grade.SAFE;
    return new Routing.Use(
        verdict.account(),
        over ? Routing.Reason.PRESSED : room ? Routing.Reason.SAFE : Routing.Reason.BUSY);
  }

  private static Routing none(List<Verdict> verdicts) {
    List<Obstacle.Rest> rests = new ArrayList<>();
    boolean tooSmall = false;
    for (Verdict verdict : verdicts) {
      tooSmall |= verdict.obstacle() instanceof Obstacle.TooSmall;
      if (verdict.obstacle() instanceof Obstacle.Rest rest && rest.cause() != Pause.Cause.REFUSED) {
        rests.add(rest);
      }
    }
    if (rests.isEmpty()) {
      return new Routing.Nowhere(
          tooSmall ? Routing.Nowhere.Cause.TOO_LARGE : Routing.Nowhere.Cause.NO_ACCOUNT);
    }
    return new Routing.Wait(
        rests.stream().map(Obstacle.Rest::until).min(Instant::compareTo).orElseThrow(),
        rests.stream().allMatch(rest -> rest.cause() == Pause.Cause.QUOTA_EXHAUSTED)
            ? Pause.Cause.QUOTA_EXHAUSTED
            : Pause.Cause.RATE_LIMITED);
  }

  private static @Nullable Verdict best(List<Verdict> verdicts, Predicate<Verdict> which) {
    return verdicts.stream().filter(which).min(Verdict::compare).orElse(null);
  }

  private static @Nullable Verdict of(@Nullable AccountId account, List<Verdict> verdicts) {
    return verdicts.stream().filter(v -> v.account().equals(account)).findAny().orElse(null);
  }

  /// What becomes of a call that only one account may take.
  private record Alone(@Nullable Verdict verdict) {
    Routing routing() {
      if (verdict != null && verdict.usable()) {
        return new Routing.Use(verdict.account(), Routing.Reason.SESSION);
      }
      return none(verdict == null ? List.of() : List.of(verdict));
    }
  }
}
