package dev.kompakt.router.topology;

import dev.kompakt.bootstrap.fault.CrashPoint;
import dev.kompakt.router.state.BoundedRocksDb;
import dev.kompakt.router.state.StoreMemory;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.GroupProtocol;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.LogAndContinueExceptionHandler;

/// What Kafka Streams runs with.
public final class StreamsSettings {
  /// How often a transaction is committed if nobody asks for it. Decisions, and what is urgent of
  /// what is folded, do: nothing is gained by committing each few of thousands of reports apart.
  private static final int COMMIT_INTERVAL_MS = 100;

  /// How long a thread waits for records before it looks at commits and timers.
  private static final int POLL_MS = 5;

  private static final int MAX_REQUEST_BYTES = 5 << 20;
  private static final int PRODUCER_MEMORY_BYTES = 16 << 20;
  private static final int FETCH_BYTES = 8 << 20;
  private static final int CACHE_BYTES = 8 << 20;

  /// A commit sends whatever waits, so this delays nothing that others wait for.
  private static final int LINGER_MS = 20;

  private static final int BATCH_BYTES = 64 << 10;
  private static final int RESTORE_WAIT_MS = 20;

  private StreamsSettings() {}

  /// The settings.
  ///
  /// @param clients what all Kafka clients of this process start from
  /// @param replication of internal topics; -1 for the broker's default
  public static Map<String, Object> of(
      Map<String, Object> clients,
      Path stateDir,
      int threads,
      int replication,
      StoreMemory memory) {
    Map<String, Object> config = new HashMap<>(clients);
    config.put(StreamsConfig.APPLICATION_ID_CONFIG, RouterGroup.ID);
    config.put(StreamsConfig.STATE_DIR_CONFIG, stateDir.toString());
    config.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, threads);
    config.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, replication);
    config.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    config.put(StreamsConfig.GROUP_PROTOCOL_CONFIG, GroupProtocol.STREAMS.name);
    config.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, COMMIT_INTERVAL_MS);
    config.put(StreamsConfig.POLL_MS_CONFIG, POLL_MS);
    config.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, CACHE_BYTES);
    config.put(StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG, true);
    config.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, BoundedRocksDb.class);
    config.put(StoreMemory.CONFIG, memory);
    config.put(
        StreamsConfig.DESERIALIZATION_EXCEPTION_HANDLER_CLASS_CONFIG,
        LogAndContinueExceptionHandler.class);
    config.put(StreamsConfig.PRODUCTION_EXCEPTION_HANDLER_CLASS_CONFIG, SendFailureHandler.class);
    config.put(StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG), LINGER_MS);
    config.put(StreamsConfig.producerPrefix(ProducerConfig.BATCH_SIZE_CONFIG), BATCH_BYTES);
    // A second request that overtakes the first of a transaction is refused and sent again.
    config.put(
        StreamsConfig.producerPrefix(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION), 1);
    config.put(StreamsConfig.producerPrefix(ProducerConfig.COMPRESSION_TYPE_CONFIG), "lz4");
    config.put(
        StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG), MAX_REQUEST_BYTES);
    config.put(
        StreamsConfig.producerPrefix(ProducerConfig.BUFFER_MEMORY_CONFIG), PRODUCER_MEMORY_BYTES);
    config.put(StreamsConfig.consumerPrefix(ConsumerConfig.FETCH_MAX_BYTES_CONFIG), FETCH_BYTES);
    config.put(
        StreamsConfig.consumerPrefix(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG), 1 << 20);
    config.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.MAX_POLL_RECORDS_CONFIG), 200);
    // Else each task waits for a fetch of the task restored before it, half a second in vain.
    config.put(
        StreamsConfig.restoreConsumerPrefix(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG),
        RESTORE_WAIT_MS);
    if (CrashPoint.ROUTER_COMMITTING.armed() || CrashPoint.ROUTER_COMMITTED.armed()) {
      config.put(StreamsConfig.DEFAULT_CLIENT_SUPPLIER_CONFIG, CrashingClients.class);
    }
    return config;
  }
}
