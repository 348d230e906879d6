package dev.kompakt.bootstrap.payload;

import dev.kompakt.bootstrap.kafka.KafkaClients;
import dev.kompakt.schemas.history.PayloadRef;
import dev.kompakt.schemas.topic.Topics;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/// A bounded set of consumers that fetch single segments. Each is lent to one thread for one fetch;
/// the one given back last is lent first, and another is made only when all are lent.
final class SegmentReaders implements AutoCloseable {
  private static final Duration FETCH_DEADLINE = Duration.ofSeconds(20);
  private static final Duration CLOSE_DEADLINE = Duration.ofSeconds(2);

  private final KafkaClients clients;
  private final int count;
  private final Semaphore free;
  private final ConcurrentLinkedDeque<KafkaConsumer<byte[], byte[]>> idle =
      new ConcurrentLinkedDeque<>();
  private final AtomicInteger made = new AtomicInteger();

  SegmentReaders(KafkaClients clients, int count) {
    this.clients = clients;
    this.count = count;
    free = new Semaphore(count, true);
  }

  /// The sealed bytes of one segment.
  ///
  /// @throws IOException if Kafka does not answer in time
  byte[] fetch(PayloadRef ref, int segment) throws IOException {
    try {
      if (!free.tryAcquire(FETCH_DEADLINE.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IOException("no payload reader was free in time");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for a payload reader", e);
    }
    try {
      KafkaConsumer<byte[], byte[]> lent = idle.pollFirst();
      KafkaConsumer<byte[], byte[]> consumer = lent == null ? make() : lent;
      try {
        return fetch(consumer, ref, ref.offsets().get(segment));
      } finally {
        idle.addFirst(consumer);
      }
    } catch (InvalidOffsetException e) {
      throw new PayloadLostException(ref, "is past its retention");
    } catch (KafkaException e) {
      throw new IOException("reading a payload failed: " + e.getClass().getSimpleName(), e);
    } finally {
      free.release();
    }
  }

  private static byte[] fetch(KafkaConsumer<byte[], byte[]> consumer, PayloadRef ref, long offset)
      throws IOException {
    TopicPartition partition = new TopicPartition(Topics.PAYLOADS.name(), ref.partition());
    consumer.assign(List.of(partition));
    consumer.seek(partition, offset);
    long deadline = System.nanoTime() + FETCH_DEADLINE.toNanos();
    while (System.nanoTime() < deadline) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(2))) {
        if (record.offset() != offset || record.value() == null) {
          throw new PayloadLostException(ref, "has lost a segment");
        }
        return record.value();
      }
    }
    // Asked only now: right after a change of leaders the end may be told too low.
    if (consumer.endOffsets(List.of(partition), CLOSE_DEADLINE).getOrDefault(partition, 0L)
        <= offset) {
      throw new PayloadLostException(ref, "has a segment beyond the end of its partition");
    }
    throw new IOException("a payload's segment was not read in time");
  }

  private KafkaConsumer<byte[], byte[]> make() {
    return clients.consumer(
        "payloads-" + made.getAndIncrement(),
        Map.of(
            ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
            1,
            ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG,
            64 << 10,
            ConsumerConfig.RECEIVE_BUFFER_CONFIG,
            1 << 20,
            ConsumerConfig.ISOLATION_LEVEL_CONFIG,
            "read_uncommitted"));
  }

  /// Waits a little for fetches that run; then closes whatever is not lent.
  @Override
  public void close() {
    try {
      var _ = free.tryAcquire(count, CLOSE_DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    for (var consumer = idle.pollFirst(); consumer != null; consumer = idle.pollFirst()) {
      consumer.close(CloseOptions.timeout(Duration.ZERO));
    }
  }
}
