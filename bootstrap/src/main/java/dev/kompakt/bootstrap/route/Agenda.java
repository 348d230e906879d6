package dev.kompakt.bootstrap.route;

import java.time.Instant;
import java.util.Arrays;

/// Which seat is due next. A tree in an array: its leaves are the moments by seat, each node above
/// is the earlier of the two below it.
final class Agenda {
  private static final long NEVER = Long.MAX_VALUE;
  private static final long NANOS = 1_000_000_000;

  private final int seats;

  /// Nanoseconds since 1970.
  private final long[] nodes;

  /// Makes one in which no seat is ever due.
  Agenda(int count) {
    seats = Math.max(1, Integer.highestOneBit(Math.max(1, 2 * count - 1)));
    nodes = new long[2 * seats];
    Arrays.fill(nodes, NEVER);
  }

  /// Makes a seat due at a moment, in the place of the one before.
  void put(int seat, Instant at) {
    int node = seats + seat;
    long earliest = nanos(at);
    while (nodes[node] != earliest) {
      nodes[node] = earliest;
      if (node > 1) {
        node /= 2;
        earliest = Math.min(nodes[2 * node], nodes[2 * node + 1]);
      }
    }
  }

  /// Whether a seat is due.
  boolean isDue(Instant now) {
    return nodes[1] <= nanos(now) && nodes[1] != NEVER;
  }

  /// The seat that is due first, if one [is][#isDue].
  int first() {
    int node = 1;
    while (node < seats) {
      node = nodes[2 * node] == nodes[node] ? 2 * node : 2 * node + 1;
    }
    return node - seats;
  }

  /// What is too far off to be counted is never.
  private static long nanos(Instant at) {
    return at.getEpochSecond() < NEVER / NANOS ? at.getEpochSecond() * NANOS + at.getNano() : NEVER;
  }
}
