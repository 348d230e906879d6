package dev.kompakt.bootstrap.route;

import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Who is the best among some of many contenders. A tree in an array: its leaves are the contenders
/// by seat, each node above is the better of the two below it. A change takes one path from a leaf
/// towards the root.
///
/// A node holds the winner's seat in its low bits and the [sketch][Verdict#sketch] of its worth
/// above them. So most games are decided without a look at the contenders, which lie all over the
/// memory.
final class Tournament {
  /// Enough for half a million seats.
  private static final int SEAT_BITS = Long.SIZE - 1 - Verdict.SKETCH_BITS;

  private static final long EMPTY = Long.MAX_VALUE;

  private final List<Contender> contenders;
  private final int seats;
  private final long[] nodes;

  /// How many below each node are limited.
  private final int[] limited;

  /// Makes one in which nobody has played yet.
  ///
  /// @param contenders by seat
  Tournament(List<Contender> contenders) {
    this.contenders = List.copyOf(contenders);
    seats = Math.max(1, Integer.highestOneBit(Math.max(1, 2 * contenders.size() - 1)));
    nodes = new long[2 * seats];
    limited = new int[2 * seats];
    Arrays.fill(nodes, EMPTY);
  }

  /// Takes in what a contender is worth now. Where another wins as before, nothing changes above.
  void play(Contender contender) {
    int node = seats + contender.seat;
    count(node, contender.verdict().limited() ? 1 : 0);
    long before = EMPTY;
    long winner = (contender.verdict().sketch() << SEAT_BITS) | contender.seat;
    nodes[node] = winner;
    while (node > 1 && (winner != before || seat(winner) == contender.seat)) {
      node /= 2;
      before = nodes[node];
      winner = better(nodes[2 * node], nodes[2 * node + 1]);
      nodes[node] = winner;
    }
  }

  private void count(int leaf, int now) {
    int change = now - limited[leaf];
    for (int node = leaf; node > 0 && change != 0; node /= 2) {
      limited[node] += change;
    }
  }

  /// The best of the seats `from` to `to`, the latter not among them; null if there is none.
  ///
  /// @param out those that do not count; the fewer the faster
  @Nullable Contender best(int from, int to, Predicate<Contender> out) {
    long best = best(1, 0, seats, from, to, out);
    return best == EMPTY ? null : contenders.get(seat(best));
  }

  private long best(int node, int low, int high, int from, int to, Predicate<Contender> out) {
    long winner = nodes[node];
    if (winner == EMPTY || high <= from || to <= low) {
      return EMPTY;
    }
    int seat = seat(winner);
    if (from <= seat && seat < to && !out.test(contenders.get(seat))) {
      return winner;
    }
    if (high - low == 1) {
      return EMPTY;
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

  private long better(long one, long other) {
    if (one >> SEAT_BITS != other >> SEAT_BITS || one == EMPTY) {
      return Math.min(one, other);
    }
    int order =
        Contender.BEST_FIRST.compare(contenders.get(seat(one)), contenders.get(seat(other)));
    return order <= 0 ? one : other;
  }

  private static int seat(long node) {
    return (int) (node & ((1L << SEAT_BITS) - 1));
  }
}
