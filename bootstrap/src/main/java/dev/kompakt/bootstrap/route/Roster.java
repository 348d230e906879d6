package dev.kompakt.bootstrap.route;

import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.record.AccountStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// The accounts in the order of their worth. One is judged again when something was heard of it, or
/// when a moment has come at which time alone changes its verdict; else its verdict stands.
final class Roster {
  private static final Duration LAG = Duration.ofSeconds(1);

  private final Map<AccountId, Contender> contenders = new HashMap<>();

  /// Tokens a minute by seat, the fewest first.
  private final long[] room;

  private final Tournament tournament;
  private final NavigableSet<Contender> due = new TreeSet<>(Contender.DUE_FIRST);
  private final Set<Contender> heardOf = new LinkedHashSet<>();
  private Instant clock = Instant.EPOCH;

  Roster(List<Member> members, Policy policy) {
    List<Integer> seated =
        IntStream.range(0, members.size())
            .boxed()
            .sorted(Comparator.comparingLong(place -> tokensPerMinute(members.get(place))))
            .toList();
    for (int place : seated) {
      Member member = members.get(place);
      contenders.put(member.account(), new Contender(member, place, contenders.size(), policy));
    }
    room = seated.stream().mapToLong(place -> tokensPerMinute(members.get(place))).toArray();
    tournament = new Tournament(room.length);
    heardOf.addAll(contenders.values());
  }

  boolean isEmpty() {
    return contenders.isEmpty();
  }

  void learn(AccountStatus status) {
    Contender contender = contenders.get(status.account());
    if (contender != null) {
      contender.learn(status);
      heardOf.add(contender);
    }
  }

  void note(Standing standing) {
    Contender contender = contenders.get(standing.account());
    if (contender != null) {
      contender.note(standing);
      heardOf.add(contender);
    }
  }

  Standing standing(AccountId account) {
    Contender contender = contenders.get(account);
    return contender == null ? Standing.fresh(account) : contender.standing();
  }

  /// Judges again what has to be.
  ///
  /// @return the moment verdicts are of from now on: `now`, or a later one of before if it is not
  ///   later by more than [#LAG]
  Instant turnTo(Instant now) {
    if (now.isBefore(clock.minus(LAG))) {
      heardOf.addAll(contenders.values());
      clock = now;
    } else if (now.isAfter(clock)) {
      clock = now;
    }
    heardOf.forEach(this::file);
    heardOf.clear();
    while (!due.isEmpty() && !due.first().holdsUntil().isAfter(clock)) {
      file(due.first());
    }
    return clock;
  }

  private void file(Contender contender) {
    Ranking.Judgement judgement = contender.judge(contender.standing(), 0, clock);
    if (judgement.holdsUntil().equals(contender.holdsUntil())) {
      contender.file(judgement);
    } else {
      due.remove(contender);
      contender.file(judgement);
      due.add(contender);
    }
    tournament.play(contender);
  }

  /// The best for a call at the moment that was [turned to][#turnTo]; null if none has room for so
  /// many tokens.
  ///
  /// @param out those that do not count; a few
  @Nullable Verdict best(long tokens, Predicate<AccountId> out) {
    Contender best =
        tournament.best(
            seatFor(tokens), room.length, contender -> out.test(contender.member.account()));
    return best == null ? null : best.verdict();
  }

  /// How many with room for so many tokens rest for anything but a used up quota.
  int limited(long tokens) {
    int seat = seatFor(tokens);
    return seat == room.length ? 0 : tournament.limited(seat);
  }

  /// Whether one could be used but for the tokens of the call.
  boolean tooSmall(long tokens) {
    Contender best = tournament.best(0, seatFor(tokens), contender -> false);
    return best != null && best.verdict().grade() != Verdict.Grade.OUT;
  }

  /// What an account is worth to a call; null if it is none of these.
  ///
  /// @param as counts in the place of the standing noted, if not null
  @Nullable Verdict worth(AccountId account, @Nullable Standing as, long tokens, Instant now) {
    Contender contender = contenders.get(account);
    return contender == null
        ? null
        : contender.judge(as == null ? contender.standing() : as, tokens, now).verdict();
  }

  /// The best first; equals as configured.
  int compare(Verdict one, Verdict other) {
    int order = Verdict.compare(one, other);
    return order == 0 ? Integer.compare(place(one), place(other)) : order;
  }

  /// All of them, the best first.
  List<Verdict> verdicts(long tokens, Instant now) {
    List<Verdict> verdicts = new ArrayList<>(contenders.size());
    contenders
        .values()
        .forEach(
            contender ->
                verdicts.add(contender.judge(contender.standing(), tokens, now).verdict()));
    verdicts.sort(this::compare);
    return List.copyOf(verdicts);
  }

  private int place(Verdict verdict) {
    Contender contender = contenders.get(verdict.account());
    return contender == null ? contenders.size() : contender.place;
  }

  /// The first seat with room for so many tokens.
  private int seatFor(long tokens) {
    int low = 0;
    int high = room.length;
    while (low < high) {
      int middle = (low + high) / 2;
      if (room[middle] < tokens) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private static long tokensPerMinute(Member member) {
    Integer tokens = member.tokensPerMinute();
    return tokens == null ? Long.MAX_VALUE : tokens;
  }
}
