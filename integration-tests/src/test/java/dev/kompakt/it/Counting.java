package dev.kompakt.it;

import dev.kompakt.bootstrap.config.ConfigLoader;
import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.bootstrap.kafka.KafkaClients;
import dev.kompakt.bootstrap.observe.Check;
import dev.kompakt.router.state.StoreMemory;
import dev.kompakt.router.topology.RouterStreams;
import dev.kompakt.router.topology.StreamsSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.processor.api.ContextualFixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyProcessorSupplier;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/// A router that only counts: each record of `counted.in` goes to `counted.out` with how many of
/// its key there were. Several versions of it run in the group that routers run in.
final class Counting implements AutoCloseable {
  static final String IN = "counted.in";
  static final String OUT = "counted.out";
  static final String OTHER = "counted.other";

  private static final int MEMORY_BYTES = 16 << 20;

  private final KafkaClients clients;
  private final StoreMemory memory = new StoreMemory(MEMORY_BYTES);
  private final RouterStreams streams;

  private Counting(String broker, Path state, Version version) {
    clients = new KafkaClients(kafka(broker), "counting");
    streams =
        RouterStreams.create(
            version::topology,
            StreamsSettings.of(clients.common("router"), state, 1, 1, memory),
            clients);
    streams.start();
  }

  /// What it does beside counting.
  enum Version {
    /// Nothing: its only task is the counting.
    FIRST,

    /// It counts another topic too, in a task that comes before.
    SECOND,

    /// It counts another topic too, in a task that comes after.
    THIRD;

    private Topology topology() {
      StreamsBuilder builder = new StreamsBuilder();
      if (this == SECOND) {
        count(builder, OTHER, "others");
      }
      count(builder, IN, "counts");
      if (this == THIRD) {
        count(builder, OTHER, "others");
      }
      return builder.build();
    }

    private static void count(StreamsBuilder builder, String topic, String store) {
      builder.stream(topic, Consumed.with(Serdes.String(), Serdes.String()).withName(topic))
          .processValues(new Count(store), Named.as("count-" + store))
          .to(OUT, Produced.with(Serdes.String(), Serdes.String()).withName("to-" + store));
    }
  }

  static Counting start(String broker, Path state, Version version) {
    return new Counting(broker, state, version);
  }

  static KompaktConfig.Kafka kafka(String broker) {
    return ConfigLoader.load(null, Map.of(), Map.of("kafka.bootstrap", broker)).kafka();
  }

  Check check() {
    return streams.check();
  }

  /// Leaves the group.
  void stop() {
    streams.close(Duration.ofSeconds(10));
  }

  @Override
  public void close() {
    stop();
    memory.close();
    clients.close();
  }

  private record Count(String store) implements FixedKeyProcessorSupplier<String, String, String> {
    @Override
    public FixedKeyProcessor<String, String, String> get() {
      return new ContextualFixedKeyProcessor<>() {
        @Override
        public void process(FixedKeyRecord<String, String> record) {
          KeyValueStore<String, Long> counts = context().getStateStore(store);
          Long before = counts.get(record.key());
          long count = before == null ? 1 : before + 1;
          counts.put(record.key(), count);
          context().forward(record.withValue(Long.toString(count)));
        }
      };
    }

    @Override
    public Set<StoreBuilder<?>> stores() {
      return Set.of(
          Stores.keyValueStoreBuilder(
              Stores.persistentKeyValueStore(store), Serdes.String(), Serdes.Long()));
    }
  }
}
