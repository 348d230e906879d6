package dev.kompakt.workers.quota;

import dev.kompakt.schemas.id.AttemptId;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// What one account is in use for: attempts running here, and attempts that a former owner of the
/// lane may still be running, each until its deadline.
final class AccountQuota {
  private final int concurrency;
  private final Set<AttemptId> here = new HashSet<>();
  private final Map<AttemptId, Instant> elsewhere = new HashMap<>();

  AccountQuota(int concurrency) {
    this.concurrency = concurrency;
  }

  /// Whether this attempt may start. One it takes the place of, the same attempt running elsewhere,
  /// does not count beside it.
  Admission mayStart(AttemptId attempt, Instant now) {
    if (here.contains(attempt)) {
      return new Admission.Wait(Admission.Reason.RUNNING_HERE, null);
    }
    elsewhere.values().removeIf(until -> !until.isAfter(now));
    long used =
        here.size()
            + elsewhere.keySet().stream()
                .filter(other -> !other.equals(attempt) && !here.contains(other))
                .count();
    if (used < concurrency) {
      return new Admission.Start();
    }
    return new Admission.Wait(
        Admission.Reason.CONCURRENCY,
        elsewhere.values().stream().min(Comparator.naturalOrder()).orElse(null));
  }

  void start(AttemptId attempt) {
    here.add(attempt);
    elsewhere.remove(attempt);
  }

  void end(AttemptId attempt) {
    here.remove(attempt);
  }

  void runsElsewhere(AttemptId attempt, Instant until) {
    elsewhere.put(attempt, until);
  }

  void endsElsewhere(AttemptId attempt) {
    elsewhere.remove(attempt);
  }

  boolean unused() {
    return here.isEmpty() && elsewhere.isEmpty();
  }

  int running() {
    return here.size();
  }
}
