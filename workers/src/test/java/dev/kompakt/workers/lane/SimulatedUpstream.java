package dev.kompakt.workers.lane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.workers.quota.Limits;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What a provider sees of one account.
final class SimulatedUpstream {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  /// One call.
  static final class Visit {
    private final Instant opened;
    private final Instant arrives;
    private Instant closed = Instant.MAX;
    private long tokens;
    private boolean arrived = true;

    private Visit(Instant opened, Instant arrives, long tokens) {
      this.opened = opened;
      this.arrives = arrives;
      this.tokens = tokens;
    }

    void close(Instant now) {
      closed = now.isBefore(closed) ? now : closed;
    }

    /// It was refused, so that only the request counts.
    void refuse() {
      tokens = 0;
    }

    /// The connection broke before it came in.
    void neverArrives() {
      arrived = false;
    }

    boolean arrivesAfter(Instant now) {
      return arrives.isAfter(now);
    }
  }

  private final List<Visit> visits = new ArrayList<>();

  /// A call begins.
  ///
  /// @param arrives when it is counted
  Visit open(Instant now, Instant arrives, long tokens) {
    Visit visit = new Visit(now, arrives, tokens);
    visits.add(visit);
    return visit;
  }

  /// Checks that no quota was exceeded at any moment.
  void check(Limits limits, String what) {
    assertThat(mostAtOnce()).as("at once, %s", what).isLessThanOrEqualTo(limits.concurrency());
    Map<Instant, Long> requests = new HashMap<>();
    Map<Instant, Long> tokens = new HashMap<>();
    for (Visit visit : arrived()) {
      requests.merge(visit.arrives, 1L, Long::sum);
      tokens.merge(visit.arrives, visit.tokens, Long::sum);
    }
    if (limits.requestsPerMinute() != null) {
      assertThat(mostInAMinute(requests))
          .as("requests in a minute, %s", what)
          .isLessThanOrEqualTo(limits.requestsPerMinute());
    }
    if (limits.tokensPerMinute() != null) {
      assertThat(mostInAMinute(tokens))
          .as("tokens in a minute, %s", what)
          .isLessThanOrEqualTo(limits.tokensPerMinute());
    }
  }

  private List<Visit> arrived() {
    return visits.stream()
        .filter(visit -> visit.arrived)
        .sorted(Comparator.comparing(visit -> visit.arrives))
        .toList();
  }

  private long mostAtOnce() {
    Map<Instant, Long> changes = new HashMap<>();
    for (Visit visit : visits) {
      changes.merge(visit.opened, 1L, Long::sum);
      changes.merge(visit.closed, -1L, Long::sum);
    }
    long now = 0;
    long most = 0;
    for (Instant at : changes.keySet().stream().sorted().toList()) {
      now += changes.getOrDefault(at, 0L);
      most = Math.max(most, now);
    }
    return most;
  }

  /// The most in any stretch of a minute, its end not included.
  private static long mostInAMinute(Map<Instant, Long> amounts) {
    List<Instant> moments = amounts.keySet().stream().sorted().toList();
    long sum = 0;
    long most = 0;
    int first = 0;
    for (Instant at : moments) {
      sum += amounts.getOrDefault(at, 0L);
      for (; !moments.get(first).plus(MINUTE).isAfter(at); first++) {
        sum -= amounts.getOrDefault(moments.get(first), 0L);
      }
      most = Math.max(most, sum);
    }
    return most;
  }

  /// Which part of what the tightest limit permits was used.
  double used(Limits limits, Instant begin, Instant end) {
    double minutes = (double) Duration.between(begin, end).toMillis() / MINUTE.toMillis();
    double busy = 0;
    double tokens = 0;
    for (Visit visit : visits) {
      Instant closed = visit.closed.isBefore(end) ? visit.closed : end;
      busy += Duration.between(visit.opened, closed).toMillis();
      tokens += visit.tokens;
    }
    double used = busy / MINUTE.toMillis() / minutes / limits.concurrency();
    if (limits.requestsPerMinute() != null) {
      used = Math.max(used, arrived().size() / minutes / limits.requestsPerMinute());
    }
    if (limits.tokensPerMinute() != null) {
      used = Math.max(used, tokens / minutes / limits.tokensPerMinute());
    }
    return used;
  }
}
