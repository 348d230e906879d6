package dev.kompakt.router.decide;

import dev.kompakt.bootstrap.route.Ask;
import dev.kompakt.bootstrap.route.Routing;
import dev.kompakt.bootstrap.route.Standing;
import dev.kompakt.schemas.record.CompactionStatus;
import dev.kompakt.schemas.record.Job;
import dev.kompakt.schemas.record.SessionBinding;
import dev.kompakt.schemas.record.Submission;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What is to be done beside keeping the new state. All effects of a decision are carried out
/// together or not at all.
public sealed interface Effect {
  /// Store the manifest in the place of an earlier one.
  record KeepManifest(Submission.Submitted manifest) implements Effect {}

  /// Remove the manifest.
  record DropManifest() implements Effect {}

  /// Put the job on its lane.
  ///
  /// @param choice why on this one; null for a job that needs no account
  record SendJob(Job job, @Nullable Choice choice) implements Effect {}

  /// What was asked for, and why this account was taken.
  record Choice(Ask ask, Routing.Reason reason) {}

  record PublishStatus(CompactionStatus status) implements Effect {}

  record PublishDeadLetter(dev.kompakt.schemas.record.DeadLetter letter) implements Effect {}

  record SetTimer(TimerKind timer, Instant at) implements Effect {}

  /// Remove the timer set for this time.
  record ClearTimer(TimerKind timer, Instant at) implements Effect {}

  /// Bind a session, by its hash, to an account.
  record BindSession(String session, SessionBinding binding) implements Effect {}

  /// Note how an account stands.
  record NoteStanding(Standing standing) implements Effect {}
}
