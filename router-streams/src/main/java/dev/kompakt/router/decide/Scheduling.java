package dev.kompakt.router.decide;

import dev.kompakt.bootstrap.route.Ask;
import dev.kompakt.bootstrap.route.Pause;
import dev.kompakt.bootstrap.route.Routing;
import dev.kompakt.router.decide.CompactionState.Running;
import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.record.Mode;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.Outcome.TooLarge;
import dev.kompakt.schemas.record.Usage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What is sent now, to which account, and when to look again.
///
/// A chunk larger than any accepted so far is a probe: only one is in flight at a time, the largest
/// first, so that a limit is found with one refused call for each halving.
final class Scheduling {
  /// A job that came back so often without an attempt spent stays on the lane it is sent to next,
  /// for its place in line is worth more than a better one.
  static final int MOST_SENT_BACK = 3;

  /// Resting accounts are looked at again so often, for they may be back before they said.
  private static final Duration RECHECK = Duration.ofMinutes(1);

  private Scheduling() {}

  /// Brings the draft as far as it goes now. Does the same when called again.
  static void advance(Draft draft) {
    wake(draft);
    if (draft.layer().joining()) {
      Merging.giveUp(draft);
    }
    while (!draft.ended()) {
      if (draft.allDone()) {
        Merging.next(draft);
      } else if (!draft.now.isBefore(draft.deadline())) {
        draft.fail(late(draft));
      } else if (!send(draft)) {
        return;
      }
    }
  }

  /// When each kind of timer has to fire for this state.
  static Map<TimerKind, Instant> timers(@Nullable CompactionState state, Settings settings) {
    Map<TimerKind, Instant> timers = new TreeMap<>();
    if (state instanceof Running running) {
      timers.put(TimerKind.DEADLINE, running.deadline());
      for (Node node : running.layer().nodes()) {
        switch (node) {
          case Node.Backoff backoff ->
              timers.merge(TimerKind.RETRY, backoff.until(), Scheduling::earlier);
          case Node.InFlight inFlight ->
              timers.merge(TimerKind.RETRY, overdueAt(inFlight, settings), Scheduling::earlier);
          case Node.Waiting _, Node.Done _ -> {}
        }
      }
    } else if (state != null && state.expiresAt() != null) {
      timers.put(TimerKind.EXPIRY, state.expiresAt());
    }
    return timers;
  }

  static Instant overdueAt(Node.InFlight node, Settings settings) {
    return node.deadline().plus(settings.attemptGrace());
  }

  private static Instant earlier(Instant a, Instant b) {
    return a.isBefore(b) ? a : b;
  }

  private static void wake(Draft draft) {
    for (int i = 0; i < draft.nodes().size() && !draft.ended(); i++) {
      switch (draft.nodes().get(i)) {
        case Node.InFlight inFlight -> {
          if (!overdueAt(inFlight, draft.settings).isAfter(draft.now)) {
            Outcomes.overdue(draft, i);
          }
        }
        case Node.Backoff backoff -> {
          if (backoff.cause() != null || !backoff.until().isAfter(draft.now)) {
            draft.replace(i, backoff.toWaiting());
          }
        }
        case Node.Waiting _, Node.Done _ -> {}
      }
    }
  }

  /// Sends what may be sent.
  ///
  /// @return whether the nodes changed otherwise, so that there may be more to do
  private static boolean send(Draft draft) {
    while (draft.inFlight() < draft.settings.parallelChunks()) {
      int index = candidate(draft);
      if (index < 0) {
        return false;
      }
      Node.Waiting node = (Node.Waiting) draft.nodes().get(index);
      if (Jobs.mode(draft, node.assignment().content()) == Mode.LOCAL) {
        send(draft, index, node, null);
        continue;
      }
      boolean merge = node.assignment().content() instanceof Content.Summaries;
      if (merge && draft.callsLeft() <= draft.callsInFlight()) {
        Merging.giveUp(draft);
        return true;
      }
      if (!merge && unaffordable(draft)) {
        return hopeless(draft, callsUsedUp(draft));
      }
      if (draft.callsLeft() <= draft.callsInFlight()) {
        return false;
      }
      if (draft.sizing.mode() == Mode.NATIVE && draft.lacksNative()) {
        draft.summarize();
      }
      Node.Waiting formed = new Node.Waiting(Thoughts.form(draft, node.assignment()));
      Ask ask = draft.ask(formed.assignment());
      switch (draft.book.choose(ask, draft.now)) {
        case Routing.Use(AccountId account, Routing.Reason reason) ->
            send(
                draft,
                index,
                formed,
                new Place(account, node.assignment().deferred() >= MOST_SENT_BACK, ask, reason));
        case Routing.Wait(Instant until, Pause.Cause cause) -> {
          AccountId account = draft.book.roomiest(ask, draft.now);
          if (account != null) {
            send(draft, index, formed, new Place(account, true, ask, Routing.Reason.BUSY));
          } else if (worthWaiting(draft, until)) {
            draft.replace(index, node.toBackoff(earlier(until, draft.now.plus(RECHECK)), cause));
            return false;
          } else {
            return exhausted(draft, resting(draft, cause, until));
          }
        }
        case Routing.Nowhere(Routing.Nowhere.Cause cause) -> {
          switch (cause) {
            case NO_ACCOUNT -> {
              return exhausted(draft, Failures.noAccount());
            }
            case TOO_LARGE -> {
              draft.replace(index, formed);
              Outcomes.smaller(
                  draft, index, new TooLarge(TooLarge.Unit.TOKENS, ask.tokens(), null));
              return true;
            }
          }
        }
      }
    }
    return false;
  }

  /// Where a job goes.
  ///
  /// @param stays whether it waits there however long that takes
  private record Place(AccountId account, boolean stays, Ask ask, Routing.Reason reason) {}

  private static void send(Draft draft, int index, Node.Waiting node, @Nullable Place place) {
    Instant deadline = earlier(draft.now.plus(draft.settings.attemptTimeout()), draft.deadline());
    draft.replace(
        index,
        place == null
            ? node.toInFlight(null, false, deadline)
            : node.toInFlight(place.account(), place.stays(), deadline));
    draft.count(1, 0, Usage.NONE);
    draft.effects.add(
        new Effect.SendJob(
            Jobs.of(draft, index),
            place == null ? null : new Effect.Choice(place.ask(), place.reason())));
  }

  /// The next node to send; -1 if none may be.
  private static int candidate(Draft draft) {
    Long seen = draft.sizing.seen().largestAccepted();
    long accepted = seen == null ? 0 : seen;
    int next = -1;
    int probe = -1;
    boolean probing = false;
    List<Node> nodes = draft.nodes();
    for (int i = 0; i < nodes.size(); i++) {
      Content content = nodes.get(i).assignment().content();
      boolean proves = content instanceof Content.Excerpt && content.bytes() > accepted;
      switch (nodes.get(i)) {
        case Node.InFlight _ -> probing |= proves;
        case Node.Waiting _ -> {
          if (!proves) {
            next = next < 0 ? i : next;
          } else if (probe < 0 || content.bytes() > bytes(nodes, probe)) {
            probe = i;
          }
        }
        case Node.Backoff _, Node.Done _ -> {}
      }
    }
    return probe >= 0 && !probing ? probe : next;
  }

  private static long bytes(List<Node> nodes, int index) {
    return nodes.get(index).assignment().content().bytes();
  }

  /// Whether not even one call for each node that is not done may still be made.
  private static boolean unaffordable(Draft draft) {
    return undone(draft) > draft.callsLeft();
  }

  private static int undone(Draft draft) {
    return (int) draft.nodes().stream().filter(n -> !(n instanceof Node.Done)).count();
  }

  private static boolean worthWaiting(Draft draft, Instant until) {
    return until.isBefore(draft.deadline())
        && (draft.detached() || !until.isAfter(draft.now.plus(draft.settings.patience())));
  }

  private static Failures resting(Draft draft, Pause.Cause cause, Instant until) {
    return Failures.resting(cause, Duration.between(draft.now, until), until);
  }

  /// No account can take the rest in time. What is in flight may end first.
  private static boolean exhausted(Draft draft, Failures why) {
    if (draft.layer().number() > 0 || !draft.settings.localWhenExhausted()) {
      return hopeless(draft, why);
    }
    if (draft.inFlight() > 0) {
      return false;
    }
    Splitting.locally(draft);
    return true;
  }

  /// Nothing more can be sent. What is in flight may end first, so that it is not lost; summaries
  /// at hand are joined.
  private static boolean hopeless(Draft draft, Failures why) {
    if (draft.layer().number() > 0) {
      Merging.giveUp(draft);
      return true;
    }
    if (draft.inFlight() == 0) {
      draft.fail(why);
    }
    return false;
  }

  /// Calls were used up by failures, which are then what to tell, or would not do anyway.
  private static Failures callsUsedUp(Draft draft) {
    for (Node node : draft.nodes()) {
      Outcome last = node.assignment().lastOutcome();
      if (!(node instanceof Node.Done)
          && last != null
          && undone(draft) <= draft.settings.maxCalls()) {
        return Failures.of(last, draft.now);
      }
    }
    return Failures.tooManyCalls(undone(draft), draft.settings.maxCalls());
  }

  private static Failures late(Draft draft) {
    return draft.inFlight() == 0
            && draft.book.choose(Ask.ANY, draft.now)
                instanceof Routing.Wait(Instant until, var cause)
        ? resting(draft, cause, until)
        : Failures.timedOut();
  }
}
