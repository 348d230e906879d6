package dev.kompakt.workers.lane;

import dev.kompakt.bootstrap.fault.CrashPoint;
import dev.kompakt.schemas.topic.Topics;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Commits lanes' positions: soon after they changed, several changes in one commit; and now and
/// then without a change while there is work, which shows that this worker still is a member. Used
/// by the poll thread, but for [#note].
final class LaneCommits {
  private static final Logger LOG = LoggerFactory.getLogger(LaneCommits.class);
  private static final Duration EVERY = Duration.ofMillis(100);
  private static final Duration DEADLINE = Duration.ofSeconds(5);

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Lanes lanes;
  private final Membership membership;
  private final AtomicBoolean due = new AtomicBoolean();
  private long last = System.nanoTime();

  LaneCommits(KafkaConsumer<byte[], byte[]> consumer, Lanes lanes, Membership membership) {
    this.consumer = consumer;
    this.lanes = lanes;
    this.membership = membership;
  }

  /// Something may be committed. Any thread.
  ///
  /// @return whether that is news
  boolean note() {
    return due.compareAndSet(false, true);
  }

  /// How long a poll may take before something is to be committed.
  Duration within(Duration idle) {
    if (!due.get()) {
      return idle;
    }
    return untilNext();
  }

  private Duration untilNext() {
    Duration since = Duration.ofNanos(System.nanoTime() - last);
    return since.compareTo(EVERY) >= 0 ? Duration.ZERO : EVERY.minus(since);
  }

  /// Commits without waiting, if it is time.
  void commitIfDue() {
    boolean stale = lanes.busy() && membership.stale();
    if (!(due.get() || stale) || untilNext().isPositive()) {
      return;
    }
    due.set(false);
    last = System.nanoTime();
    Map<Integer, Lane.Position> changed = lanes.toCommit();
    Map<Integer, Lane.Position> positions =
        changed.isEmpty() && stale ? lanes.anyPosition() : changed;
    if (!positions.isEmpty()) {
      long sentAt = membership.now();
      consumer.commitAsync(
          offsets(positions),
          (_, failure) -> {
            if (failure == null) {
              membership.shown(sentAt);
              CrashPoint.WORKER_POSITION_COMMITTED.pass();
            } else {
              LOG.atDebug()
                  .addKeyValue("error", failure.getClass().getSimpleName())
                  .log("a commit failed, the next one makes up for it");
              lanes.notCommitted(positions.keySet());
              due.set(true);
            }
          });
    }
  }

  /// Commits and waits.
  ///
  /// @return whether it is committed
  boolean commitNow(Map<Integer, Lane.Position> positions) {
    if (positions.isEmpty()) {
      return true;
    }
    for (int attempt = 0; attempt < 2; attempt++) {
      try {
        consumer.commitSync(offsets(positions), DEADLINE);
        CrashPoint.WORKER_POSITION_COMMITTED.pass();
        return true;
      } catch (WakeupException e) {
        // meant for the poll, which comes again
      } catch (KafkaException e) {
        LOG.atWarn()
            .addKeyValue("error", e.getClass().getSimpleName())
            .log("lanes' positions were not committed");
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
}
