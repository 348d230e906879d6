package dev.kompakt.ingress.publish;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.kompakt.schemas.id.CompactionId;
import dev.kompakt.schemas.id.TenantId;
import dev.kompakt.schemas.record.CompactionStatus;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Submissions this process has published and of which the router has not been heard yet, so that
/// they can be asked for, and met by identical requests, from the moment they are durable.
public final class AcceptedHere {
  private static final int MAX_ENTRIES = 50_000;

  private final Statuses statuses;
  private final StatusFeed feed;
  private final Cache<CompactionId, Pending> entries;

  /// A submission the router has not been heard of.
  public record Pending(
      Acceptance.Accepted accepted, TenantId tenant, String model, Instant acceptedAt) {}

  /// Makes an empty one.
  ///
  /// @param kept how long a submission is waited for at most
  public AcceptedHere(Statuses statuses, StatusFeed feed, Duration kept) {
    this.statuses = statuses;
    this.feed = feed;
    entries = Caffeine.newBuilder().maximumSize(MAX_ENTRIES).expireAfterWrite(kept).build();
  }

  /// The submission of this compaction, if it is still pending; else null.
  public @Nullable Pending find(CompactionId compaction) {
    Pending pending = entries.getIfPresent(compaction);
    if (pending == null) {
      return null;
    }
    CompactionStatus status = statuses.find(compaction);
    if (feed.isUnreadable(compaction) || (status != null && pending.accepted().concerns(status))) {
      entries.invalidate(compaction);
      return null;
    }
    return pending;
  }

  void note(Pending pending) {
    entries.put(pending.accepted().compaction(), pending);
  }
}
