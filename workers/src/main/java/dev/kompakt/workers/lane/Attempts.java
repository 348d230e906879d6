package dev.kompakt.workers.lane;

import dev.kompakt.schemas.record.Job;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.workers.stop.StopSignal;

/// Carries out jobs; called on a thread of the attempt's own.
public interface Attempts {
  /// Makes the attempt and reports its outcome.
  ///
  /// @return whether an outcome is recorded; if not, the job stays pending
  boolean run(Job job, StopSignal stop);

  /// Reports an outcome without making the attempt.
  ///
  /// @return whether it is recorded
  boolean settle(Job job, Outcome outcome);
}
