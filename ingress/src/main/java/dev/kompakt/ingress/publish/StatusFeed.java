package dev.kompakt.ingress.publish;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.kompakt.schemas.id.CompactionId;
import dev.kompakt.schemas.record.CompactionStatus;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/// Tells those who wait for a compaction of its changes. Whoever begins to follow looks at
/// [Statuses] afterwards, and misses nothing.
public final class StatusFeed {
  private static final int MAX_UNREADABLE = 50_000;
  private static final Duration UNREADABLE_KEPT = Duration.ofHours(24);

  private final ConcurrentMap<CompactionId, Set<Follower>> followers = new ConcurrentHashMap<>();
  private final Cache<CompactionId, Boolean> unreadable =
      Caffeine.newBuilder().maximumSize(MAX_UNREADABLE).expireAfterWrite(UNREADABLE_KEPT).build();

  /// Told from now on, on the log's thread: must not block.
  @FunctionalInterface
  public interface Listener {
    /// It has changed to this.
    void changed(CompactionStatus status);

    /// It has changed to what cannot be read here.
    default void unreadable() {}
  }

  /// Begins to follow a compaction.
  public Follower follow(CompactionId compaction, Listener listener) {
    Follower follower = new Follower(compaction, listener);
    followers.compute(
        compaction,
        (_, known) -> {
          Set<Follower> set = known == null ? ConcurrentHashMap.newKeySet() : known;
          set.add(follower);
          return set;
        });
    return follower;
  }

  /// A status has changed; [Statuses] knows it already.
  public void changed(CompactionStatus status) {
    unreadable.invalidate(status.compaction());
    following(status.compaction()).forEach(follower -> follower.listener.changed(status));
  }

  /// The newest status of this compaction cannot be read; [Statuses] knows of none by now.
  public void unreadable(CompactionId compaction) {
    unreadable.put(compaction, true);
    following(compaction).forEach(follower -> follower.listener.unreadable());
  }

  /// Whether the newest status there is of this compaction cannot be read.
  public boolean isUnreadable(CompactionId compaction) {
    return unreadable.getIfPresent(compaction) != null;
  }

  /// The router is asked for this compaction, and will tell of it once more.
  void asked(CompactionId compaction) {
    unreadable.invalidate(compaction);
  }

  private Set<Follower> following(CompactionId compaction) {
    return followers.getOrDefault(compaction, Set.of());
  }

  /// One who follows, until it is closed.
  public final class Follower implements AutoCloseable {
    private final CompactionId compaction;
    private final Listener listener;

    private Follower(CompactionId compaction, Listener listener) {
      this.compaction = compaction;
      this.listener = listener;
    }

    @Override
    public void close() {
      followers.computeIfPresent(
          compaction,
          (_, known) -> {
            known.remove(this);
            return known.isEmpty() ? null : known;
          });
    }
  }
}
