package dev.kompakt.ingress.publish;

import dev.kompakt.schemas.id.CompactionId;
import dev.kompakt.schemas.record.CompactionStatus;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;

/// Tells those who wait for a compaction of its changes. Whoever begins to follow looks at
/// [Statuses] afterwards, and misses nothing.
public final class StatusFeed {
  private final ConcurrentMap<CompactionId, Set<Follower>> followers = new ConcurrentHashMap<>();

  /// Begins to follow a compaction.
  ///
  /// @param listener called with each change from now on, on the log's thread: must not block
  public Follower follow(CompactionId compaction, Consumer<CompactionStatus> listener) {
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
    Set<Follower> waiting = followers.get(status.compaction());
    if (waiting != null) {
      waiting.forEach(follower -> follower.listener.accept(status));
    }
  }

  /// One who follows, until it is closed.
  public final class Follower implements AutoCloseable {
    private final CompactionId compaction;
    private final Consumer<CompactionStatus> listener;

    private Follower(CompactionId compaction, Consumer<CompactionStatus> listener) {
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
