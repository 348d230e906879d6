package dev.kompakt.testing.audit;

import dev.kompakt.schemas.history.Piece;
import dev.kompakt.schemas.id.AttemptId;
import dev.kompakt.schemas.id.JobId;
import dev.kompakt.schemas.id.PayloadId;
import dev.kompakt.schemas.record.AccountReport;
import dev.kompakt.schemas.record.AttemptEvent;
import dev.kompakt.schemas.record.AttemptEvent.AttemptFinished;
import dev.kompakt.schemas.record.AttemptEvent.AttemptStarted;
import dev.kompakt.schemas.record.Job;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.Outcome.Transient.Cause;
import dev.kompakt.schemas.record.Report;
import dev.kompakt.schemas.record.TurnFinished;
import dev.kompakt.schemas.record.Work;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What was bought: no work again once its result is recorded, and no call that is not.
///
/// A call is recorded twice: its start before it is made, its outcome after it. A start whose
/// worker died may have been followed by a call or not; one whose connection broke may have reached
/// the provider or not. All others are exact.
final class Purchases {
  private final Map<JobId, Object> works = new HashMap<>();
  private final Map<AttemptId, Attempt> attempts = new LinkedHashMap<>();
  private final Map<Object, JobId> bought = new HashMap<>();
  private final List<Late> late = new ArrayList<>();
  private final List<String> violations = new ArrayList<>();
  private int turns;
  private int turnsAnswered;

  private Purchases() {}

  /// A start after the work's result was recorded.
  private record Late(AttemptId attempt, String worker, JobId done) {}

  /// What was reported of an attempt.
  private static final class Attempt {
    /// Who began it, and did not say that it made no call.
    private final List<String> starters = new ArrayList<>();

    private @Nullable AttemptFinished finished;

    int leastCalls() {
      return finished != null && finished.called() && certain(finished.outcome()) ? 1 : 0;
    }

    int mostCalls() {
      return starters.size();
    }

    private static boolean certain(Outcome outcome) {
      return switch (outcome) {
        case Outcome.Transient(Cause cause, var _, var _) ->
            switch (cause) {
              case SERVER_ERROR, OVERLOADED -> true;
              case CONNECT_FAILED,
                  CONNECTION_LOST,
                  HEADER_TIMEOUT,
                  IDLE_TIMEOUT,
                  TOTAL_TIMEOUT,
                  WORKER_FAULT ->
                  false;
            };
        case Outcome.Cancelled _, Outcome.Declined _, Outcome.PayloadLost _, Outcome.WorkerLost _ ->
            false;
        case Outcome.Succeeded _,
            Outcome.TooLarge _,
            Outcome.RateLimited _,
            Outcome.QuotaExhausted _,
            Outcome.Unauthorized _,
            Outcome.Unsupported _,
            Outcome.Rejected _,
            Outcome.Malformed _ ->
            true;
      };
    }
  }

  /// Looks.
  ///
  /// @param calls how many the provider counted of workers
  /// @param turns how many it counted of ingresses
  static List<String> violations(Trail trail, int calls, int turns) {
    Purchases purchases = new Purchases();
    for (Job job : trail.jobs()) {
      purchases.works.put(job.attempt().job(), identity(job.work()));
    }
    trail.reports().forEach(purchases::reported);
    purchases.late.forEach(
        start ->
            purchases.violations.add(
                "%s was called for though %s had its result already"
                    .formatted(start.attempt(), start.done())));
    purchases.counted(calls, turns);
    return purchases.violations;
  }

  private void reported(Report report) {
    switch (report) {
      case AttemptStarted started -> started(started);
      case AttemptFinished finished -> finished(finished);
      case TurnFinished turn -> {
        turns++;
        turnsAnswered += turn.status() == 0 ? 0 : 1;
      }
      case AccountReport _ -> {}
    }
  }

  private void started(AttemptStarted event) {
    attempt(event).starters.add(event.worker());
    JobId done = bought.get(work(event));
    if (done != null) {
      late.add(new Late(event.attempt(), event.worker(), done));
    }
  }

  private void finished(AttemptFinished event) {
    Attempt attempt = attempt(event);
    if (!event.called()) {
      attempt.starters.remove(event.worker());
      late.removeIf(
          start ->
              start.attempt().equals(event.attempt()) && start.worker().equals(event.worker()));
    }
    if (attempt.finished != null) {
      return;
    }
    attempt.finished = event;
    if (event.called() && attempt.starters.isEmpty()) {
      violations.add(event.attempt() + " was called for and not reported before");
    }
    if (event.outcome() instanceof Outcome.Succeeded) {
      bought.putIfAbsent(work(event), event.attempt().job());
    }
  }

  private void counted(int calls, int turnCalls) {
    int least = 0;
    int most = 0;
    for (Attempt attempt : attempts.values()) {
      least += attempt.leastCalls();
      most += attempt.mostCalls();
    }
    within("calls", calls, least, most);
    within("turns", turnCalls, turnsAnswered, turns);
  }

  private void within(String what, int counted, int least, int most) {
    if (counted < least || counted > most) {
      violations.add(
          "the provider counted %d %s; by what is recorded there were %s"
              .formatted(counted, what, least == most ? least : least + " to " + most));
    }
  }

  private Attempt attempt(AttemptEvent event) {
    return attempts.computeIfAbsent(event.attempt(), _ -> new Attempt());
  }

  private Object work(AttemptEvent event) {
    return works.getOrDefault(event.attempt().job(), event.attempt().job());
  }

  private record Part(PayloadId items, List<Piece> pieces) {}

  /// What makes two jobs the same work, whatever their numbers.
  private static Object identity(Work work) {
    return switch (work) {
      case Work.Whole whole -> whole.items().id();
      case Work.Chunk chunk -> new Part(chunk.items().id(), chunk.pieces());
      case Work.Merge merge -> merge.summaries();
      case Work.Join join -> join.summaries();
    };
  }
}
