package dev.kompakt.router.route;

import dev.kompakt.schemas.id.AccountId;
import java.time.Instant;

/// Where a job may go now.
public sealed interface Routing {
  /// To this account.
  record Use(AccountId account) implements Routing {}

  /// To none before `until`: every account that could take it rests.
  ///
  /// @param cause [Pause.Cause#QUOTA_EXHAUSTED] if that holds for all of them, else
  ///   [Pause.Cause#RATE_LIMITED]
  record Wait(Instant until, Pause.Cause cause) implements Routing {}

  /// To none: every credential was refused, or there is no account at all.
  record Nowhere() implements Routing {}
}
