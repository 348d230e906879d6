package dev.kompakt.router.decide;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.kompakt.bootstrap.route.Pause;
import dev.kompakt.schemas.history.PayloadRef;
import dev.kompakt.schemas.id.AccountId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A job within its layer, by where it stands. Each state offers its legal transitions only:
///
/// ```
/// Waiting ──sent──▶ InFlight ──result──▶ Done
///   │ ▲  ▲              │ │                ▲
///   │ │  └──to another──┘ │                │
///   │ │     account       │ failed         │ merging given up
///   │ └────Backoff ◀──────┘                │
///   └──────────────────────────────────────┘
/// ```
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
public sealed interface Node {
  Assignment assignment();

  /// May be sent now.
  @JsonTypeName("waiting")
  record Waiting(Assignment assignment) implements Node {
    InFlight toInFlight(@Nullable AccountId account, boolean stays, Instant deadline) {
      return new InFlight(
          assignment.sentTo(account), account, deadline, List.of(), stays ? true : null);
    }

    Backoff toBackoff(Instant until, Pause.Cause cause) {
      return new Backoff(assignment, until, cause);
    }

    /// Not to be sent before, whatever the accounts.
    Backoff toBackoff(Instant until) {
      return new Backoff(assignment, until, null);
    }

    Done toDone(List<PayloadRef> results) {
      return new Done(assignment, results);
    }
  }

  /// May be sent from `until`.
  ///
  /// @param cause why no account could take it; null if that is not the reason
  @JsonTypeName("backoff")
  record Backoff(Assignment assignment, Instant until, Pause.@Nullable Cause cause)
      implements Node {
    Waiting toWaiting() {
      return new Waiting(assignment);
    }
  }

  /// An attempt was sent; its number is the assignment's `sent`.
  ///
  /// @param deadline when the attempt must have ended
  /// @param workers who reported to have begun a call for it and when; more than one after a crash,
  ///   or where a worker made it again with a renewed credential
  /// @param stays whether it waits on its lane however long that takes; null for no
  @JsonTypeName("in_flight")
  record InFlight(
      Assignment assignment,
      @Nullable AccountId account,
      Instant deadline,
      List<String> workers,
      @Nullable Boolean stays)
      implements Node {
    public InFlight {
      workers = List.copyOf(workers);
    }

    InFlight started(String worker, Instant at) {
      String start = worker + "@" + at;
      if (workers.contains(start)) {
        return this;
      }
      List<String> started = new ArrayList<>(workers);
      started.add(start);
      return new InFlight(assignment, account, deadline, started, stays);
    }

    /// Calls that may have been made for it beside the last of `worker`, which reports on that.
    int callsBeside(@Nullable String worker) {
      boolean own = workers.stream().anyMatch(start -> start.startsWith(worker + "@"));
      return workers.size() - (own ? 1 : 0);
    }

    Waiting toWaiting(Assignment next) {
      return new Waiting(next);
    }

    Backoff toBackoff(Assignment next, Instant until) {
      return new Backoff(next, until, null);
    }

    Done toDone(PayloadRef result) {
      return new Done(assignment, List.of(result));
    }
  }

  /// Ended.
  ///
  /// @param results its one result; where merging was given up, the summaries it was to merge
  @JsonTypeName("done")
  record Done(Assignment assignment, List<PayloadRef> results) implements Node {
    public Done {
      results = List.copyOf(results);
    }
  }
}
