package dev.kompakt.router.budget;

import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.record.AccountStatus;
import dev.kompakt.schemas.record.AttemptEvent.AttemptFinished;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.Usage;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Folds attempts into the use of their account. The caller sees to it that each report is folded
/// once.
public final class Budget {
  private Budget() {}

  /// Whose use the attempt adds to; null if it made no call.
  public static @Nullable AccountId key(AttemptFinished attempt) {
    return attempt.called() ? attempt.account() : null;
  }

  /// The account after the attempt.
  ///
  /// @param known null if this is the first
  public static AccountStatus fold(
      @Nullable AccountStatus known, AccountId account, AttemptFinished attempt, Instant now) {
    Usage used =
        attempt.outcome() instanceof Outcome.Succeeded(_, Usage usage) ? usage : Usage.NONE;
    return known == null
        ? new AccountStatus(account, attempt.provider(), 1, used, now)
        : new AccountStatus(
            account, attempt.provider(), known.calls() + 1, known.usage().plus(used), now);
  }
}
