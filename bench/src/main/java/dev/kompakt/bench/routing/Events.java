package dev.kompakt.bench.routing;

import com.sun.management.OperatingSystemMXBean;
import dev.kompakt.bench.process.Launcher;
import dev.kompakt.bench.report.BenchException;
import dev.kompakt.bootstrap.config.ConfigLoader;
import dev.kompakt.bootstrap.config.HostPort;
import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.bootstrap.kafka.KafkaClients;
import dev.kompakt.bootstrap.kafka.TopicFollower;
import dev.kompakt.bootstrap.kafka.TopicProvisioner;
import dev.kompakt.bootstrap.kafka.TopicWriter;
import dev.kompakt.bootstrap.observe.Health;
import dev.kompakt.bootstrap.observe.Logging;
import dev.kompakt.bootstrap.observe.Meters;
import dev.kompakt.router.RouterService;
import dev.kompakt.schemas.record.Report;
import dev.kompakt.schemas.topic.Topics;
import dev.kompakt.standalone.broker.EmbeddedBroker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;

/// How fast reports of calls go through the router's own topology, with the settings it runs with
/// (exactly once, RocksDB, changelogs): broker, router, writer and readers all in this JVM.
final class Events implements AutoCloseable {
  private static final Duration DEADLINE = Duration.ofMinutes(5);
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  private final Path directory;
  private final EmbeddedBroker broker;
  private final KafkaClients clients;
  private final RouterService router;
  private final Counted accounts = new Counted();
  private final Counted tenants = new Counted();
  private final TopicFollower<?, ?> accountView;
  private final TopicFollower<?, ?> tenantView;
  private final TopicWriter<String, Report> writer;
  private final SampleReports reports = new SampleReports();
  private long written;

  /// What was measured.
  ///
  /// @param events reports of upstream calls
  /// @param perSecond offered; 0 for all at once
  /// @param seconds from the first written to the last folded
  /// @param folded reports per second in that time
  /// @param behindMillis from the last written to the last folded
  /// @param cpuMicros CPU time of this JVM per report, with all there is in it
  record Row(
      int events,
      int perSecond,
      double seconds,
      double folded,
      double behindMillis,
      double cpuMicros) {}

  private Events(Path directory) throws IOException {
    this.directory = directory;
    Logging.configure(config("127.0.0.1:1").log());
    broker = EmbeddedBroker.start(directory.resolve("broker"), new HostPort("127.0.0.1", 0));
    KompaktConfig config = config(broker.bootstrap());
    clients = new KafkaClients(config.kafka(), "bench");
    try (Admin topics = clients.admin()) {
      new TopicProvisioner(config.kafka(), topics).provision();
    }
    Health health = new Health();
    router = RouterService.create(config, clients, new Meters(), health);
    writer = clients.writer(Topics.OUTCOMES);
    accountView =
        TopicFollower.follow(
            clients,
            Topics.ACCOUNTS,
            (_, key, status) -> accounts.is(key.value(), status == null ? 0 : status.calls()));
    tenantView =
        TopicFollower.follow(
            clients,
            Topics.TENANTS,
            (_, key, used) -> tenants.is(key.value(), used == null ? 0 : used.calls()));
    router.start();
  }

  /// Starts a broker and a router, and waits until the first reports have been folded.
  static Events start() {
    try {
      Events events = new Events(Files.createTempDirectory("kompakt-bench"));
      events.write(1_000, 0);
      events.awaitFolded();
      return events;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private KompaktConfig config(String bootstrap) throws IOException {
    Path file = Files.writeString(directory.resolve("kompakt.yaml"), reports.config());
    return ConfigLoader.load(
        file,
        Map.of(),
        Map.of(
            "kafka.bootstrap",
            bootstrap,
            "kafka.dataDir",
            directory.resolve("router").toString(),
            "log.level",
            "error"));
  }

  /// Writes reports and waits until they are folded.
  ///
  /// @param perSecond 0 for as fast as they can be written
  Row measure(int count, int perSecond) {
    long cpuBefore = cpuNanos();
    long began = System.nanoTime();
    write(count, perSecond);
    long last = System.nanoTime();
    awaitFolded();
    long ended = System.nanoTime();
    double seconds = (ended - began) / 1e9;
    return new Row(
        count,
        perSecond,
        seconds,
        count / seconds,
        (ended - last) / 1e6,
        (cpuNanos() - cpuBefore) / 1e3 / count);
  }

  private static long cpuNanos() {
    return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  private void write(int count, int perSecond) {
    long began = System.nanoTime();
    for (int i = 0; i < count; i++) {
      if (perSecond > 0) {
        long due = began + (long) (i * 1e9 / perSecond);
        while (due - System.nanoTime() > 0) {
          LockSupport.parkNanos(due - System.nanoTime());
        }
      }
      SampleReports.Keyed report = reports.next();
      var _ = writer.send(report.key(), report.report());
      written++;
    }
  }

  private void awaitFolded() {
    long deadline = System.nanoTime() + DEADLINE.toNanos();
    while (accounts.total() < written || tenants.total() < written) {
      if (System.nanoTime() > deadline) {
        throw new BenchException(
            "of %d reports, %d were folded into accounts and %d into tenants"
                .formatted(written, accounts.total(), tenants.total()));
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }

  @Override
  public void close() {
    router.close();
    accountView.close();
    tenantView.close();
    clients.close();
    broker.close();
    try {
      Launcher.delete(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
