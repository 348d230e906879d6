package dev.kompakt.router.decide;

import dev.kompakt.schemas.record.AttemptEvent;
import dev.kompakt.schemas.record.Submission;

/// What a decision is taken on.
public sealed interface Event {
  /// Someone asked for something.
  record Asked(Submission submission) implements Event {}

  /// A worker reported on an attempt.
  record Reported(AttemptEvent attempt) implements Event {}

  /// A timer is due. Timers may be late and fire for nothing; the state has the last word.
  record TimerFired(TimerKind timer) implements Event {}
}
