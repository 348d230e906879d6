package dev.kompakt.workers.lane;

import dev.kompakt.schemas.record.Job;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.workers.quota.Spent;
import dev.kompakt.workers.stop.StopSignal;
import java.time.Duration;

/// Carries out jobs; called on a thread of the attempt's own.
public interface Attempts {
  /// What is told of an attempt's call as it goes, so that its account's quota stays exact.
  interface Watch {
    /// Waits until it is certain that no other worker has the job, nor will before a call that is
    /// begun at once is under way.
    ///
    /// @return whether it is; if not, the time given is over
    boolean owned(Duration atMost) throws InterruptedException;

    /// Waits until it is certain that no worker reported an outcome of the attempt before this one
    /// reported that it begins.
    ///
    /// @return whether it is; if not, the time given is over, or the attempt is stopped
    boolean first(Duration atMost) throws InterruptedException;

    /// The call is of so many tokens, as estimated.
    ///
    /// @return whether its account has room for it; else it must not be made
    boolean sized(long tokens);

    /// The call was refused for what it carried, and is to be made once more.
    ///
    /// @return whether its account has room for that too; else it must not be made
    boolean again();

    /// The request has been handed to the network.
    void sent();

    /// The call has ended, or none was made.
    void over(Spent spent);
  }

  /// Makes the attempt and reports its outcome.
  ///
  /// @return whether an outcome is recorded; if not, the job stays pending
  boolean run(Job job, StopSignal stop, Watch watch);

  /// Reports an outcome without making the attempt.
  ///
  /// @return whether it is recorded
  boolean settle(Job job, StopSignal stop, Watch watch, Outcome outcome);
}
