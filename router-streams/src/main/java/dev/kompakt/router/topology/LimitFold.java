package dev.kompakt.router.topology;

import dev.kompakt.router.limit.Limits;
import dev.kompakt.router.state.RouterStores;
import dev.kompakt.schemas.record.AttemptEvent.AttemptFinished;
import dev.kompakt.schemas.record.LearnedLimit;
import dev.kompakt.schemas.record.LimitKey;
import dev.kompakt.schemas.record.Report;
import dev.kompakt.schemas.topic.Topics;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Attempts, folded into learned limits.
record LimitFold(Limits limits) implements Fold {
  @Override
  public byte @Nullable [] key(Report report) {
    LimitKey key = report instanceof AttemptFinished attempt ? Limits.key(attempt) : null;
    return key == null ? null : Topics.LIMITS.keys().encode(key);
  }

  @Override
  public @Nullable String once(Report report) {
    return null;
  }

  @Override
  public byte @Nullable [] next(byte @Nullable [] stored, Report report, Instant now) {
    if (!(report instanceof AttemptFinished attempt)) {
      return null;
    }
    LearnedLimit known = RouterStores.relearnable(RouterStores.LIMIT_CODEC, stored);
    LearnedLimit next = limits.fold(known, attempt, now);
    return next == null || next.equals(known) ? null : RouterStores.LIMIT_CODEC.encode(next);
  }
}
