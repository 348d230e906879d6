package dev.kompakt.router.topology;

import dev.kompakt.bootstrap.observe.Meters;
import dev.kompakt.router.decide.Bindings;
import dev.kompakt.router.limit.Limits;
import dev.kompakt.router.state.RouterStores;
import dev.kompakt.schemas.topic.Topic;
import dev.kompakt.schemas.topic.Topics;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Repartitioned;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.state.StoreBuilder;

/// The router's topology. Records travel as bytes and are read where they are used, so that no
/// record can stop a task.
///
/// ```
/// submissions ─┬─▶ decide ─▶ jobs, compactions, dead-letters, sessions
/// outcomes ────┤
///              ├─▶ bind ─▶ sessions
///              └─▶ (reports) ─▶ fold ─▶ limits, accounts, tenants
/// ```
public final class RouterTopology {
  private static final Serde<byte[]> BYTES = Serdes.ByteArray();

  /// One task folds all: it has each report once, and reads it once for all folds.
  private static final int FOLD_PARTITIONS = 1;

  private RouterTopology() {}

  /// Makes it.
  ///
  /// @param published what other tasks and processes know
  public static Topology build(
      RouterSettings settings, Published published, Limits limits, Meters meters) {
    StreamsBuilder builder = new StreamsBuilder();
    KStream<byte[], byte[]> submissions = source(builder, Topics.SUBMISSIONS, "submissions");
    KStream<byte[], byte[]> outcomes = source(builder, Topics.OUTCOMES, "outcomes");
    submissions
        .merge(outcomes, Named.as("events"))
        .process(
            stateful(
                () -> new DecideProcessor(settings, published, meters),
                List.of(
                    RouterStores.keyed(RouterStores.SUBMISSIONS),
                    RouterStores.keyed(RouterStores.STATES),
                    RouterStores.keyed(RouterStores.TIMERS),
                    RouterStores.keyed(RouterStores.STANDINGS))),
            Named.as("decide"));
    Bindings sessions = new Bindings(published.sessions(), settings.sessionIdle());
    outcomes.process(() -> new BindProcessor(sessions, meters), Named.as("bind"));
    List<Fold<?>> folds = List.of(new LimitFold(limits), new AccountFold(), new TenantFold());
    List<StoreBuilder<?>> foldStores = new ArrayList<>();
    folds.forEach(fold -> foldStores.add(RouterStores.cached(fold.store())));
    foldStores.add(RouterStores.keyed(RouterStores.REPORTS_SEEN));
    outcomes
        .repartition(
            Repartitioned.with(BYTES, BYTES)
                .withName("reports")
                .withNumberOfPartitions(FOLD_PARTITIONS))
        .process(
            stateful(() -> new FoldProcessor(folds, RouterStores.REPORTS_SEEN), foldStores),
            Named.as("fold"));
    Topology topology = builder.build();
    sink(topology, DecideProcessor.JOBS, Topics.JOBS, "decide");
    sink(topology, DecideProcessor.COMPACTIONS, Topics.COMPACTIONS, "decide");
    sink(topology, DecideProcessor.DEAD_LETTERS, Topics.DEAD_LETTERS, "decide");
    sink(topology, DecideProcessor.SESSIONS, Topics.SESSIONS, "decide", "bind");
    folds.forEach(fold -> sink(topology, fold.store(), fold.topic(), "fold"));
    return topology;
  }

  private static KStream<byte[], byte[]> source(
      StreamsBuilder builder, Topic<?, ?> topic, String name) {
    return builder.stream(topic.name(), Consumed.with(BYTES, BYTES).withName(name));
  }

  private static void sink(Topology topology, String name, Topic<?, ?> topic, String... parents) {
    topology.addSink(
        name, topic.name(), new ByteArraySerializer(), new ByteArraySerializer(), parents);
  }

  private static ProcessorSupplier<byte[], byte[], byte[], byte[]> stateful(
      Supplier<Processor<byte[], byte[], byte[], byte[]>> processor, List<StoreBuilder<?>> stores) {
    return new ProcessorSupplier<>() {
      @Override
      public Processor<byte[], byte[], byte[], byte[]> get() {
        return processor.get();
      }

      @Override
      public Set<StoreBuilder<?>> stores() {
        return new LinkedHashSet<>(stores);
      }
    };
  }
}
