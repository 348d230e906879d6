package dev.kompakt.workers.attempt;

import dev.kompakt.schemas.history.Tokens;
import dev.kompakt.schemas.record.LearnedLimit;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.Outcome.TooLarge.Unit;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Whether a provider is known to refuse a request of this size. Pure.
final class LimitCheck {
  private LimitCheck() {}

  /// The outcome without a call; null if the call may be made.
  static @Nullable Outcome refuse(LearnedLimit known, long wireBytes, Instant now) {
    if (!known.expiresAt().isAfter(now)) {
      return null;
    }
    Outcome bytes = refuse(Unit.BYTES, wireBytes, known.bytes());
    return bytes == null ? refuse(Unit.TOKENS, Tokens.estimate(wireBytes), known.tokens()) : bytes;
  }

  private static @Nullable Outcome refuse(Unit unit, long size, LearnedLimit.Bound bound) {
    Long rejected = bound.smallestRejected();
    return rejected != null && size >= rejected ? new Outcome.TooLarge(unit, size, rejected) : null;
  }
}
