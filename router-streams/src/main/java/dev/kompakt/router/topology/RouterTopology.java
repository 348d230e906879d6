package dev.kompakt.router.topology;

import dev.kompakt.bootstrap.observe.Meters;
import dev.kompakt.router.budget.Budget;
import dev.kompakt.router.budget.Call;
import dev.kompakt.router.limit.Limits;
import dev.kompakt.router.state.RouterStores;
import dev.kompakt.schemas.record.AccountStatus;
import dev.kompakt.schemas.record.AttemptEvent.AttemptFinished;
import dev.kompakt.schemas.record.LearnedLimit;
import dev.kompakt.schemas.record.LimitKey;
import dev.kompakt.schemas.record.Report;
import dev.kompakt.schemas.record.TenantUsage;
import dev.kompakt.schemas.topic.Topic;
import dev.kompakt.schemas.topic.Topics;
import java.time.Instant;
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
/// submissions ─┬─▶ decide ─▶ jobs, compactions, dead-letters
/// outcomes ────┤
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
  /// @param accounts what is published of accounts, as it becomes known
  public static Topology build(RouterSettings settings, AccountFeed accounts, Meters meters) {
    StreamsBuilder builder = new StreamsBuilder();
    KStream<byte[], byte[]> submissions = source(builder, Topics.SUBMISSIONS, "submissions");
    KStream<byte[], byte[]> outcomes = source(builder, Topics.OUTCOMES, "outcomes");
    submissions
        .merge(outcomes, Named.as("events"))
        .process(
            stateful(
                () -> new DecideProcessor(settings, accounts, meters),
                RouterStores.keyed(RouterStores.SUBMISSIONS),
                RouterStores.keyed(RouterStores.STATES),
                RouterStores.keyed(RouterStores.TIMERS),
                RouterStores.keyed(RouterStores.STANDINGS)),
            Named.as("decide"));
    outcomes
        .process(() -> new KeyByProcessor(RouterTopology::byLimit), Named.as("key-by-limit"))
        .repartition(repartitioned("by-limit"))
        .process(
            stateful(
                () -> new FoldProcessor(RouterStores.LIMITS, null, RouterTopology::foldLimit),
                RouterStores.keyed(RouterStores.LIMITS)),
            Named.as("fold-limits"));
    outcomes
        .process(() -> new KeyByProcessor(RouterTopology::byAccount), Named.as("key-by-account"))
        .repartition(repartitioned("by-account"))
        .process(
            stateful(
                () ->
                    new FoldProcessor(
                        RouterStores.ACCOUNTS,
                        RouterStores.ACCOUNTS_SEEN,
                        RouterTopology::foldAccount),
                RouterStores.keyed(RouterStores.ACCOUNTS),
                RouterStores.keyed(RouterStores.ACCOUNTS_SEEN)),
            Named.as("fold-accounts"));
    outcomes
        .process(() -> new KeyByProcessor(RouterTopology::byTenant), Named.as("key-by-tenant"))
        .repartition(repartitioned("by-tenant"))
        .process(
            stateful(
                () ->
                    new FoldProcessor(
                        RouterStores.TENANTS,
                        RouterStores.TENANTS_SEEN,
                        RouterTopology::foldTenant),
                RouterStores.keyed(RouterStores.TENANTS),
                RouterStores.keyed(RouterStores.TENANTS_SEEN)),
            Named.as("fold-tenants"));
    Topology topology = builder.build();
    sink(topology, DecideProcessor.JOBS, Topics.JOBS, "decide");
    sink(topology, DecideProcessor.COMPACTIONS, Topics.COMPACTIONS, "decide");
    sink(topology, DecideProcessor.DEAD_LETTERS, Topics.DEAD_LETTERS, "decide");
    sink(topology, "limits", Topics.LIMITS, "fold-limits");
    sink(topology, "accounts", Topics.ACCOUNTS, "fold-accounts");
    sink(topology, "tenants", Topics.TENANTS, "fold-tenants");
    return topology;
  }

  private static KStream<byte[], byte[]> source(
      StreamsBuilder builder, Topic<?, ?> topic, String name) {
    return builder.stream(topic.name(), Consumed.with(BYTES, BYTES).withName(name));
  }

  private static void sink(Topology topology, String name, Topic<?, ?> topic, String parent) {
    topology.addSink(
        name, topic.name(), new ByteArraySerializer(), new ByteArraySerializer(), parent);
  }

  private static Repartitioned<byte[], byte[]> repartitioned(String name) {
    return Repartitioned.with(BYTES, BYTES).withName(name).withNumberOfPartitions(FOLD_PARTITIONS);
  }

  private static byte @Nullable [] byLimit(Report event) {
    LimitKey key = event instanceof AttemptFinished attempt ? Limits.key(attempt) : null;
    return key == null ? null : Topics.LIMITS.keys().encode(key);
  }

  private static byte @Nullable [] byAccount(Report event) {
    Call call = Call.of(event);
    return call == null ? null : Topics.ACCOUNTS.keys().encode(call.account());
  }

  private static byte @Nullable [] byTenant(Report event) {
    Call call = Call.of(event);
    return call == null || call.tenant() == null
        ? null
        : Topics.TENANTS.keys().encode(call.tenant());
  }

  private static byte @Nullable [] foldLimit(byte @Nullable [] stored, Report event, Instant now) {
    if (!(event instanceof AttemptFinished attempt)) {
      return null;
    }
    LearnedLimit known = RouterStores.relearnable(RouterStores.LIMIT_CODEC, stored);
    LearnedLimit next = Limits.fold(known, attempt, now);
    return next == null || next.equals(known) ? null : RouterStores.LIMIT_CODEC.encode(next);
  }

  private static byte @Nullable [] foldAccount(
      byte @Nullable [] stored, Report event, Instant now) {
    Call call = Call.of(event);
    AccountStatus known = RouterStores.relearnable(RouterStores.ACCOUNT_CODEC, stored);
    return call == null
        ? null
        : RouterStores.ACCOUNT_CODEC.encode(Budget.account(known, call, now));
  }

  private static byte @Nullable [] foldTenant(byte @Nullable [] stored, Report event, Instant now) {
    Call call = Call.of(event);
    TenantUsage known = RouterStores.relearnable(RouterStores.TENANT_CODEC, stored);
    TenantUsage next = call == null ? null : Budget.tenant(known, call, now);
    return next == null ? null : RouterStores.TENANT_CODEC.encode(next);
  }

  private static ProcessorSupplier<byte[], byte[], byte[], byte[]> stateful(
      Supplier<Processor<byte[], byte[], byte[], byte[]>> processor, StoreBuilder<?>... stores) {
    return new ProcessorSupplier<>() {
      @Override
      public Processor<byte[], byte[], byte[], byte[]> get() {
        return processor.get();
      }

      @Override
      public Set<StoreBuilder<?>> stores() {
        return new LinkedHashSet<>(List.of(stores));
      }
    };
  }
}
