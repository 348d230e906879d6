package dev.kompakt.bootstrap.route;

import dev.kompakt.schemas.id.AccountId;
import java.time.Instant;

/// Where a call may go now.
public sealed interface Routing {
  /// To this account.
  record Use(AccountId account, Reason reason) implements Routing {}

  /// To none before `until`.
  ///
  /// @param cause [Pause.Cause#QUOTA_EXHAUSTED] if that holds for all that could take it, else
  ///   [Pause.Cause#RATE_LIMITED]
  record Wait(Instant until, Pause.Cause cause) implements Routing {}

  /// To none, and no time changes that.
  record Nowhere(Cause cause) implements Routing {
    public enum Cause {
      /// Every credential is refused, every account closed or paused, or there is none.
      NO_ACCOUNT,
      /// It is larger than every account's tokens a minute.
      TOO_LARGE
    }
  }

  /// Why an account was taken.
  enum Reason {
    /// Its session stays there.
    SESSION,
    /// It is under the budget threshold and has room.
    SAFE,
    /// It is under the threshold; the call waits there for room, as no other has any.
    BUSY,
    /// All are over the threshold, and it is the least pressed.
    PRESSED
  }
}
