package dev.kompakt.router.limit;

import dev.kompakt.schemas.history.Tokens;
import dev.kompakt.schemas.record.AttemptEvent.AttemptFinished;
import dev.kompakt.schemas.record.LearnedLimit;
import dev.kompakt.schemas.record.LearnedLimit.Bound;
import dev.kompakt.schemas.record.LimitKey;
import dev.kompakt.schemas.record.Outcome;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Folds attempts into learned limits. Bytes and tokens are kept apart; only attempts that made
/// their call teach anything.
///
/// A refusal shrinks the limit at once and keeps it for [#LIFETIME]. Acceptances do not prolong it,
/// so that it expires under steady use too and a larger size is tried again.
public final class Limits {
  /// How long after the last refusal a limit holds.
  public static final Duration LIFETIME = Duration.ofMinutes(30);

  private Limits() {}

  /// What the attempt teaches about; null if nothing.
  public static @Nullable LimitKey key(AttemptFinished attempt) {
    boolean teaches =
        attempt.called()
            && attempt.wireBytes() > 0
            && (attempt.outcome() instanceof Outcome.Succeeded
                || attempt.outcome() instanceof Outcome.TooLarge);
    return teaches
        ? new LimitKey(attempt.provider(), LimitKey.Endpoint.of(attempt.mode()), attempt.model())
        : null;
  }

  /// The limit after the attempt; `known` itself if it taught nothing new.
  ///
  /// @param known null if nothing is
  public static @Nullable LearnedLimit fold(
      @Nullable LearnedLimit known, AttemptFinished attempt, Instant now) {
    LimitKey key = key(attempt);
    if (key == null) {
      return known;
    }
    LearnedLimit current =
        known != null && known.expiresAt().isAfter(now)
            ? known
            : new LearnedLimit(key, Bound.UNKNOWN, Bound.UNKNOWN, now, now.plus(LIFETIME), null);
    return attempt.outcome() instanceof Outcome.TooLarge refusal
        ? refused(current, attempt, refusal, now)
        : accepted(current, attempt, now);
  }

  private static LearnedLimit refused(
      LearnedLimit current, AttemptFinished attempt, Outcome.TooLarge refusal, Instant now) {
    long size = Math.max(1, refusal.size());
    Bound bytes = current.bytes();
    Bound tokens = current.tokens();
    switch (refusal.unit()) {
      case BYTES -> bytes = bytes.rejected(Math.max(size, attempt.wireBytes()));
      case TOKENS -> tokens = tokens.rejected(size);
    }
    return new LearnedLimit(
        current.key(), bytes, tokens, now, now.plus(LIFETIME), current.missingUntil());
  }

  private static LearnedLimit accepted(LearnedLimit current, AttemptFinished attempt, Instant now) {
    Bound bytes = current.bytes().accepted(attempt.wireBytes());
    Bound tokens = current.tokens().accepted(Tokens.estimate(attempt.wireBytes()));
    if (bytes.equals(current.bytes()) && tokens.equals(current.tokens())) {
      return current;
    }
    return new LearnedLimit(
        current.key(), bytes, tokens, now, current.expiresAt(), current.missingUntil());
  }
}
