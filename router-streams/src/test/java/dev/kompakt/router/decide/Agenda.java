package dev.kompakt.router.decide;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.PriorityQueue;

/// What is to happen, in the order of its times; its clock stands still meanwhile.
final class Agenda {
  private record Entry(Instant at, long order, Runnable what) {}

  private final PriorityQueue<Entry> entries =
      new PriorityQueue<>(Comparator.comparing(Entry::at).thenComparingLong(Entry::order));
  private Instant now = Fixtures.START;
  private long order;

  Instant now() {
    return now;
  }

  void after(Duration delay, Runnable what) {
    at(now.plus(delay), what);
  }

  void at(Instant time, Runnable what) {
    entries.add(new Entry(time.isBefore(now) ? now : time, order++, what));
  }

  /// Lets the next thing happen.
  ///
  /// @return false if there is none
  boolean step() {
    Entry next = entries.poll();
    if (next == null) {
      return false;
    }
    now = next.at();
    next.what().run();
    return true;
  }
}
