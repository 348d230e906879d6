package dev.kompakt.workers.lane;

import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.id.AttemptId;
import dev.kompakt.schemas.record.AttemptEvent;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// What former owners of a lane reported of its attempts: a fold over their events, in which
/// repeated and late events change nothing. Pure.
final class Handover {
  /// An attempt that started and is not known to have finished.
  ///
  /// @param starts how often it started; more than once if workers died of it
  record Started(AttemptId attempt, AccountId account, Instant deadline, int starts) {}

  private final Predicate<String> mayRun;
  private final Set<AttemptId> finished = new HashSet<>();
  private final Map<AttemptId, Started> started = new HashMap<>();
  private final Set<Start> counted = new HashSet<>();

  private record Start(AttemptId attempt, String worker, Instant at) {}

  /// Begins one that knows of nothing.
  ///
  /// @param mayRun whether the worker of this name may still be there
  Handover(Predicate<String> mayRun) {
    this.mayRun = mayRun;
  }

  void apply(AttemptEvent event) {
    switch (event) {
      case AttemptEvent.AttemptFinished e -> {
        finished.add(e.attempt());
        started.remove(e.attempt());
      }
      case AttemptEvent.AttemptStarted e -> start(e);
    }
  }

  private void start(AttemptEvent.AttemptStarted e) {
    if (finished.contains(e.attempt())
        || !counted.add(new Start(e.attempt(), e.worker(), e.at()))) {
      return;
    }
    // the call of a worker that is gone has gone with it
    Instant deadline = mayRun.test(e.worker()) ? e.deadline() : e.at();
    Started before = started.get(e.attempt());
    started.put(
        e.attempt(),
        before == null
            ? new Started(e.attempt(), e.account(), deadline, 1)
            : new Started(
                e.attempt(),
                e.account(),
                deadline.isAfter(before.deadline()) ? deadline : before.deadline(),
                before.starts() + 1));
  }

  boolean finished(AttemptId attempt) {
    return finished.contains(attempt);
  }

  /// The attempt if it started and did not finish.
  @Nullable Started started(AttemptId attempt) {
    return started.get(attempt);
  }

  /// All that started, did not finish and may still run.
  List<Started> running(Instant now) {
    return started.values().stream().filter(s -> s.deadline().isAfter(now)).toList();
  }
}
