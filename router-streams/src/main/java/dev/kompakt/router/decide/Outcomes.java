package dev.kompakt.router.decide;

import dev.kompakt.bootstrap.route.Pause;
import dev.kompakt.router.decide.CompactionState.Layer;
import dev.kompakt.router.decide.CompactionState.Running;
import dev.kompakt.router.decide.CompactionState.Sizing;
import dev.kompakt.router.decide.CompactionState.Tally;
import dev.kompakt.schemas.history.PayloadRef;
import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.id.AttemptId;
import dev.kompakt.schemas.record.AttemptEvent;
import dev.kompakt.schemas.record.AttemptEvent.AttemptFinished;
import dev.kompakt.schemas.record.AttemptEvent.AttemptStarted;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.Usage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// What an attempt came to, and what that means for its node. Only the attempt that is in flight
/// counts; everything else was heeded before.
final class Outcomes {
  private Outcomes() {}

  /// Takes in a report.
  ///
  /// @return false if it was heeded before, or is not of an attempt in flight
  static boolean report(Draft draft, AttemptEvent event) {
    int index = find(draft.nodes(), event.attempt());
    if (index < 0) {
      return false;
    }
    Node.InFlight node = (Node.InFlight) draft.nodes().get(index);
    switch (event) {
      case AttemptStarted started -> {
        Node.InFlight next = node.started(started.worker(), started.at());
        if (next.equals(node)) {
          return false;
        }
        List<Node> nodes = new ArrayList<>(draft.nodes());
        nodes.set(index, next);
        draft.replaceAll(nodes);
      }
      case AttemptFinished finished -> {
        draft.count(0, calls(node, finished), Usage.NONE);
        finished(draft, index, node, finished.outcome());
      }
    }
    return true;
  }

  /// What is learned of an attempt that was in flight when its compaction ended: a result is kept,
  /// so that it is not bought again when the compaction is taken up.
  static Running settle(Running left, AttemptEvent event) {
    int index = find(left.layer().nodes(), event.attempt());
    if (index < 0) {
      return left;
    }
    Node.InFlight node = (Node.InFlight) left.layer().nodes().get(index);
    Tally tally = left.tally();
    Node next =
        switch (event) {
          case AttemptStarted started -> node.started(started.worker(), started.at());
          case AttemptFinished finished -> {
            Usage usage = Usage.NONE;
            Node settled = node.toWaiting(node.assignment());
            if (finished.outcome() instanceof Outcome.Succeeded(PayloadRef result, Usage used)) {
              usage = used;
              settled = node.toDone(result);
            }
            tally = tally.plus(0, calls(node, finished), usage);
            yield settled;
          }
        };
    List<Node> nodes = new ArrayList<>(left.layer().nodes());
    nodes.set(index, next);
    return new Running(
        left.subject(),
        left.stamp(),
        left.requests(),
        left.deadline(),
        left.sizing(),
        new Layer(left.layer().number(), nodes, left.layer().joining()),
        tally,
        left.replay());
  }

  /// Gives up an attempt nothing was heard of in time. Whether a worker had started it tells
  /// whether it counts.
  static void overdue(Draft draft, int index) {
    Node.InFlight node = (Node.InFlight) draft.nodes().get(index);
    if (node.workers().isEmpty()) {
      defer(draft, index, node);
      return;
    }
    draft.count(0, node.account() == null ? 0 : node.callsBeside(null), Usage.NONE);
    Outcome timeout = new Outcome.Transient(Outcome.Transient.Cause.TOTAL_TIMEOUT, null, null);
    spend(draft, index, node, timeout, Duration.ZERO);
  }

  private static int find(List<Node> nodes, AttemptId attempt) {
    for (int i = 0; i < nodes.size(); i++) {
      Assignment assignment = nodes.get(i).assignment();
      if (assignment.job() == attempt.job().number()) {
        return nodes.get(i) instanceof Node.InFlight && assignment.sent() == attempt.number()
            ? i
            : -1;
      }
    }
    return -1;
  }

  private static int calls(Node.InFlight node, AttemptFinished finished) {
    return node.account() == null
        ? 0
        : node.callsBeside(finished.worker()) + (finished.called() ? 1 : 0);
  }

  private static void finished(Draft draft, int index, Node.InFlight node, Outcome outcome) {
    switch (Failover.of(outcome, sent(draft, node), draft.now)) {
      case Failover.Keep(Outcome.Succeeded(PayloadRef result, Usage usage)) ->
          succeeded(draft, index, node, result, usage);
      case Failover.Smaller(Outcome.TooLarge refusal) -> smaller(draft, index, node, refusal);
      case Failover.Rest(Pause.Cause cause, Duration rest) -> {
        pause(draft, node, cause, longer(rest, backoff(draft, node, cause)));
        draft.replace(index, node.toWaiting(node.assignment().returned(outcome)));
      }
      case Failover.Refused(Duration rest) -> {
        pause(draft, node, Pause.Cause.REFUSED, rest);
        Assignment failed = node.assignment().failed(outcome);
        if (failed.spent() < draft.settings.attemptsPerJob()) {
          draft.replace(index, node.toWaiting(failed));
        } else {
          lost(draft, index, node, failed, outcome);
        }
      }
      case Failover.NoRoom(Instant until) -> {
        if (node.account() != null) {
          draft.book.noRoom(node.account(), until, draft.now);
        }
        draft.replace(index, node.toWaiting(node.assignment().returned(null)));
      }
      case Failover.Again(Duration least) -> spend(draft, index, node, outcome, least);
      case Failover.Later _ -> defer(draft, index, node);
      case Failover.OtherMode _ -> {
        draft.summarize();
        draft.replace(index, node.toWaiting(node.assignment().unsuited(outcome)));
      }
      case Failover.WithoutThoughts _ ->
          draft.replace(
              index, node.toWaiting(Thoughts.without(draft, node.assignment().unsuited(outcome))));
      case Failover.GiveUp _ -> lost(draft, index, node, node.assignment(), outcome);
      case Failover.StartAnew _ -> {
        draft.replace(index, node.toWaiting(node.assignment()));
        draft.fail(Failures.of(outcome, draft.now));
      }
    }
  }

  private static Failover.Sent sent(Draft draft, Node.InFlight node) {
    Content content = node.assignment().content();
    return new Failover.Sent(
        Jobs.mode(draft, content),
        node.account() != null,
        Boolean.TRUE.equals(node.stays()),
        Thoughts.removable(draft.manifest.history(), content));
  }

  private static void succeeded(
      Draft draft, int index, Node.InFlight node, PayloadRef result, Usage usage) {
    draft.count(0, 0, usage);
    AccountId account = node.account();
    if (account != null) {
      draft.book.succeeded(account);
    }
    switch (node.assignment().content()) {
      case Content.Whole _ -> {
        if (account != null) {
          draft.bind(account);
        }
      }
      case Content.Excerpt(_, long bytes) -> {
        Sizing sizing = draft.sizing;
        draft.sizing = new Sizing(sizing.mode(), sizing.target(), sizing.seen().accepted(bytes));
      }
      case Content.Summaries _, Content.Joined _ -> {}
    }
    draft.replace(index, node.toDone(result));
  }

  private static void smaller(
      Draft draft, int index, Node.InFlight node, Outcome.TooLarge refusal) {
    draft.replace(index, node.toWaiting(node.assignment()));
    smaller(draft, index, refusal);
  }

  /// Makes smaller pieces of a node that waits and is too large to be sent.
  static void smaller(Draft draft, int index, Outcome.TooLarge refusal) {
    switch (draft.nodes().get(index).assignment().content()) {
      case Content.Whole _, Content.Excerpt _ -> Splitting.refused(draft, index, refusal);
      case Content.Summaries _ -> Merging.refused(draft, index, refusal);
      case Content.Joined _ -> draft.fail(Failures.tooLarge());
    }
  }

  private static void pause(Draft draft, Node.InFlight node, Pause.Cause cause, Duration rest) {
    if (node.account() != null) {
      draft.book.pause(node.account(), new Pause(draft.now.plus(rest), cause, draft.now));
    }
  }

  /// An account that keeps refusing rests longer each time.
  private static Duration backoff(Draft draft, Node.InFlight node, Pause.Cause cause) {
    return node.account() == null || cause != Pause.Cause.RATE_LIMITED
        ? Duration.ZERO
        : draft.settings.pause(draft.book.of(node.account()).strikes(), salt(draft, node));
  }

  private static void defer(Draft draft, int index, Node.InFlight node) {
    Assignment returned = node.assignment().returned(null);
    if (returned.deferred() == 1
        && node.account() != null
        && draft.book.another(node.account(), draft.now)) {
      draft.replace(index, node.toWaiting(returned));
      return;
    }
    Duration pause = draft.settings.pause(returned.deferred() - 1, salt(draft, node));
    draft.replace(index, node.toBackoff(returned, draft.now.plus(pause)));
  }

  /// One attempt less; tried again after a pause while there is one left.
  private static void spend(
      Draft draft, int index, Node.InFlight node, Outcome outcome, Duration least) {
    Assignment failed = node.assignment().failed(outcome);
    if (failed.spent() >= draft.settings.attemptsPerJob()) {
      lost(draft, index, node, failed, outcome);
      return;
    }
    Duration pause = draft.settings.pause(failed.spent() - 1, salt(draft, node));
    draft.replace(index, node.toBackoff(failed, draft.now.plus(longer(pause, least))));
  }

  /// The job will not succeed. A merge can be done without, everything else ends the compaction.
  private static void lost(
      Draft draft, int index, Node.InFlight node, Assignment last, Outcome outcome) {
    draft.replace(index, node.toWaiting(last));
    switch (node.assignment().content()) {
      case Content.Summaries _ -> Merging.giveUp(draft);
      case Content.Whole _, Content.Excerpt _, Content.Joined _ ->
          draft.fail(Failures.of(outcome, draft.now));
    }
  }

  private static String salt(Draft draft, Node.InFlight node) {
    Assignment assignment = node.assignment();
    return Jobs.attempt(draft.subject().compaction(), assignment).toString();
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) > 0 ? one : other;
  }
}
