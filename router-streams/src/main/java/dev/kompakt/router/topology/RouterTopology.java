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
import org.jspecify.annotations.Nullable;

/// The router's topology. Records travel as bytes and are read where they are used, so that no
/// record can stop a task.
///
/// ```
/// submissions ─┬─▶ decide ─▶ jobs, compactions, dead-letters, sessions
/// outcomes ────┤
///              ├─▶ bind           ─▶ sessions
///              ├─▶ key-by-limit   ─▶ (by-limit)   ─▶ fold-limits   ─▶ limits
///              ├─▶ key-by-account ─▶ (by-account) ─▶ fold-accounts ─▶ accounts
///              └─▶ key-by-tenant  ─▶ (by-tenant)  ─▶ fold-tenants  ─▶ tenants
/// ```
public final class RouterTopology {
  private static final Serde<byte[]> BYTES = Serdes.ByteArray();

  /// There are few limits, accounts and tenants, and few reports: one task each will do.
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
    outcomes.process(() -> new BindProcessor(sessions), Named.as("bind"));
    fold(outcomes, "limit", new LimitFold(limits), RouterStores.LIMITS, null);
    fold(outcomes, "account", new AccountFold(), RouterStores.ACCOUNTS, RouterStores.ACCOUNTS_SEEN);
    fold(outcomes, "tenant", new TenantFold(), RouterStores.TENANTS, RouterStores.TENANTS_SEEN);
    Topology topology = builder.build();
    sink(topology, DecideProcessor.JOBS, Topics.JOBS, "decide");
    sink(topology, DecideProcessor.COMPACTIONS, Topics.COMPACTIONS, "decide");
    sink(topology, DecideProcessor.DEAD_LETTERS, Topics.DEAD_LETTERS, "decide");
    sink(topology, DecideProcessor.SESSIONS, Topics.SESSIONS, "decide", "bind");
    sink(topology, "limits", Topics.LIMITS, "fold-limits");
    sink(topology, "accounts", Topics.ACCOUNTS, "fold-accounts");
    sink(topology, "tenants", Topics.TENANTS, "fold-tenants");
    return topology;
  }

  /// Has reports folded one after the other for each key.
  ///
  /// @param seenName where folded reports are remembered; null if the fold does not mind
  private static void fold(
      KStream<byte[], byte[]> outcomes,
      String what,
      Fold fold,
      String storeName,
      @Nullable String seenName) {
    List<StoreBuilder<?>> stores = new ArrayList<>();
    stores.add(RouterStores.keyed(storeName));
    if (seenName != null) {
      stores.add(RouterStores.keyed(seenName));
    }
    outcomes
        .process(() -> new KeyByProcessor(fold), Named.as("key-by-" + what))
        .repartition(repartitioned("by-" + what))
        .process(
            stateful(() -> new FoldProcessor(storeName, seenName, fold), stores),
            Named.as("fold-" + what + "s"));
  }

  private static KStream<byte[], byte[]> source(
      StreamsBuilder builder, Topic<?, ?> topic, String name) {
    return builder.stream(topic.name(), Consumed.with(BYTES, BYTES).withName(name));
  }

  private static void sink(Topology topology, String name, Topic<?, ?> topic, String... parents) {
    topology.addSink(
        name, topic.name(), new ByteArraySerializer(), new ByteArraySerializer(), parents);
  }

  private static Repartitioned<byte[], byte[]> repartitioned(String name) {
    return Repartitioned.with(BYTES, BYTES).withName(name).withNumberOfPartitions(FOLD_PARTITIONS);
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
