package dev.kompakt.ingress.relay;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.kompakt.schemas.id.TenantId;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Failures so recent that the same turn tried again would only fail again: clients retry at once
/// and many times, upstream is asked once.
final class RecentFailures {
  private static final Duration KEPT = Duration.ofSeconds(4);
  private static final int MOST = 1_000;
  private static final int MOST_CHARACTERS = 16 * 1024;

  private final Cache<Key, TurnError> failures =
      Caffeine.newBuilder().maximumSize(MOST).expireAfterWrite(KEPT).build();

  private record Key(TenantId tenant, String content) {}

  void note(Turn turn, TurnError error) {
    if (error.json().length() <= MOST_CHARACTERS) {
      failures.put(new Key(turn.tenant(), turn.content()), error);
    }
  }

  @Nullable TurnError of(Turn turn) {
    return failures.getIfPresent(new Key(turn.tenant(), turn.content()));
  }
}
