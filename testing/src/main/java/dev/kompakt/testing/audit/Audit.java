package dev.kompakt.testing.audit;

import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.bootstrap.kafka.KafkaClients;
import dev.kompakt.bootstrap.payload.PayloadStore;
import dev.kompakt.bootstrap.seal.CheckpointSeal;
import dev.kompakt.bootstrap.seal.SealingKey;
import dev.kompakt.bootstrap.seal.SegmentSeal;
import dev.kompakt.schemas.history.PayloadRef;
import dev.kompakt.schemas.topic.Topics;
import dev.kompakt.testing.Call;
import dev.kompakt.testing.Cluster;
import dev.kompakt.testing.FakeUpstream;
import dev.kompakt.testing.Marks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;

/// What must hold after every run, whatever failed in it: each accepted compaction has ended once,
/// each success answers what was asked, everything the provider counted is recorded, nothing was
/// bought again once its result was recorded, no account was used beyond its quota by the
/// provider's own clock, and nothing is left to do.
///
/// The provider must have been the only one since the cluster's start, and always
/// [FakeUpstream#summarizing] by [#receipt]; accounts are told apart by their API keys.
public final class Audit {
  private static final Duration SETTLED = Duration.ofSeconds(30);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(250);
  private static final Set<Call.Endpoint> BOUGHT =
      Set.of(Call.Endpoint.COMPACT, Call.Endpoint.TRIGGER, Call.Endpoint.SUMMARY);

  private Audit() {}

  /// A summary that tells which marks it was made of.
  public static String receipt(Call call) {
    return call.marks().stream().distinct().map(Marks::mark).collect(Collectors.joining(" "));
  }

  /// Everything that does not hold, in plain words; to be empty. Gives what is still on its way 30
  /// s to end, so all processes should be up.
  public static List<String> violations(Cluster kompakt, FakeUpstream upstream) {
    KompaktConfig config = kompakt.config();
    SealingKey key = SealingKey.load(config);
    try (KafkaClients clients = new KafkaClients(config.kafka(), "audit");
        Admin admin = clients.admin();
        PayloadStore store = new PayloadStore(clients, new SegmentSeal(key), 1)) {
      long deadline = System.nanoTime() + SETTLED.toNanos();
      while (true) {
        Trail trail = Trail.read(clients);
        List<String> open = new ArrayList<>(Backlog.read(admin).violations(trail));
        open.addAll(Endings.violations(trail));
        if (open.isEmpty() || System.nanoTime() > deadline) {
          open.addAll(
              Contents.violations(
                  Contents.read(
                      trail,
                      store,
                      new CheckpointSeal(key),
                      payload -> isDeleted(admin, payload))));
          open.addAll(ofProvider(trail, config, upstream));
          return open;
        }
        Thread.sleep(BETWEEN_LOOKS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static boolean isDeleted(Admin admin, PayloadRef payload) {
    TopicPartition partition = new TopicPartition(Topics.PAYLOADS.name(), payload.partition());
    try {
      long first =
          admin
              .listOffsets(Map.of(partition, OffsetSpec.earliest()))
              .partitionResult(partition)
              .get()
              .offset();
      return payload.offsets().stream().anyMatch(offset -> offset < first);
    } catch (ExecutionException e) {
      throw new IllegalStateException(partition + " has no beginning", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static List<String> ofProvider(Trail trail, KompaktConfig config, FakeUpstream upstream) {
    List<Call> calls =
        upstream.everyCall().stream().filter(call -> BOUGHT.contains(call.endpoint())).toList();
    List<String> violations = new ArrayList<>(Purchases.violations(trail, calls.size()));
    violations.addAll(
        QuotaUse.violations(calls.stream().map(Charge::of).toList(), allowed(config)));
    upstream.violations().forEach(what -> violations.add("a provider would refuse " + what));
    return violations;
  }

  private static List<QuotaUse.Allowed> allowed(KompaktConfig config) {
    List<QuotaUse.Allowed> allowed = new ArrayList<>();
    for (KompaktConfig.Account account : config.accounts()) {
      if (account.apiKey() != null) {
        KompaktConfig.Quota quota = Objects.requireNonNull(account.quota());
        allowed.add(
            new QuotaUse.Allowed(
                account.id().value(),
                "Bearer " + account.apiKey().resolve("accounts." + account.id()),
                quota.concurrency(),
                quota.requestsPerMinute(),
                quota.tokensPerMinute()));
      }
    }
    return allowed;
  }
}
