package dev.kompakt.router.decide;

import dev.kompakt.router.decide.CompactionState.Requests;
import dev.kompakt.router.decide.CompactionState.Running;
import dev.kompakt.router.decide.CompactionState.Sizing;
import dev.kompakt.router.decide.CompactionState.Stamp;
import dev.kompakt.schemas.record.LearnedLimit;
import dev.kompakt.schemas.record.Replay;
import dev.kompakt.schemas.record.Usage;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Taking up a compaction that ended without an answer: what is done stays, all else has its
/// attempts and calls again.
final class Resuming {
  private Resuming() {}

  static Running heeding(Running running, Requests requests) {
    return new Running(
        running.subject(),
        running.stamp(),
        requests,
        running.deadline(),
        running.sizing(),
        running.layer(),
        running.tally(),
        running.replay());
  }

  static Running again(
      Running left, Stamp stamp, Requests requests, Instant deadline, @Nullable Replay replay) {
    Sizing sizing = left.sizing();
    return new Running(
        left.subject(),
        stamp,
        requests,
        deadline,
        new Sizing(sizing.mode(), sizing.target(), LearnedLimit.Bound.UNKNOWN),
        left.layer(),
        left.tally().again(),
        replay);
  }

  /// Lays out what there is to do: what was left, or everything if nothing had begun.
  static void layOut(Draft draft) {
    if (draft.nodes().isEmpty()) {
      Splitting.first(draft);
    } else {
      renew(draft);
    }
  }

  /// An attempt that is still within its time may yet bring its result and is waited for.
  private static void renew(Draft draft) {
    List<Node> nodes = draft.nodes().stream().map(node -> renewed(draft, node)).toList();
    draft.replaceAll(nodes);
  }

  private static Node renewed(Draft draft, Node node) {
    return switch (node) {
      case Node.Waiting waiting -> new Node.Waiting(waiting.assignment().renewed());
      case Node.Backoff backoff -> new Node.Waiting(backoff.assignment().renewed());
      case Node.Done done -> done;
      case Node.InFlight inFlight -> {
        if (Scheduling.overdueAt(inFlight, draft.settings).isAfter(draft.now)) {
          if (inFlight.account() != null) {
            draft.book.resumed(inFlight.account());
          }
          yield inFlight;
        }
        if (inFlight.account() != null) {
          draft.count(0, inFlight.callsBeside(null), Usage.NONE);
        }
        yield inFlight.toWaiting(inFlight.assignment().renewed());
      }
    };
  }
}
