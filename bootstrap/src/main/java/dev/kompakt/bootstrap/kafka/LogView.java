package dev.kompakt.bootstrap.kafka;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.kompakt.schemas.topic.Topic;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentMap;
import java.util.function.BiConsumer;

/// A log-compacted topic mirrored in memory: loaded from its beginning, then followed. Reads never
/// block.
public final class LogView<K, V> implements AutoCloseable {
  private final Cache<K, V> entries;
  private final TopicFollower<K, V> follower;

  private LogView(Cache<K, V> entries, TopicFollower<K, V> follower) {
    this.entries = entries;
    this.follower = follower;
  }

  /// Starts mirroring.
  ///
  /// @param maxEntries entries held at most; the least used go first
  /// @param onChange called on the view's thread after each change, while loading too; must not
  ///   block
  public static <K, V> LogView<K, V> follow(
      KafkaClients clients, Topic<K, V> topic, long maxEntries, BiConsumer<K, V> onChange) {
    Cache<K, V> entries = Caffeine.newBuilder().maximumSize(maxEntries).build();
    TopicFollower<K, V> follower =
        TopicFollower.follow(
            clients,
            topic,
            (_, key, value) -> {
              if (value == null) {
                entries.invalidate(key);
              } else {
                entries.put(key, value);
                onChange.accept(key, value);
              }
            });
    return new LogView<>(entries, follower);
  }

  /// Completes once everything written before the start has been read.
  public CompletableFuture<Void> loaded() {
    return follower.loaded();
  }

  /// Completes once everything written before this call has been read.
  public CompletableFuture<Void> caughtUp() {
    return follower.caughtUp();
  }

  public Optional<V> get(K key) {
    return Optional.ofNullable(entries.getIfPresent(key));
  }

  /// A live, weakly consistent map of all entries held.
  public ConcurrentMap<K, V> all() {
    return entries.asMap();
  }

  @Override
  public void close() {
    follower.close();
  }
}
