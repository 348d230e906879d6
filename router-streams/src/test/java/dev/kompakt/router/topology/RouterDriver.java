package dev.kompakt.router.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.bootstrap.observe.Meters;
import dev.kompakt.bootstrap.route.Policy;
import dev.kompakt.router.decide.Fixtures;
import dev.kompakt.router.decide.Settings;
import dev.kompakt.router.limit.Limits;
import dev.kompakt.router.state.RouterStores;
import dev.kompakt.router.state.StoreMemory;
import dev.kompakt.schemas.record.AccountReport;
import dev.kompakt.schemas.record.AccountStatus;
import dev.kompakt.schemas.record.AttemptEvent;
import dev.kompakt.schemas.record.AttemptEvent.AttemptFinished;
import dev.kompakt.schemas.record.CompactionStatus;
import dev.kompakt.schemas.record.DeadLetter;
import dev.kompakt.schemas.record.Job;
import dev.kompakt.schemas.record.LearnedLimit;
import dev.kompakt.schemas.record.LimitKey;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.SessionBinding;
import dev.kompakt.schemas.record.Submission;
import dev.kompakt.schemas.record.TenantUsage;
import dev.kompakt.schemas.record.TurnFinished;
import dev.kompakt.schemas.record.Usage;
import dev.kompakt.schemas.topic.Topic;
import dev.kompakt.schemas.topic.Topics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/// The router's topology under [TopologyTestDriver], with the settings it runs with.
final class RouterDriver implements AutoCloseable {
  private static final List<String> STORES =
      List.of(
          RouterStores.SUBMISSIONS,
          RouterStores.STATES,
          RouterStores.TIMERS,
          RouterStores.STANDINGS,
          RouterStores.LIMITS,
          RouterStores.ACCOUNTS);

  /// How long a session stays bound that is not used.
  static final Duration IDLE = Duration.ofHours(24);

  /// One provider with two accounts.
  static final RouterSettings SETTINGS =
      new RouterSettings(Settings.DEFAULT, Policy.DEFAULT, IDLE, List.of(Fixtures.NATIVE));

  static final Usage USAGE = new Usage(10, 0, 1, 0);
  static final Limits LIMITS = new Limits(Duration.ofMinutes(30));

  final Meters meters = new Meters();
  final AccountFeed accounts = new AccountFeed();
  final Map<String, SessionBinding> sessions = new HashMap<>();
  final Map<LimitKey, LearnedLimit> known = new HashMap<>();
  final Published published = new Published(accounts, sessions::get, known::get);
  Instant now;

  private final RouterSettings settings;
  private final StoreMemory memory = new StoreMemory(16 << 20);
  private final Path stateDir;
  private TopologyTestDriver driver;
  private long payloads = 500;

  RouterDriver() {
    this(SETTINGS, Fixtures.START);
  }

  RouterDriver(RouterSettings settings, Instant start) {
    this.settings = settings;
    now = start;
    try {
      stateDir = Files.createTempDirectory("kompakt-router");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    driver = open();
  }

  private TopologyTestDriver open() {
    Properties config = new Properties();
    config.putAll(
        StreamsSettings.of(Map.of("bootstrap.servers", "none:1"), stateDir, 1, 1, memory));
    return new TopologyTestDriver(
        RouterTopology.build(settings, published, LIMITS, meters), config, now);
  }

  void submit(Submission submission) {
    pipe(Topics.SUBMISSIONS, submission.compaction(), submission);
  }

  void report(AttemptEvent event) {
    pipe(Topics.OUTCOMES, event.attempt().compaction().value(), event);
  }

  void report(TurnFinished turn) {
    pipe(Topics.OUTCOMES, turn.turn().value(), turn);
  }

  void report(AccountReport said) {
    pipe(Topics.OUTCOMES, said.key(), said);
  }

  /// A worker reports that it has succeeded.
  void succeed(Job job) {
    finish(job, new Outcome.Succeeded(Fixtures.payload(payloads++, 100), USAGE));
  }

  /// A worker reports that it has come to this.
  void finish(Job job, Outcome outcome) {
    report(finished(job, outcome));
  }

  AttemptFinished finished(Job job, Outcome outcome) {
    boolean called = job.account() != null;
    return new AttemptFinished(
        job.attempt(),
        now,
        "worker-1",
        job.provider(),
        job.account(),
        job.model(),
        job.mode(),
        called,
        called ? 12_000 : 0,
        outcome,
        null,
        null);
  }

  private <K, V> void pipe(Topic<K, V> topic, K key, V value) {
    pipe(topic.name(), topic.keys().encode(key), topic.values().encode(value));
  }

  void pipe(String topic, byte @Nullable [] key, byte @Nullable [] value) {
    TestInputTopic<byte[], byte[]> input =
        driver.createInputTopic(topic, new ByteArraySerializer(), new ByteArraySerializer());
    input.pipeInput(key, value, now);
  }

  void pass(Duration duration) {
    now = now.plus(duration);
    driver.advanceWallClockTime(duration);
  }

  List<Job> jobs() {
    return read(Topics.JOBS);
  }

  /// The one job sent since the last time this was asked.
  Job onlyJob() {
    List<Job> jobs = jobs();
    assertThat(jobs).hasSize(1);
    return jobs.getFirst();
  }

  List<CompactionStatus> statuses() {
    return read(Topics.COMPACTIONS);
  }

  List<DeadLetter> deadLetters() {
    return read(Topics.DEAD_LETTERS);
  }

  List<LearnedLimit> limits() {
    return read(Topics.LIMITS);
  }

  /// What has been published of accounts.
  List<AccountStatus> accountsNow() {
    return read(Topics.ACCOUNTS);
  }

  /// What is published of accounts in time.
  List<AccountStatus> accounts() {
    pass(FoldProcessor.LATEST);
    return read(Topics.ACCOUNTS);
  }

  /// What was bound since the last time this was asked; known to the router from then on.
  Map<String, SessionBinding> bound() {
    Map<String, SessionBinding> bound = new HashMap<>();
    driver
        .createOutputTopic(
            Topics.SESSIONS.name(), new ByteArrayDeserializer(), new ByteArrayDeserializer())
        .readKeyValuesToList()
        .forEach(
            entry ->
                bound.put(
                    Topics.SESSIONS.keys().decode(entry.key),
                    Topics.SESSIONS.values().decode(entry.value)));
    sessions.putAll(bound);
    return bound;
  }

  List<TenantUsage> tenants() {
    pass(FoldProcessor.LATEST);
    return read(Topics.TENANTS);
  }

  private <V> List<V> read(Topic<?, V> topic) {
    return driver
        .createOutputTopic(topic.name(), new ByteArrayDeserializer(), new ByteArrayDeserializer())
        .readValuesToList()
        .stream()
        .map(topic.values()::decode)
        .toList();
  }

  /// Entries of a store.
  Map<Bytes, byte[]> entries(String store) {
    Map<Bytes, byte[]> entries = new HashMap<>();
    KeyValueStore<Bytes, byte[]> from = driver.getKeyValueStore(store);
    try (KeyValueIterator<Bytes, byte[]> all = from.all()) {
      all.forEachRemaining(entry -> entries.put(entry.key, entry.value));
    }
    return entries;
  }

  /// Starts anew with nothing but what the stores hold, as after a crash.
  void restart() {
    Map<String, Map<Bytes, byte[]>> kept = new HashMap<>();
    STORES.forEach(store -> kept.put(store, entries(store)));
    driver.close();
    driver = open();
    kept.forEach(
        (store, entries) -> {
          KeyValueStore<Bytes, byte[]> to = driver.getKeyValueStore(store);
          entries.forEach(to::put);
        });
  }

  @Override
  public void close() {
    driver.close();
    memory.close();
    List<Path> left = new ArrayList<>();
    try (var files = Files.walk(stateDir)) {
      files.forEach(left::addFirst);
      for (Path path : left) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
