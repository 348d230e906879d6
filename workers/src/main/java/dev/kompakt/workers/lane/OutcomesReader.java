package dev.kompakt.workers.lane;

import dev.kompakt.bootstrap.kafka.KafkaClients;
import dev.kompakt.schemas.record.AttemptEvent;
import dev.kompakt.schemas.topic.Topics;
import dev.kompakt.schemas.topic.UnreadableRecordException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads back what former owners of lanes reported, and follows it as long as it matters. Holds a
/// consumer only while it reads.
final class OutcomesReader implements ReadBack, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OutcomesReader.class);
  private static final Duration POLL = Duration.ofMillis(200);

  /// Calls count against quotas for so long after they ended.
  private static final Duration QUOTA_WINDOW = Duration.ofMinutes(1);

  /// How far clocks may be apart.
  private static final Duration MARGIN = Duration.ofMinutes(1);

  private record Request(int lane, long assignment, Instant from) {}

  private final KafkaClients clients;
  private final Duration longestAttempt;
  private final Supplier<Handover> fresh;
  private final InstantSource clock;
  private final BlockingQueue<Request> requests = new LinkedBlockingQueue<>();
  private final Thread thread =
      Thread.ofPlatform().daemon().name("worker-outcomes").unstarted(this::run);
  private volatile @Nullable Lanes lanes;
  private volatile boolean closed;

  /// Makes a reader that does nothing until asked.
  ///
  /// @param longestAttempt what began earlier no longer runs
  /// @param fresh makes what events are folded into
  OutcomesReader(
      KafkaClients clients,
      Duration longestAttempt,
      Supplier<Handover> fresh,
      InstantSource clock) {
    this.clients = clients;
    this.longestAttempt = longestAttempt;
    this.fresh = fresh;
    this.clock = clock;
  }

  void start(Lanes told) {
    lanes = told;
    thread.start();
  }

  @Override
  public void of(int lane, long assignment, Instant from) {
    requests.add(new Request(lane, assignment, from));
  }

  private void run() {
    Map<Integer, Request> asked = new HashMap<>();
    while (!closed) {
      try {
        if (asked.isEmpty() && lanes().followingOutcomes().isEmpty()) {
          add(requests.take(), asked);
        }
        follow(asked);
      } catch (InterruptedException | InterruptException e) {
        return;
      } catch (KafkaException e) {
        LOG.atWarn()
            .addKeyValue("error", e.getClass().getSimpleName())
            .log("reading back outcomes failed, trying again; jobs taken over wait for it");
        if (!paused()) {
          return;
        }
      }
    }
  }

  private static void add(Request request, Map<Integer, Request> asked) {
    asked.put(request.lane(), request);
  }

  private void follow(Map<Integer, Request> asked) throws InterruptedException {
    try (KafkaConsumer<byte[], byte[]> consumer =
            clients.consumer("outcomes", Map.of(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, 4 << 20));
        Colleagues colleagues = new Colleagues(clients)) {
      try {
        follow(asked, consumer, colleagues);
      } finally {
        // a consumer that is closed while its thread is interrupted complains
        var _ = Thread.interrupted();
      }
    }
  }

  private void follow(
      Map<Integer, Request> asked, KafkaConsumer<byte[], byte[]> consumer, Colleagues colleagues)
      throws InterruptedException {
    int laneCount = consumer.partitionsFor(Topics.JOBS.name()).size();
    List<TopicPartition> partitions =
        consumer.partitionsFor(Topics.OUTCOMES.name()).stream()
            .map(p -> new TopicPartition(Topics.OUTCOMES.name(), p.partition()))
            .toList();
    consumer.assign(partitions);
    Map<Integer, Handover> folds = new HashMap<>();
    Map<TopicPartition, Long> ends = Map.of();
    boolean fromTheStart = true;
    while (!closed) {
      for (Request more = requests.poll(); more != null; more = requests.poll()) {
        add(more, asked);
        fromTheStart = true;
      }
      if (fromTheStart) {
        ends = consumer.endOffsets(partitions);
        seek(consumer, ends, asked);
        folds.clear();
        asked.keySet().forEach(lane -> folds.put(lane, fresh.get()));
        fromTheStart = false;
      }
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        apply(record, laneCount, folds);
      }
      if (!asked.isEmpty() && readTo(consumer, ends)) {
        folds.forEach((lane, fold) -> answer(asked.get(lane), fold));
        asked.clear();
        folds.clear();
      }
      Set<String> gone = colleagues.gone(lanes().awaited());
      if (!gone.isEmpty()) {
        lanes().gone(gone);
      }
      if (asked.isEmpty() && lanes().followingOutcomes().isEmpty()) {
        return;
      }
    }
  }

  private void answer(@Nullable Request request, Handover fold) {
    if (request != null) {
      lanes().handedOver(request.lane(), request.assignment(), fold);
    }
  }

  private void seek(
      KafkaConsumer<byte[], byte[]> consumer,
      Map<TopicPartition, Long> ends,
      Map<Integer, Request> asked) {
    Instant now = clock.instant();
    Instant from = now.minus(QUOTA_WINDOW);
    for (Request request : asked.values()) {
      from = request.from().isBefore(from) ? request.from() : from;
    }
    Instant earliest = now.minus(longestAttempt);
    from = from.isBefore(earliest) ? earliest : from;
    long millis = Math.max(0, from.minus(MARGIN).toEpochMilli());
    Map<TopicPartition, Long> times = new HashMap<>();
    ends.keySet().forEach(partition -> times.put(partition, millis));
    Map<TopicPartition, OffsetAndTimestamp> found = consumer.offsetsForTimes(times);
    ends.forEach(
        (partition, end) -> {
          OffsetAndTimestamp start = found.get(partition);
          consumer.seek(partition, start == null ? end : start.offset());
        });
    LOG.atDebug().addKeyValue("lanes", asked.keySet()).log("reading back outcomes");
  }

  private static boolean readTo(
      KafkaConsumer<byte[], byte[]> consumer, Map<TopicPartition, Long> ends) {
    return ends.entrySet().stream().allMatch(e -> consumer.position(e.getKey()) >= e.getValue());
  }

  private void apply(
      ConsumerRecord<byte[], byte[]> record, int laneCount, Map<Integer, Handover> folds) {
    try {
      if (!(Topics.OUTCOMES.values().decode(record.value()) instanceof AttemptEvent event)) {
        return;
      }
      int lane = lane(event, laneCount);
      Handover fold = folds.get(lane);
      if (fold != null) {
        fold.apply(event);
      }
      lanes().reported(lane, event);
    } catch (UnreadableRecordException e) {
      clients.unreadable().passedOver(record, e);
    }
  }

  /// The lane of the attempt's job, as Kafka chose it by the job's key.
  private static int lane(AttemptEvent event, int laneCount) {
    String key =
        switch (event) {
          case AttemptEvent.AttemptStarted e -> e.account().value();
          case AttemptEvent.AttemptFinished e ->
              e.account() == null ? e.attempt().compaction().value() : e.account().value();
        };
    return lane(key, laneCount);
  }

  /// The lane of jobs with this key.
  static int lane(String key, int laneCount) {
    byte[] bytes = Topics.JOBS.keys().encode(key);
    return Utils.toPositive(Utils.murmur2(bytes)) % laneCount;
  }

  private Lanes lanes() {
    return Objects.requireNonNull(lanes, "not started");
  }

  private static boolean paused() {
    try {
      Thread.sleep(1_000);
      return true;
    } catch (InterruptedException e) {
      return false;
    }
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
  }
}
