package dev.kompakt.bootstrap.kafka;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.kompakt.schemas.topic.Topic;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

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
  /// @param onChange told each new value on the view's thread, while loading too, but not removals;
  ///   must not block
  public static <K, V> LogView<K, V> follow(
      KafkaClients clients, Topic<K, V> topic, long maxEntries, BiConsumer<K, V> onChange) {
    return follow(clients, topic, maxEntries, onChange, Optional.empty());
  }

  /// The same, but what was known of a key does not hold where its newest record cannot be read.
  ///
  /// @param onUnreadable told of such a key, likewise, after it has been forgotten
  public static <K, V> LogView<K, V> follow(
      KafkaClients clients,
      Topic<K, V> topic,
      long maxEntries,
      BiConsumer<K, V> onChange,
      Consumer<K> onUnreadable) {
    return follow(clients, topic, maxEntries, onChange, Optional.of(onUnreadable));
  }

  private static <K, V> LogView<K, V> follow(
      KafkaClients clients,
      Topic<K, V> topic,
      long maxEntries,
      BiConsumer<K, V> onChange,
      Optional<Consumer<K>> onUnreadable) {
    Cache<K, V> entries = Caffeine.newBuilder().maximumSize(maxEntries).build();
    TopicFollower.Listener<K, V> listener =
        new TopicFollower.Listener<>() {
          @Override
          public void read(long offset, K key, @Nullable V value) {
            if (value == null) {
              entries.invalidate(key);
            } else {
              entries.put(key, value);
              onChange.accept(key, value);
            }
          }

          @Override
          public void unreadable(K key) {
            onUnreadable.ifPresent(
                told -> {
                  entries.invalidate(key);
                  told.accept(key);
                });
          }
        };
    return new LogView<>(entries, TopicFollower.follow(clients, topic, listener));
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
