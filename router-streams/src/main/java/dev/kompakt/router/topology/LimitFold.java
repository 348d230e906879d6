package dev.kompakt.router.topology;

import dev.kompakt.router.limit.Limits;
import dev.kompakt.router.state.RouterStores;
import dev.kompakt.schemas.record.AttemptEvent.AttemptFinished;
import dev.kompakt.schemas.record.LearnedLimit;
import dev.kompakt.schemas.record.LimitKey;
import dev.kompakt.schemas.record.Report;
import dev.kompakt.schemas.topic.Topic;
import dev.kompakt.schemas.topic.Topics;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Attempts, folded into learned limits.
record LimitFold(Limits limits) implements Fold<LearnedLimit> {
  @Override
  public Topic<?, LearnedLimit> topic() {
    return Topics.LIMITS;
  }

  @Override
  public String store() {
    return RouterStores.LIMITS;
  }

  @Override
  public byte @Nullable [] key(Report report) {
    LimitKey key = report instanceof AttemptFinished attempt ? Limits.key(attempt) : null;
    return key == null ? null : Topics.LIMITS.keys().encode(key);
  }

  @Override
  public @Nullable LearnedLimit next(@Nullable LearnedLimit known, Report report, Instant now) {
    return report instanceof AttemptFinished attempt ? limits.fold(known, attempt, now) : known;
  }

  @Override
  public boolean urgent(@Nullable LearnedLimit known, LearnedLimit next) {
    return true;
  }
}
