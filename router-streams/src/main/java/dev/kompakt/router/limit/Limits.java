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
/// A refusal shrinks the limit at once and keeps it for its lifetime. Acceptances do not prolong
/// it, so that it expires under steady use too and a larger size is tried again. An endpoint that
/// was not there counts as missing for as long, or until a call to it succeeds.
///
/// @param lifetime how long after the last refusal a limit holds
public record Limits(Duration lifetime) {
  /// What the attempt teaches about; null if nothing.
  public static @Nullable LimitKey key(AttemptFinished attempt) {
    boolean teaches =
        attempt.called()
            && attempt.wireBytes() > 0
            && (attempt.outcome() instanceof Outcome.Succeeded
                || attempt.outcome() instanceof Outcome.TooLarge
                || attempt.outcome() instanceof Outcome.Unsupported);
    return teaches
        ? new LimitKey(attempt.provider(), LimitKey.Endpoint.of(attempt.mode()), attempt.model())
        : null;
  }

  /// The limit after the attempt; `known` itself if it taught nothing new.
  ///
  /// @param known null if nothing is
  public @Nullable LearnedLimit fold(
      @Nullable LearnedLimit known, AttemptFinished attempt, Instant now) {
    LimitKey key = key(attempt);
    if (key == null) {
      return known;
    }
    Instant expiresAt = now.plus(lifetime);
    LearnedLimit current =
        known != null && known.expiresAt().isAfter(now)
            ? known
            : new LearnedLimit(
                key,
                Bound.UNKNOWN,
                Bound.UNKNOWN,
                now,
                expiresAt,
                known == null ? null : known.missingUntil());
    if (attempt.outcome() instanceof Outcome.TooLarge refusal) {
      return refused(current, attempt, refusal, now);
    }
    return attempt.outcome() instanceof Outcome.Unsupported
        ? new LearnedLimit(
            key, current.bytes(), current.tokens(), now, current.expiresAt(), expiresAt)
        : accepted(current, attempt, now);
  }

  private LearnedLimit refused(
      LearnedLimit current, AttemptFinished attempt, Outcome.TooLarge refusal, Instant now) {
    long size = Math.max(1, refusal.size());
    Bound bytes = current.bytes();
    Bound tokens = current.tokens();
    switch (refusal.unit()) {
      case BYTES -> bytes = bytes.rejected(Math.max(size, attempt.wireBytes()));
      case TOKENS -> tokens = tokens.rejected(size);
    }
    return new LearnedLimit(
        current.key(), bytes, tokens, now, now.plus(lifetime), current.missingUntil());
  }

  private static LearnedLimit accepted(LearnedLimit current, AttemptFinished attempt, Instant now) {
    Bound bytes = current.bytes().accepted(attempt.wireBytes());
    Bound tokens = current.tokens().accepted(Tokens.estimate(attempt.wireBytes()));
    if (bytes.equals(current.bytes())
        && tokens.equals(current.tokens())
        && current.missingUntil() == null) {
      return current;
    }
    return new LearnedLimit(current.key(), bytes, tokens, now, current.expiresAt(), null);
  }
}
