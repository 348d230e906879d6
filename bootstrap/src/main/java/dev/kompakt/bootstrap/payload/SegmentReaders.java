package dev.kompakt.bootstrap.payload;

import dev.kompakt.bootstrap.kafka.KafkaClients;
import dev.kompakt.schemas.history.PayloadRef;
import dev.kompakt.schemas.topic.Topics;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/// A bounded set of consumers that fetch single segments. Each is lent to one thread for one fetch.
final class SegmentReaders implements AutoCloseable {
  private static final Duration FETCH_DEADLINE = Duration.ofSeconds(20);
  private static final Duration CLOSE_DEADLINE = Duration.ofSeconds(2);

  private final BlockingQueue<KafkaConsumer<byte[], byte[]>> idle;
  private final int count;

  SegmentReaders(KafkaClients clients, int count) {
    this.count = count;
    idle = new ArrayBlockingQueue<>(count);
    for (int i = 0; i < count; i++) {
      idle.add(
          clients.consumer(
              "payloads-" + i,
              Map.of(
                  ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                  1,
                  ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG,
                  64 << 10,
                  ConsumerConfig.RECEIVE_BUFFER_CONFIG,
                  1 << 20,
                  ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                  "read_uncommitted")));
    }
  }

  /// The sealed bytes of one segment.
  ///
  /// @throws IOException if Kafka does not answer in time
  byte[] fetch(PayloadRef ref, int segment) throws IOException {
    try {
      KafkaConsumer<byte[], byte[]> consumer =
          idle.poll(FETCH_DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
      if (consumer == null) {
        throw new IOException("no payload reader was free in time");
      }
      try {
        return fetch(consumer, ref, ref.offsets().get(segment));
      } catch (InvalidOffsetException e) {
        throw new PayloadLostException(ref, "is past its retention");
      } catch (KafkaException e) {
        throw new IOException("reading a payload failed: " + e.getClass().getSimpleName(), e);
      } finally {
        idle.add(consumer);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while reading a payload", e);
    }
  }

  private static byte[] fetch(KafkaConsumer<byte[], byte[]> consumer, PayloadRef ref, long offset)
      throws IOException {
    TopicPartition partition = new TopicPartition(Topics.PAYLOADS.name(), ref.partition());
    consumer.assign(List.of(partition));
    consumer.seek(partition, offset);
    long deadline = System.nanoTime() + FETCH_DEADLINE.toNanos();
    while (System.nanoTime() < deadline) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(500))) {
        if (record.offset() != offset || record.value() == null) {
          throw new PayloadLostException(ref, "has lost a segment");
        }
        return record.value();
      }
    }
    throw new IOException("a payload's segment was not read in time");
  }

  @Override
  public void close() {
    for (int i = 0; i < count; i++) {
      try {
        KafkaConsumer<byte[], byte[]> consumer = idle.poll(2, TimeUnit.SECONDS);
        if (consumer != null) {
          consumer.close(org.apache.kafka.clients.consumer.CloseOptions.timeout(CLOSE_DEADLINE));
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }
}
