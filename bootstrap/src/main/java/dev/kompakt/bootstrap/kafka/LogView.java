package dev.kompakt.bootstrap.kafka;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.kompakt.schemas.topic.Topic;
import dev.kompakt.schemas.topic.UnreadableRecordException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentMap;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A log-compacted topic mirrored in memory: loaded from its beginning, then followed. Reads never
/// block; one platform thread owns the consumer.
public final class LogView<K, V> implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LogView.class);
  private static final Duration POLL = Duration.ofMillis(500);

  private final Topic<K, V> topic;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Cache<K, V> entries;
  private final BiConsumer<K, V> onChange;
  private final CompletableFuture<Void> loaded = new CompletableFuture<>();
  private final Thread thread;
  private volatile boolean closed;

  private LogView(
      KafkaClients clients, Topic<K, V> topic, long maxEntries, BiConsumer<K, V> onChange) {
    this.topic = topic;
    this.onChange = onChange;
    entries = Caffeine.newBuilder().maximumSize(maxEntries).build();
    consumer =
        clients.consumer(
            "view-" + topic.name(),
            Map.of(
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                "earliest",
                ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG,
                500,
                ConsumerConfig.RECEIVE_BUFFER_CONFIG,
                -1,
                ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG,
                512 << 10));
    thread = Thread.ofPlatform().daemon().name("view-" + topic.name()).unstarted(this::run);
  }

  /// Starts mirroring.
  ///
  /// @param maxEntries entries held at most; the least used go first
  /// @param onChange called on the view's thread after each change, while loading too; must not
  ///   block
  public static <K, V> LogView<K, V> follow(
      KafkaClients clients, Topic<K, V> topic, long maxEntries, BiConsumer<K, V> onChange) {
    LogView<K, V> view = new LogView<>(clients, topic, maxEntries, onChange);
    view.thread.start();
    return view;
  }

  /// Completes once everything written before the start has been read.
  public CompletableFuture<Void> loaded() {
    return loaded;
  }

  public Optional<V> get(K key) {
    return Optional.ofNullable(entries.getIfPresent(key));
  }

  /// A live, weakly consistent map of all entries held.
  public ConcurrentMap<K, V> all() {
    return entries.asMap();
  }

  private void run() {
    while (!closed) {
      try {
        mirror();
      } catch (WakeupException | InterruptException e) {
        return;
      } catch (RuntimeException e) {
        LOG.atWarn()
            .addKeyValue("topic", topic.name())
            .addKeyValue("error", e.getClass().getSimpleName())
            .log("following a topic failed, trying again");
        pause();
      }
    }
  }

  private void mirror() {
    List<TopicPartition> partitions =
        consumer.partitionsFor(topic.name()).stream()
            .map(p -> new TopicPartition(topic.name(), p.partition()))
            .toList();
    if (partitions.isEmpty()) {
      throw new IllegalStateException("topic " + topic.name() + " is not there yet");
    }
    if (consumer.assignment().isEmpty()) {
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
    }
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    while (!closed) {
      boolean caughtUp = loaded.isDone();
      if (!caughtUp
          && ends.entrySet().stream()
              .allMatch(e -> consumer.position(e.getKey()) >= e.getValue())) {
        loaded.complete(null);
      }
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        apply(record);
      }
    }
  }

  private void apply(ConsumerRecord<byte[], byte[]> record) {
    try {
      K key = topic.keys().decode(record.key());
      if (record.value() == null) {
        entries.invalidate(key);
        return;
      }
      V value = topic.values().decode(record.value());
      entries.put(key, value);
      onChange.accept(key, value);
    } catch (UnreadableRecordException e) {
      LOG.atWarn()
          .addKeyValue("topic", topic.name())
          .addKeyValue("partition", record.partition())
          .addKeyValue("offset", record.offset())
          .log("a record cannot be read and is passed over");
    } catch (RuntimeException e) {
      LOG.atError()
          .addKeyValue("topic", topic.name())
          .addKeyValue("offset", record.offset())
          .setCause(e)
          .log("a listener failed on a record");
    }
  }

  private static void pause() {
    try {
      Thread.sleep(200);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    closed = true;
    consumer.wakeup();
    try {
      thread.join(Duration.ofSeconds(5));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (!thread.isAlive()) {
      // Of no group, so there is nothing to say goodbye to; a fetch in flight is not waited for.
      consumer.close(CloseOptions.timeout(Duration.ZERO));
    }
  }
}
