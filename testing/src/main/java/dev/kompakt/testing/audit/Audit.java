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
import dev.kompakt.testing.Canaries;
import dev.kompakt.testing.Deployment;
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
/// provider's own clock, and nothing is left to do. Ordinary turns are in no quota: each ingress
/// holds them to the concurrency for itself alone.
///
/// The provider must have been the only one since the deployment's start, and always have
/// summarized by [#receipt], or in words that begin with it; accounts are told apart by their API
/// keys.
public final class Audit {
  private static final Duration SETTLED = Duration.ofSeconds(30);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(250);
  private static final Set<Call.Endpoint> BOUGHT =
      Set.of(Call.Endpoint.COMPACT, Call.Endpoint.TRIGGER, Call.Endpoint.SUMMARY);

  private Audit() {}

  /// A summary that tells which marks it was made of, and holds what no log may.
  public static String receipt(Call call) {
    return call.marks().stream()
        .distinct()
        .map(Marks::mark)
        .collect(Collectors.joining(" ", "Summary of ", ". " + Canaries.TEXT));
  }

  /// Everything that does not hold, in plain words; to be empty. Gives what is still on its way 30
  /// s to end, so all processes should be up.
  public static List<String> violations(Deployment kompakt, FakeUpstream upstream) {
    return violations(kompakt, upstream, List.of());
  }

  /// The same, but for what no owner of a lane can prevent.
  ///
  /// @param ranOn calls that ran on after their worker's lanes were given to another
  public static List<String> violations(
      Deployment kompakt, FakeUpstream upstream, List<RanOn> ranOn) {
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
          open.addAll(ofProvider(trail, config, upstream, ranOn));
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

  private static List<String> ofProvider(
      Trail trail, KompaktConfig config, FakeUpstream upstream, List<RanOn> ranOn) {
    List<Call> bought =
        upstream.everyCall().stream().filter(call -> BOUGHT.contains(call.endpoint())).toList();
    List<Call> calls = bought.stream().filter(Audit::byWorker).toList();
    List<String> violations =
        new ArrayList<>(Purchases.violations(trail, calls.size(), bought.size() - calls.size()));
    violations.addAll(
        QuotaUse.violations(
            calls.stream().map(call -> charge(call, ranOn)).toList(), allowed(config)));
    for (Call call : upstream.everyCall()) {
      call.violations().forEach(what -> violations.add("a provider would refuse " + what));
    }
    return violations;
  }

  /// A turn has the `User-Agent` of its client.
  private static boolean byWorker(Call call) {
    return call.header("user-agent").filter("kompakt"::equals).isPresent();
  }

  private static Charge charge(Call call, List<RanOn> ranOn) {
    Charge charge = Charge.of(call);
    return ranOn.stream()
        .filter(one -> one.call() == call)
        .findFirst()
        .map(one -> charge.endingBy(one.since()))
        .orElse(charge);
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
