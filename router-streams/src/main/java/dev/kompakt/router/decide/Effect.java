package dev.kompakt.router.decide;

import dev.kompakt.bootstrap.route.Standing;
import dev.kompakt.schemas.record.CompactionStatus;
import dev.kompakt.schemas.record.Submission;
import java.time.Instant;

/// What is to be done beside keeping the new state. All effects of a decision are carried out
/// together or not at all.
public sealed interface Effect {
  /// Store the manifest in the place of an earlier one.
  record KeepManifest(Submission.Submitted manifest) implements Effect {}

  /// Remove the manifest.
  record DropManifest() implements Effect {}

  record SendJob(dev.kompakt.schemas.record.Job job) implements Effect {}

  record PublishStatus(CompactionStatus status) implements Effect {}

  record PublishDeadLetter(dev.kompakt.schemas.record.DeadLetter letter) implements Effect {}

  record SetTimer(TimerKind timer, Instant at) implements Effect {}

  /// Remove the timer set for this time.
  record ClearTimer(TimerKind timer, Instant at) implements Effect {}

  /// Note how an account stands.
  record NoteStanding(Standing standing) implements Effect {}
}
