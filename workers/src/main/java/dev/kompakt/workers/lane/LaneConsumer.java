package dev.kompakt.workers.lane;

import dev.kompakt.bootstrap.kafka.KafkaClients;
import dev.kompakt.bootstrap.observe.Meter;
import dev.kompakt.bootstrap.observe.Meters;
import dev.kompakt.schemas.record.Job;
import dev.kompakt.schemas.topic.Topics;
import dev.kompakt.schemas.topic.UnreadableRecordException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The poll thread: takes jobs from the lanes this worker owns and commits what is finished. The
/// consumer is touched by this thread alone, but for waking it.
final class LaneConsumer implements AutoCloseable {
  static final String GROUP = "kompakt-workers";

  private static final Logger LOG = LoggerFactory.getLogger(LaneConsumer.class);
  private static final Duration IDLE_POLL = Duration.ofSeconds(1);
  private static final Duration COMMIT_EVERY = Duration.ofMillis(100);
  private static final Duration COMMIT_DEADLINE = Duration.ofSeconds(5);
  private static final Duration CLOSE_DEADLINE = Duration.ofSeconds(5);
  private static final Duration PAUSE = Duration.ofMillis(50);
  private static final int MOST_POLLED = 100;

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Lanes lanes;
  private final CompletableFuture<Void> ready;
  private final Meters meters;
  private final Thread thread = Thread.ofPlatform().name("worker-lanes").unstarted(this::run);
  private final Set<TopicPartition> fresh = new HashSet<>();
  private final AtomicBoolean progress = new AtomicBoolean();
  private long lastCommit = System.nanoTime();
  private volatile boolean joined;
  private volatile @Nullable Duration grace;

  /// Makes the consumer; it joins once it is started.
  ///
  /// @param ready no job is taken before
  LaneConsumer(KafkaClients clients, Lanes lanes, CompletableFuture<Void> ready, Meters meters) {
    this.lanes = lanes;
    this.ready = ready;
    this.meters = meters;
    Map<String, Object> settings = new HashMap<>();
    settings.put(ConsumerConfig.GROUP_ID_CONFIG, GROUP);
    settings.put(ConsumerConfig.GROUP_PROTOCOL_CONFIG, "classic");
    settings.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, 10_000);
    settings.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, 3_000);
    settings.put(
        ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
        CooperativeStickyAssignor.class.getName());
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    settings.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 250);
    settings.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, 4 << 20);
    settings.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 512 << 10);
    settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, MOST_POLLED);
    consumer = clients.consumer("lanes", settings);
  }

  void start() {
    thread.start();
  }

  /// Whether it is a member of the group.
  boolean joined() {
    return joined && thread.isAlive();
  }

  /// Something may be committed. Any thread.
  void progressed() {
    if (progress.compareAndSet(false, true) && !Thread.currentThread().equals(thread)) {
      consumer.wakeup();
    }
  }

  /// Takes no more jobs, waits until attempts have ended, commits and leaves.
  ///
  /// @param most how long attempts are waited for; then they are abandoned
  void close(Duration most) {
    lanes.drain();
    grace = most;
    consumer.wakeup();
    try {
      thread.join(most.plus(CLOSE_DEADLINE).plus(COMMIT_DEADLINE).plus(CLOSE_DEADLINE));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    close(Duration.ZERO);
  }

  private void run() {
    try {
      awaitReady();
      consumer.subscribe(List.of(Topics.JOBS.name()), new Rebalances());
      while (grace == null) {
        turn();
      }
      finish();
    } catch (Throwable e) {
      LOG.atError().setCause(e).log("the lanes' thread ended, this worker takes no more jobs");
      throw e;
    } finally {
      joined = false;
      lanes.abandonAll();
      consumer.close(CloseOptions.timeout(CLOSE_DEADLINE));
    }
  }

  private void awaitReady() {
    while (grace == null && !ready.isDone()) {
      pause();
    }
  }

  private void turn() {
    try {
      poll();
      takeFresh();
      lanes.tick();
      flow();
      commitIfDue();
    } catch (WakeupException e) {
      // meant for the poll, which comes again
    } catch (KafkaException e) {
      LOG.atWarn()
          .addKeyValue("error", e.getClass().getSimpleName())
          .setCause(e)
          .log("taking jobs failed, trying again");
      pause();
    }
  }

  private void poll() {
    try {
      deliver(consumer.poll(progress.get() ? untilCommit() : IDLE_POLL));
    } catch (WakeupException e) {
      // there is something to do
    }
  }

  private Duration untilCommit() {
    Duration since = Duration.ofNanos(System.nanoTime() - lastCommit);
    return since.compareTo(COMMIT_EVERY) >= 0 ? Duration.ZERO : COMMIT_EVERY.minus(since);
  }

  private void deliver(ConsumerRecords<byte[], byte[]> records) {
    for (ConsumerRecord<byte[], byte[]> record : records) {
      byte[] value = record.value();
      lanes.delivered(
          record.partition(),
          record.offset(),
          value == null ? null : decode(record, value),
          record.serializedValueSize(),
          Instant.ofEpochMilli(record.timestamp()));
    }
    records
        .nextOffsets()
        .forEach((partition, next) -> lanes.readTo(partition.partition(), next.offset()));
    if (!records.isEmpty()) {
      progress.set(true);
    }
  }

  private @Nullable Job decode(ConsumerRecord<byte[], byte[]> record, byte[] value) {
    try {
      return Topics.JOBS.values().decode(value);
    } catch (UnreadableRecordException e) {
      meters.count(Meter.UNREADABLE_RECORDS, Topics.JOBS.name());
      LOG.atError()
          .addKeyValue("lane", record.partition())
          .addKeyValue("offset", record.offset())
          .addKeyValue("error", e.getMessage())
          .log("a job cannot be read and is passed over");
      return null;
    }
  }

  /// Lanes assigned in the last poll stay paused until it is known where they stand.
  private void takeFresh() {
    if (fresh.isEmpty()) {
      return;
    }
    Set<TopicPartition> taken = Set.copyOf(fresh);
    Map<TopicPartition, OffsetAndMetadata> committed = consumer.committed(taken);
    Map<TopicPartition, Long> begins = consumer.beginningOffsets(taken);
    Map<TopicPartition, Long> ends = consumer.endOffsets(taken);
    for (TopicPartition partition : taken) {
      OffsetAndMetadata position = committed.get(partition);
      long begin = begins.getOrDefault(partition, 0L);
      lanes.assigned(
          partition.partition(),
          position == null ? begin : position.offset(),
          position == null ? CommitMetadata.none() : decode(partition, position.metadata()),
          ends.getOrDefault(partition, begin));
    }
    fresh.removeAll(taken);
  }

  private static CommitMetadata decode(TopicPartition partition, String metadata) {
    try {
      return CommitMetadata.decode(metadata);
    } catch (IllegalArgumentException e) {
      LOG.atWarn()
          .addKeyValue("lane", partition.partition())
          .log("what was committed beside the offset is not ours, jobs beyond it may repeat");
      return CommitMetadata.none();
    }
  }

  private void flow() {
    Set<TopicPartition> paused = consumer.paused();
    Set<TopicPartition> pause = new HashSet<>();
    Set<TopicPartition> resume = new HashSet<>();
    for (TopicPartition partition : consumer.assignment()) {
      boolean isPaused = paused.contains(partition);
      boolean wanted =
          !fresh.contains(partition) && lanes.wantsMore(partition.partition(), isPaused);
      if (wanted == isPaused) {
        (wanted ? resume : pause).add(partition);
      }
    }
    consumer.pause(pause);
    consumer.resume(resume);
  }

  private void commitIfDue() {
    if (!progress.get() || untilCommit().isPositive()) {
      return;
    }
    progress.set(false);
    lastCommit = System.nanoTime();
    Map<Integer, Lane.Position> positions = lanes.toCommit();
    if (!positions.isEmpty()) {
      consumer.commitAsync(
          offsets(positions),
          (_, failure) -> {
            if (failure != null) {
              LOG.atDebug()
                  .addKeyValue("error", failure.getClass().getSimpleName())
                  .log("a commit failed, the next one makes up for it");
              lanes.notCommitted(positions.keySet());
              progress.set(true);
            }
          });
    }
  }

  private void finish() {
    Duration most = grace == null ? Duration.ZERO : grace;
    long began = System.nanoTime();
    while (lanes.active() > 0 && System.nanoTime() - began < most.toNanos()) {
      turn();
    }
    if (lanes.active() > 0) {
      LOG.atWarn()
          .addKeyValue("attempts", lanes.active())
          .log("attempts still run after the grace and are abandoned, their jobs will be repeated");
      lanes.abandonAll();
    }
    commitNow(lanes.toCommit());
  }

  /// Commits and waits.
  ///
  /// @return whether it is committed
  private boolean commitNow(Map<Integer, Lane.Position> positions) {
    if (positions.isEmpty()) {
      return true;
    }
    for (int attempt = 0; attempt < 2; attempt++) {
      try {
        consumer.commitSync(offsets(positions), COMMIT_DEADLINE);
        return true;
      } catch (WakeupException e) {
        // meant for the poll, which comes again
      } catch (KafkaException e) {
        LOG.atWarn()
            .addKeyValue("error", e.getClass().getSimpleName())
            .log("a lane's position was not committed");
        return false;
      }
    }
    return false;
  }

  private static Map<TopicPartition, OffsetAndMetadata> offsets(
      Map<Integer, Lane.Position> positions) {
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    positions.forEach(
        (lane, position) ->
            offsets.put(
                new TopicPartition(Topics.JOBS.name(), lane),
                new OffsetAndMetadata(position.offset(), position.metadata())));
    return offsets;
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private final class Rebalances implements ConsumerRebalanceListener {
    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      joined = true;
      if (!partitions.isEmpty()) {
        consumer.pause(partitions);
        fresh.addAll(partitions);
        consumer.wakeup();
      }
      log("assigned", partitions);
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      fresh.removeAll(partitions);
      if (!commitNow(lanes.revoked(numbers(partitions)))) {
        lanes.lost(numbers(partitions));
      }
      log("revoked", partitions);
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> partitions) {
      fresh.removeAll(partitions);
      lanes.lost(numbers(partitions));
      log("lost", partitions);
    }

    private static Set<Integer> numbers(Collection<TopicPartition> partitions) {
      Set<Integer> numbers = new HashSet<>();
      partitions.forEach(partition -> numbers.add(partition.partition()));
      return numbers;
    }

    private static void log(String what, Collection<TopicPartition> partitions) {
      if (!partitions.isEmpty()) {
        LOG.atInfo().addKeyValue("lanes", numbers(partitions)).log("lanes {}", what);
      }
    }
  }
}
