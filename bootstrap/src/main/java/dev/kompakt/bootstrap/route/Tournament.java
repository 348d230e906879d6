package dev.kompakt.bootstrap.route;

import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Who is the best among some of many contenders. A tree in an array: its leaves are the contenders
/// by seat, each node above knows the better of the two below it. Two plays differ by one path from
/// a leaf to the root.
final class Tournament {
  private final int seats;
  private final @Nullable Contender[] winners;

  /// How many below each node are limited.
  private final int[] limited;

  Tournament(int contenders) {
    seats = Math.max(1, Integer.highestOneBit(Math.max(1, 2 * contenders - 1)));
    winners = new Contender[2 * seats];
    limited = new int[2 * seats];
  }

  /// Takes in what a contender is worth now.
  void play(Contender contender) {
    int node = seats + contender.seat;
    winners[node] = contender;
    limited[node] = contender.verdict().limited() ? 1 : 0;
    for (node /= 2; node > 0; node /= 2) {
      winners[node] = better(winners[2 * node], winners[2 * node + 1]);
      limited[node] = limited[2 * node] + limited[2 * node + 1];
    }
  }

  /// The best of the seats `from` to `to`, the latter not among them.
  ///
  /// @param out those that do not count; the fewer the faster
  @Nullable Contender best(int from, int to, Predicate<Contender> out) {
    return best(1, 0, seats, from, to, out);
  }

  private @Nullable Contender best(
      int node, int low, int high, int from, int to, Predicate<Contender> out) {
    Contender winner = winners[node];
    if (winner == null || high <= from || to <= low) {
      return null;
    }
    if (from <= winner.seat && winner.seat < to && !out.test(winner)) {
      return winner;
    }
    if (high - low == 1) {
      return null;
    }
    int middle = (low + high) / 2;
    return better(
        best(2 * node, low, middle, from, to, out),
        best(2 * node + 1, middle, high, from, to, out));
  }

  /// How many from a seat on are [limited][Verdict#limited].
  int limited(int from) {
    int count = limited[seats + from];
    for (int node = seats + from; node > 1; node /= 2) {
      if (node % 2 == 0) {
        count += limited[node + 1];
      }
    }
    return count;
  }

  private static @Nullable Contender better(@Nullable Contender one, @Nullable Contender other) {
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    return Contender.BEST_FIRST.compare(one, other) <= 0 ? one : other;
  }
}
