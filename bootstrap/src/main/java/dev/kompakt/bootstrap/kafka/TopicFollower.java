package dev.kompakt.bootstrap.kafka;

import dev.kompakt.schemas.topic.Topic;
import dev.kompakt.schemas.topic.UnreadableRecordException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads a topic from its beginning and then follows it, on one platform thread that owns the
/// consumer. Records that cannot be read are counted and passed over.
public final class TopicFollower<K, V> implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TopicFollower.class);
  private static final Duration POLL = Duration.ofMillis(500);

  /// Told of every record, on the follower's thread; must not block.
  @FunctionalInterface
  public interface Listener<K, V> {
    /// Takes one record; in order within a partition.
    ///
    /// @param value null where the key was removed
    void read(long offset, K key, @Nullable V value);

    /// Passes over a record whose key can be read and whose value cannot; in its order.
    default void unreadable(K key) {}
  }

  private final Topic<K, V> topic;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Listener<K, V> listener;
  private final UnreadableRecords unreadable;
  private final CompletableFuture<Void> loaded = new CompletableFuture<>();
  private final Queue<CompletableFuture<Void>> asked = new ConcurrentLinkedQueue<>();
  private final List<Mark> marks = new ArrayList<>();
  private final Thread thread;
  private volatile boolean closed;

  /// How far it must have read for somebody who waits for that.
  private record Mark(Map<TopicPartition, Long> ends, CompletableFuture<Void> reached) {}

  private TopicFollower(KafkaClients clients, Topic<K, V> topic, Listener<K, V> listener) {
    this.topic = topic;
    this.listener = listener;
    unreadable = clients.unreadable();
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
    asked.add(loaded);
    thread = Thread.ofPlatform().daemon().name("view-" + topic.name()).unstarted(this::run);
  }

  /// Starts reading.
  public static <K, V> TopicFollower<K, V> follow(
      KafkaClients clients, Topic<K, V> topic, Listener<K, V> listener) {
    TopicFollower<K, V> follower = new TopicFollower<>(clients, topic, listener);
    follower.thread.start();
    return follower;
  }

  /// Completes once everything written before the start has been read.
  public CompletableFuture<Void> loaded() {
    return loaded;
  }

  /// Completes once everything written before this call has been read.
  public CompletableFuture<Void> caughtUp() {
    CompletableFuture<Void> reached = new CompletableFuture<>();
    asked.add(reached);
    consumer.wakeup();
    return reached;
  }

  private void run() {
    while (!closed) {
      try {
        follow();
      } catch (WakeupException e) {
        // it is closed, or somebody asks
      } catch (InterruptException e) {
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

  private void follow() {
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
    while (!closed) {
      mark(partitions);
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        read(record);
      }
    }
  }

  private void mark(List<TopicPartition> partitions) {
    int waiting = asked.size();
    if (waiting > 0) {
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      for (int i = 0; i < waiting; i++) {
        marks.add(new Mark(ends, asked.remove()));
      }
    }
    for (Iterator<Mark> all = marks.iterator(); all.hasNext(); ) {
      Mark mark = all.next();
      if (mark.ends().entrySet().stream()
          .allMatch(end -> consumer.position(end.getKey()) >= end.getValue())) {
        mark.reached().complete(null);
        all.remove();
      }
    }
  }

  private void read(ConsumerRecord<byte[], byte[]> record) {
    try {
      read(record, topic.keys().decode(record.key()));
    } catch (UnreadableRecordException e) {
      unreadable.passedOver(record, e);
    } catch (RuntimeException e) {
      LOG.atError()
          .addKeyValue("topic", topic.name())
          .addKeyValue("offset", record.offset())
          .setCause(e)
          .log("a listener failed on a record");
    }
  }

  private void read(ConsumerRecord<byte[], byte[]> record, K key) {
    V value;
    try {
      value = record.value() == null ? null : topic.values().decode(record.value());
    } catch (UnreadableRecordException e) {
      unreadable.passedOver(record, e);
      listener.unreadable(key);
      return;
    }
    listener.read(record.offset(), key, value);
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
