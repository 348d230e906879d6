package dev.kompakt.bench.routing;

import java.util.HashMap;
import java.util.Map;

/// A sum of counts that only grow, each by its name. Written by one thread, read by any.
final class Counted {
  private final Map<String, Long> counts = new HashMap<>();
  private volatile long total;

  void is(String name, long count) {
    Long before = counts.put(name, count);
    total = total + count - (before == null ? 0 : before);
  }

  long total() {
    return total;
  }
}
