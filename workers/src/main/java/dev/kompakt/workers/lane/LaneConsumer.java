package dev.kompakt.workers.lane;

import dev.kompakt.bootstrap.kafka.Groups;
import dev.kompakt.bootstrap.kafka.KafkaClients;
import dev.kompakt.bootstrap.observe.Check;
import dev.kompakt.schemas.record.Job;
import dev.kompakt.schemas.topic.Topics;
import dev.kompakt.schemas.topic.UnreadableRecordException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The poll thread: takes jobs from the lanes this worker owns and commits what is finished. The
/// consumer is touched by this thread alone, but for waking it.
final class LaneConsumer {
  private static final Logger LOG = LoggerFactory.getLogger(LaneConsumer.class);
  private static final Duration IDLE_POLL = Duration.ofSeconds(1);
  private static final Duration PAUSE = Duration.ofMillis(50);
  private static final Duration CLOSE_DEADLINE = Duration.ofSeconds(5);
  private static final int MOST_POLLED = 100;

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Lanes lanes;
  private final LaneCommits commits;
  private final LaneAssignments assignments;
  private final CompletableFuture<Void> ready;
  private final UnreadableJobs unreadable;
  private final Thread thread =
      Thread.ofPlatform().daemon().name("worker-lanes").unstarted(this::run);
  private volatile @Nullable Duration grace;
  private volatile @Nullable Throwable failure;

  /// Makes the consumer; it joins once it is started.
  ///
  /// @param worker this worker's name
  /// @param membership is told when the group takes this worker for a member
  /// @param ready no job is taken before
  LaneConsumer(
      String worker,
      KafkaClients clients,
      Lanes lanes,
      Membership membership,
      CompletableFuture<Void> ready,
      InstantSource clock) {
    this.lanes = lanes;
    this.ready = ready;
    unreadable = new UnreadableJobs(clients, clock);
    consumer = clients.consumer(Colleagues.purpose(worker), settings());
    commits = new LaneCommits(consumer, lanes, membership);
    assignments = new LaneAssignments(consumer, lanes, commits);
  }

  private static Map<String, Object> settings() {
    Map<String, Object> settings = new HashMap<>();
    settings.put(ConsumerConfig.GROUP_ID_CONFIG, Groups.WORKERS);
    settings.put(ConsumerConfig.GROUP_PROTOCOL_CONFIG, "classic");
    settings.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, 6_000);
    settings.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, 1_000);
    settings.put(
        ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
        CooperativeStickyAssignor.class.getName());
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    settings.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 250);
    settings.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, 4 << 20);
    settings.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 512 << 10);
    settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, MOST_POLLED);
    return settings;
  }

  void start() {
    thread.start();
  }

  /// Whether it is a member of the group; failed if its thread has died.
  Check check() {
    Throwable died = failure;
    if (died != null) {
      return new Check.Failed(
          "the worker cannot take jobs any more ("
              + died.getClass().getSimpleName()
              + "); see the log");
    }
    return assignments.joined() && thread.isAlive() ? new Check.Holds() : new Check.NotYet();
  }

  /// Something may be committed. Any thread.
  void progressed() {
    if (commits.note() && !Thread.currentThread().equals(thread)) {
      consumer.wakeup();
    }
  }

  /// Takes no more jobs, waits until attempts have ended, commits and leaves.
  ///
  /// @param most how long attempts are waited for; then they are abandoned
  void close(Duration most) {
    lanes.drain();
    grace = most;
    if (thread.getState() == Thread.State.NEW) {
      consumer.close(CloseOptions.timeout(CLOSE_DEADLINE));
      return;
    }
    consumer.wakeup();
    try {
      thread.join(most.plus(CLOSE_DEADLINE.multipliedBy(3)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      while (grace == null && !ready.isDone()) {
        pause();
      }
      consumer.subscribe(List.of(Topics.JOBS.name()), assignments);
      while (grace == null) {
        turn();
      }
      finish();
    } catch (Throwable e) {
      LOG.atError().setCause(e).log("the lanes' thread ended, this worker takes no more jobs");
      failure = e;
      throw e;
    } finally {
      lanes.abandonAll();
      consumer.close(CloseOptions.timeout(CLOSE_DEADLINE));
    }
  }

  private void turn() {
    try {
      poll();
      assignments.takeFresh();
      lanes.tick();
      assignments.regulate();
      commits.commitIfDue();
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
      deliver(consumer.poll(commits.within(lanes.idle(IDLE_POLL))));
    } catch (WakeupException e) {
      // there is something to do
    }
  }

  private void deliver(ConsumerRecords<byte[], byte[]> records) {
    for (ConsumerRecord<byte[], byte[]> record : records) {
      lanes.delivered(
          record.partition(),
          record.offset(),
          decode(record),
          record.serializedValueSize(),
          Instant.ofEpochMilli(record.timestamp()));
    }
    records
        .nextOffsets()
        .forEach((partition, next) -> lanes.readTo(partition.partition(), next.offset()));
    if (!records.nextOffsets().isEmpty()) {
      var _ = commits.note();
    }
  }

  private @Nullable Job decode(ConsumerRecord<byte[], byte[]> record) {
    try {
      if (record.value() == null) {
        throw new UnreadableRecordException("record has no value");
      }
      return Topics.JOBS.values().decode(record.value());
    } catch (UnreadableRecordException e) {
      unreadable.setAside(record, e);
      return null;
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
    var _ = commits.commitNow(lanes.toCommit());
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
