package dev.kompakt.bootstrap.route;

import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.record.AccountStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// The accounts in the order of their worth. One is judged again when something was heard of it, or
/// when a moment has come at which time alone changes its verdict; else its verdict stands.
final class Roster {
  private static final Duration LAG = Duration.ofSeconds(1);

  private final Map<AccountId, Contender> contenders;

  /// By seat: those with the fewest tokens a minute first.
  private final List<Contender> seated = new ArrayList<>();

  /// Tokens a minute by seat.
  private final long[] room;

  private final Tournament tournament;
  private final Agenda agenda;
  private final List<Contender> stale = new ArrayList<>();
  private Instant clock = Instant.EPOCH;

  Roster(List<Member> members, Policy policy) {
    List<Integer> places =
        IntStream.range(0, members.size())
            .boxed()
            .sorted(Comparator.comparingLong(place -> tokensPerMinute(members.get(place))))
            .toList();
    for (int place : places) {
      seated.add(new Contender(members.get(place), place, seated.size(), policy));
    }
    contenders =
        seated.stream()
            .collect(
                Collectors.toUnmodifiableMap(each -> each.member.account(), Function.identity()));
    room = seated.stream().mapToLong(each -> tokensPerMinute(each.member)).toArray();
    tournament = new Tournament(seated);
    agenda = new Agenda(room.length);
    contenders.values().forEach(this::expire);
  }

  boolean isEmpty() {
    return contenders.isEmpty();
  }

  void learn(AccountStatus status) {
    Contender contender = contenders.get(status.account());
    if (contender != null) {
      contender.learn(status, clock);
      expire(contender);
    }
  }

  void note(Standing standing) {
    Contender contender = contenders.get(standing.account());
    if (contender != null) {
      contender.note(standing);
      expire(contender);
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
      contenders.values().forEach(this::expire);
      clock = now;
    } else if (now.isAfter(clock)) {
      clock = now;
    }
    stale.forEach(this::file);
    stale.clear();
    while (agenda.isDue(clock)) {
      file(seated.get(agenda.first()));
    }
    return clock;
  }

  private void expire(Contender contender) {
    if (contender.expire()) {
      stale.add(contender);
    }
  }

  private void file(Contender contender) {
    agenda.put(contender.seat, contender.judge(clock));
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
  /// @param at the moment that was turned to, or a later one
  @Nullable Verdict worth(AccountId account, @Nullable Standing as, long tokens, Instant at) {
    Contender contender = contenders.get(account);
    if (contender == null) {
      return null;
    }
    if (as == null && at.equals(clock) && contender.seat >= seatFor(tokens)) {
      return contender.verdict();
    }
    return contender.worth(as == null ? contender.standing() : as, tokens, at);
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
        .forEach(contender -> verdicts.add(contender.worth(contender.standing(), tokens, now)));
    verdicts.sort(this::compare);
    return List.copyOf(verdicts);
  }

  private int place(Verdict verdict) {
    Contender contender = contenders.get(verdict.account());
    return contender == null ? contenders.size() : contender.place;
  }

  /// The first seat with room for so many tokens.
  private int seatFor(long tokens) {
    if (tokens == 0) {
      return 0;
    }
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
