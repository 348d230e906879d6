package dev.kompakt.router.decide;

import dev.kompakt.router.decide.CompactionState.Cancelled;
import dev.kompakt.router.decide.CompactionState.Completed;
import dev.kompakt.router.decide.CompactionState.Failed;
import dev.kompakt.router.decide.CompactionState.Running;
import dev.kompakt.router.decide.CompactionState.Subject;
import dev.kompakt.schemas.record.CompactionStatus;
import dev.kompakt.schemas.record.Completion;
import dev.kompakt.schemas.record.Mode;
import dev.kompakt.schemas.record.Replay;
import org.jspecify.annotations.Nullable;

/// The status others see of a state.
final class Statuses {
  private Statuses() {}

  static CompactionStatus of(CompactionState state) {
    return switch (state) {
      case Running running ->
          status(running, running.sizing().mode(), progress(running), null, running.replay());
      case Completed completed ->
          status(
              completed,
              completed.mode(),
              completed.progress(),
              completed.completion(),
              completed.replay());
      case Failed failed ->
          status(
              failed,
              failed.left().sizing().mode(),
              failed.progress(),
              new Completion.Failed(failed.failure()),
              failed.left().replay());
      case Cancelled cancelled ->
          status(
              cancelled,
              cancelled.left().sizing().mode(),
              cancelled.progress(),
              new Completion.Cancelled(),
              cancelled.left().replay());
    };
  }

  static CompactionStatus.Progress progress(Running running) {
    int done = 0;
    int inFlight = 0;
    for (Node node : running.layer().nodes()) {
      switch (node) {
        case Node.Done _ -> done++;
        case Node.InFlight _ -> inFlight++;
        case Node.Waiting _, Node.Backoff _ -> {}
      }
    }
    int earlier = running.tally().earlier();
    return new CompactionStatus.Progress(
        earlier + running.layer().nodes().size(),
        earlier + done,
        inFlight,
        running.tally().calls());
  }

  private static CompactionStatus status(
      CompactionState state,
      Mode mode,
      CompactionStatus.Progress progress,
      @Nullable Completion completion,
      @Nullable Replay replay) {
    Subject subject = state.subject();
    return new CompactionStatus(
        subject.compaction(),
        subject.tenant(),
        subject.content(),
        subject.idempotencyKey(),
        subject.model(),
        mode,
        state.stamp().sequence(),
        subject.acceptedAt(),
        state.stamp().at(),
        state.expiresAt(),
        progress,
        subject.before(),
        completion,
        replay);
  }
}
