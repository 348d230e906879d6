package dev.kompakt.bootstrap.kafka;

import dev.kompakt.schemas.topic.Topic;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes records of one topic. Thread-safe.
public final class TopicWriter<K, V> {
  private static final Logger LOG = LoggerFactory.getLogger(TopicWriter.class);

  private final Topic<K, V> topic;
  private final Producer<byte[], byte[]> producer;

  TopicWriter(Topic<K, V> topic, Producer<byte[], byte[]> producer) {
    this.topic = topic;
    this.producer = producer;
  }

  /// Sends a record; the future completes when all in-sync replicas have it, or fails for good
  /// within 45 s.
  public CompletableFuture<RecordMetadata> send(K key, V value) {
    CompletableFuture<RecordMetadata> acked = new CompletableFuture<>();
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(topic.name(), topic.keys().encode(key), topic.values().encode(value));
    try {
      var _ =
          producer.send(
              record,
              (metadata, failure) -> {
                if (failure == null) {
                  acked.complete(metadata);
                } else {
                  notWritten(acked, failure);
                }
              });
    } catch (KafkaException | IllegalStateException e) {
      notWritten(acked, e);
    }
    return acked;
  }

  private void notWritten(CompletableFuture<RecordMetadata> acked, Exception why) {
    LOG.atWarn()
        .addKeyValue("topic", topic.name())
        .addKeyValue("error", why.getClass().getSimpleName())
        .log("a record is not known to be written");
    acked.completeExceptionally(why);
  }

  /// Sends a record and waits for its ack.
  ///
  /// @throws NotWrittenException if it is not known to be written
  public RecordMetadata sendAndWait(K key, V value) {
    return await(send(key, value));
  }

  /// Waits for an ack.
  ///
  /// @throws NotWrittenException if it is not known to be written
  public static RecordMetadata await(CompletableFuture<RecordMetadata> sent) {
    try {
      return sent.get();
    } catch (ExecutionException e) {
      throw new NotWrittenException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new NotWrittenException(e);
    }
  }
}
