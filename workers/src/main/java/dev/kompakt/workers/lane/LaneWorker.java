package dev.kompakt.workers.lane;

import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.bootstrap.kafka.KafkaClients;
import dev.kompakt.bootstrap.observe.Check;
import dev.kompakt.bootstrap.observe.Meter;
import dev.kompakt.bootstrap.observe.Meters;
import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.id.CompactionId;
import dev.kompakt.schemas.record.Job;
import dev.kompakt.workers.quota.AdmissionQueue;
import dev.kompakt.workers.quota.Limits;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;

/// This process' part of the lanes: takes jobs while it runs and has attempts carry them out.
public final class LaneWorker {
  private final int laneCount;
  private final Lanes lanes;
  private final LaneConsumer consumer;
  private final OutcomesReader outcomes;
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("attempt-", 0).factory());

  /// Makes it; nothing runs before [#start].
  ///
  /// @param worker this worker's name
  /// @param ended whether a job's compaction has ended since the job was made
  /// @param ready no job is taken before
  public LaneWorker(
      String worker,
      KompaktConfig config,
      KafkaClients clients,
      Attempts attempts,
      Predicate<Job> ended,
      CompletableFuture<Void> ready,
      Meters meters,
      InstantSource clock) {
    Map<AccountId, Limits> limits = new HashMap<>();
    config.accounts().forEach(account -> limits.put(account.id(), limits(account.limits())));
    AdmissionQueue<JobTicket> queue =
        new AdmissionQueue<>(
            config.worker().concurrency(),
            config.worker().localConcurrency(),
            account -> limits.getOrDefault(account, Limits.of(1)));
    laneCount = config.kafka().lanes();
    // a broker inside this process serves no other, so whoever worked before is gone
    boolean alone = config.kafka().embedded();
    outcomes =
        new OutcomesReader(
            clients, config.upstream().totalTimeout(), () -> new Handover(worker, alone), clock);
    Membership membership = new Membership(System::nanoTime);
    lanes =
        new Lanes(
            queue,
            attempts,
            threads,
            ended,
            outcomes,
            this::progressed,
            membership,
            new QuotaClock(clock, System::nanoTime));
    consumer = new LaneConsumer(worker, clients, lanes, membership, ready, clock);
    meters.gauge(Meter.ATTEMPTS_RUNNING, lanes::active);
    meters.gauge(Meter.JOBS_WAITING, lanes::waiting);
    meters.gauge(Meter.LANES, lanes::count);
    for (AccountId account : limits.keySet()) {
      meters.gauge(Meter.ACCOUNT_IN_FLIGHT, () -> queue.running(account), account.value());
    }
  }

  private static Limits limits(KompaktConfig.Quota quota) {
    return new Limits(quota.parallel(), quota.requestsPerMinute(), quota.tokensPerMinute());
  }

  private void progressed() {
    consumer.progressed();
  }

  /// Joins the group.
  public void start() {
    outcomes.start(lanes);
    consumer.start();
  }

  /// Whether the account's lane is this worker's; that of no other then.
  public boolean owns(AccountId account) {
    return lanes.owns(OutcomesReader.lane(account.value(), laneCount));
  }

  /// Whether it is a member of the group; failed if it never will be again.
  public Check check() {
    return consumer.check();
  }

  /// A compaction has ended: its attempts stop, its waiting jobs are not begun.
  public void ended(CompactionId compaction) {
    lanes.ended(compaction);
  }

  /// Takes no more jobs, waits for attempts, commits and leaves the group.
  ///
  /// @param grace how long attempts are waited for; then they are abandoned
  public void close(Duration grace) {
    consumer.close(grace);
    outcomes.close();
    threads.shutdownNow();
  }
}
