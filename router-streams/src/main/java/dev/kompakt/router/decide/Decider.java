package dev.kompakt.router.decide;

import dev.kompakt.router.decide.CompactionState.Cancelled;
import dev.kompakt.router.decide.CompactionState.Completed;
import dev.kompakt.router.decide.CompactionState.Failed;
import dev.kompakt.router.decide.CompactionState.Requests;
import dev.kompakt.router.decide.CompactionState.Running;
import dev.kompakt.router.decide.CompactionState.Stamp;
import dev.kompakt.schemas.record.AttemptEvent;
import dev.kompakt.schemas.record.DeadLetter;
import dev.kompakt.schemas.record.Submission.CancelRequested;
import dev.kompakt.schemas.record.Submission.ReplayRequested;
import dev.kompakt.schemas.record.Submission.Submitted;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The one place that decides what happens to a compaction. The same arguments give the same
/// decision; an event delivered again changes nothing.
public final class Decider {
  private final Settings settings;

  public Decider(Settings settings) {
    this.settings = settings;
  }

  /// Decides on an event.
  ///
  /// @param state null if the compaction is not known
  /// @param manifest the stored manifest; null if the compaction is not known or completed
  public Decision decide(
      @Nullable CompactionState state, @Nullable Submitted manifest, Event event, Context context) {
    return switch (event) {
      case Event.Asked(Submitted submitted) -> submitted(state, manifest, submitted, context);
      case Event.Asked(CancelRequested cancel) -> cancel(state, manifest, cancel, context);
      case Event.Asked(ReplayRequested replay) -> replay(state, manifest, replay, context);
      case Event.Reported(AttemptEvent attempt) -> reported(state, manifest, attempt, context);
      case Event.TimerFired(TimerKind _) -> timer(state, manifest, context);
    };
  }

  private Decision submitted(
      @Nullable CompactionState state,
      @Nullable Submitted manifest,
      Submitted submitted,
      Context context) {
    return switch (state) {
      case null -> begin(null, submitted, context);
      case Running running -> attached(running);
      case Completed completed ->
          expired(completed, context) ? begin(completed, submitted, context) : attached(completed);
      case Failed failed -> {
        if (expired(failed, context)) {
          yield begin(failed, submitted, context);
        }
        Instant answered = failed.endedAt().plus(failed.failure().answersFor());
        if (!goesOn(submitted, failed.left(), answered)) {
          yield attached(failed);
        }
        yield failed.cause() == DeadLetter.Cause.PAYLOAD_LOST
            ? begin(failed, submitted, context)
            : resume(failed, failed.left(), manifest, submitted, context);
      }
      case Cancelled cancelled -> {
        if (expired(cancelled, context)) {
          yield begin(cancelled, submitted, context);
        }
        yield goesOn(submitted, cancelled.left(), cancelled.endedAt())
            ? resume(cancelled, cancelled.left(), manifest, submitted, context)
            : attached(cancelled);
      }
    };
  }

  /// A submission made while the run or its failure answers, or delivered again, belongs to the run
  /// that ended.
  private static boolean goesOn(Submitted submitted, Running left, Instant answered) {
    return submitted.at().isAfter(answered)
        && !submitted.history().items().id().equals(left.requests().submission());
  }

  private Decision begin(@Nullable CompactionState before, Submitted submitted, Context context) {
    Stamp stamp = before == null ? new Stamp(-1, context.now()) : before.stamp();
    int jobs = before instanceof Failed failed ? failed.left().tally().jobs() : 0;
    Draft draft = Draft.begin(submitted, stamp, jobs, settings, context);
    draft.effects.add(new Effect.KeepManifest(submitted));
    Splitting.first(draft);
    Scheduling.advance(draft);
    return conclude(before, draft);
  }

  /// Whoever asked is told where it stands.
  private static Decision attached(CompactionState state) {
    return new Decision(state, List.of(new Effect.PublishStatus(Statuses.of(state))));
  }

  private Decision resume(
      CompactionState before,
      Running left,
      @Nullable Submitted manifest,
      Submitted submitted,
      Context context) {
    Submitted known = Objects.requireNonNull(manifest, "a compaction to resume has a manifest");
    boolean sameBytes =
        known.history().spans().equals(submitted.history().spans())
            && known.history().longTexts().equals(submitted.history().longTexts());
    Submitted used = sameBytes ? submitted : known;
    Requests requests =
        new Requests(submitted.history().items().id(), left.requests().cancelledAt());
    Running again = Resuming.again(left, before.stamp(), requests, submitted.deadline(), null);
    Draft draft = Draft.of(again, used, settings, context);
    if (sameBytes) {
      draft.effects.add(new Effect.KeepManifest(used));
    }
    Resuming.layOut(draft);
    Scheduling.advance(draft);
    return conclude(before, draft);
  }

  private Decision cancel(
      @Nullable CompactionState state,
      @Nullable Submitted manifest,
      CancelRequested cancel,
      Context context) {
    if (!(state instanceof Running running)
        || !cancel.tenant().equals(running.subject().tenant())
        || !later(cancel.at(), running.requests().cancelledAt())) {
      return unchanged(state);
    }
    Requests requests = new Requests(running.requests().submission(), cancel.at());
    Draft draft = Draft.of(Resuming.heeding(running, requests), known(manifest), settings, context);
    draft.cancel();
    return conclude(state, draft);
  }

  private static boolean later(Instant at, @Nullable Instant before) {
    return before == null || at.isAfter(before);
  }

  private Decision replay(
      @Nullable CompactionState state,
      @Nullable Submitted manifest,
      ReplayRequested asked,
      Context context) {
    if (!(state instanceof Failed failed)
        || expired(failed, context)
        || !failed.endedAt().equals(asked.failedAt())) {
      return unchanged(state);
    }
    Running left = failed.left();
    Running again =
        Resuming.again(left, failed.stamp(), left.requests(), asked.deadline(), asked.replay());
    Draft draft = Draft.of(again, known(manifest), settings, context);
    Replaying.layOut(draft, asked.replay());
    Scheduling.advance(draft);
    return conclude(failed, draft);
  }

  private Decision reported(
      @Nullable CompactionState state,
      @Nullable Submitted manifest,
      AttemptEvent event,
      Context context) {
    return switch (state) {
      case null -> unchanged(null);
      case Completed completed -> unchanged(completed);
      case Failed failed -> settled(failed, known(manifest), event);
      case Cancelled cancelled ->
          unchanged(cancelled.with(Outcomes.settle(cancelled.left(), event)));
      case Running running ->
          advanced(running, manifest, context, draft -> Outcomes.report(draft, event));
    };
  }

  /// What is left to buy may be less by then.
  private static Decision settled(Failed failed, Submitted manifest, AttemptEvent event) {
    Failed after = failed.with(Outcomes.settle(failed.left(), event));
    DeadLetter letter = Letters.of(after, manifest);
    return new Decision(
        after,
        letter.equals(Letters.of(failed, manifest))
            ? List.of()
            : List.of(new Effect.PublishDeadLetter(letter)));
  }

  private Decision timer(
      @Nullable CompactionState state, @Nullable Submitted manifest, Context context) {
    if (state instanceof Running running) {
      return advanced(running, manifest, context, _ -> true);
    }
    if (state == null || !expired(state, context)) {
      return unchanged(state);
    }
    List<Effect> effects = new ArrayList<>();
    effects.add(new Effect.DropManifest());
    timers(effects, state, null);
    return new Decision(null, effects);
  }

  private Decision advanced(
      Running running, @Nullable Submitted manifest, Context context, Predicate<Draft> change) {
    Draft draft = Draft.of(running, known(manifest), settings, context);
    if (!change.test(draft)) {
      return unchanged(running);
    }
    Scheduling.advance(draft);
    return conclude(running, draft);
  }

  private static Submitted known(@Nullable Submitted manifest) {
    return Objects.requireNonNull(manifest, "a compaction that has not completed has a manifest");
  }

  private static boolean expired(CompactionState state, Context context) {
    Instant expiresAt = state.expiresAt();
    return expiresAt != null && !expiresAt.isAfter(context.now());
  }

  private static Decision unchanged(@Nullable CompactionState state) {
    return new Decision(state, List.of());
  }

  private Decision conclude(@Nullable CompactionState before, Draft draft) {
    CompactionState after = draft.state();
    List<Effect> effects = new ArrayList<>(draft.effects);
    if (before == null || !Statuses.of(before).equals(Statuses.of(after))) {
      after = after.stamped(new Stamp(after.stamp().sequence() + 1, draft.now));
      effects.add(new Effect.PublishStatus(Statuses.of(after)));
    }
    timers(effects, before, after);
    draft.book.changed().forEach(standing -> effects.add(new Effect.NoteStanding(standing)));
    return new Decision(after, effects);
  }

  private void timers(
      List<Effect> effects, @Nullable CompactionState before, @Nullable CompactionState after) {
    Map<TimerKind, Instant> old = Scheduling.timers(before, settings);
    Map<TimerKind, Instant> next = Scheduling.timers(after, settings);
    old.forEach(
        (timer, at) -> {
          if (!at.equals(next.get(timer))) {
            effects.add(new Effect.ClearTimer(timer, at));
          }
        });
    next.forEach(
        (timer, at) -> {
          if (!at.equals(old.get(timer))) {
            effects.add(new Effect.SetTimer(timer, at));
          }
        });
  }
}
