package dev.kompakt.ingress.http;

import static org.awaitility.Awaitility.await;

import dev.kompakt.bootstrap.config.ConfigLoader;
import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.bootstrap.credential.Credentials;
import dev.kompakt.bootstrap.observe.Meters;
import dev.kompakt.bootstrap.seal.CheckpointSeal;
import dev.kompakt.bootstrap.seal.SealingKey;
import dev.kompakt.ingress.admission.BufferMemory;
import dev.kompakt.ingress.publish.Chunking;
import dev.kompakt.ingress.publish.IdempotencyKeys;
import dev.kompakt.ingress.publish.StatusFeed;
import dev.kompakt.ingress.relay.Accounts;
import dev.kompakt.ingress.relay.Sessions;
import dev.kompakt.schemas.record.SessionBinding;
import dev.kompakt.schemas.record.Submission;
import dev.kompakt.schemas.record.TurnFinished;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/// The real data plane on a real socket, over a log in memory.
final class TestPlane implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(10);

  final MemoryLog log;
  final Meters meters = new Meters();
  final BufferMemory memory;
  final CheckpointSeal seal = new CheckpointSeal(new SealingKey(new byte[32]));
  final DataPlane plane;
  final Map<String, Long> tokens = new ConcurrentHashMap<>();
  final Accounts accounts;
  final Map<String, SessionBinding> sessions = new ConcurrentHashMap<>();
  final List<TurnFinished> turns = new CopyOnWriteArrayList<>();

  /// Whether a submission may not have been decided on.
  volatile boolean behind;

  private final AtomicLong shiftMillis = new AtomicLong();

  /// Starts one with these settings over defaults that are quick.
  ///
  /// @param settings key, value, key, value…
  static TestPlane with(String... settings) {
    TestPlane made = new TestPlane(config(settings), new BufferMemory(64 << 20));
    made.plane.start();
    return made;
  }

  /// Starts one that closes connections on which nothing is read for so long.
  static TestPlane withReadTimeout(Duration timeout, String... settings) {
    TestPlane made = new TestPlane(config(settings), new BufferMemory(64 << 20));
    made.plane.start(timeout);
    return made;
  }

  /// Starts one that lends no more memory than a body of any length takes.
  static TestPlane withLeastMemory(String... settings) {
    TestPlane made = new TestPlane(config(settings), new BufferMemory(1));
    made.plane.start();
    return made;
  }

  private static KompaktConfig config(String... settings) {
    Map<String, String> flags = new HashMap<>();
    flags.put("clientsFile", "/no/such/file");
    flags.put("ingress.listen", "127.0.0.1:0");
    flags.put("ingress.keepalive.firstAfter", "100ms");
    flags.put("ingress.keepalive.every", "50ms");
    for (int i = 0; i < settings.length; i += 2) {
      flags.put(settings[i], settings[i + 1]);
    }
    return ConfigLoader.load(null, Map.of(), flags);
  }

  private TestPlane(KompaktConfig config, BufferMemory memory) {
    this.memory = memory;
    InstantSource clock = () -> Instant.now().plusMillis(shiftMillis.get());
    StatusFeed feed = new StatusFeed();
    IdempotencyKeys keys = new IdempotencyKeys(clock);
    log = new MemoryLog(feed, keys);
    accounts = new Accounts(config, seal, meters, clock);
    plane =
        new DataPlane(
            config,
            new DataPlane.Log(
                log,
                log,
                _ -> behind,
                log,
                feed,
                keys,
                new Chunking(config, _ -> null, clock),
                (_, tenant) -> tokens.getOrDefault(tenant.value(), 0L),
                accounts,
                new Sessions(sessions::get, config.routing().sessionIdle()),
                turns::add),
            Credentials.ofKeys(config),
            seal,
            memory,
            meters,
            clock);
  }

  /// Lets time pass for everything decided by the clock.
  void pass(Duration time) {
    shiftMillis.addAndGet(time.toMillis());
  }

  Wire connect() throws IOException {
    return Wire.connect(plane.address());
  }

  /// The submission of this number, from 1, once it is there.
  Submission.Submitted submitted(int number) {
    eventually(() -> log.submitted().size() >= number);
    return log.submitted().get(number - 1);
  }

  /// The value of a meter as it is exported; 0 where it is not.
  double meter(String name) {
    return meters
        .scrape()
        .lines()
        .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  void awaitMeter(String name, double value) {
    eventually(() -> meter(name) == value);
  }

  static void eventually(Callable<Boolean> condition) {
    await()
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(5))
        .atMost(PATIENCE)
        .until(condition);
  }

  @Override
  public void close() {
    plane.close(Duration.ZERO);
  }
}
