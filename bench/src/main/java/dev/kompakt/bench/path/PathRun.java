package dev.kompakt.bench.path;

import dev.kompakt.bench.process.Launcher;
import dev.kompakt.bench.process.RunningKompakt;
import dev.kompakt.bench.process.RunningKompakt.Layout;
import dev.kompakt.testing.FakeUpstream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/// One run of the whole path: starts what each part needs, measures, ends it again. Every part gets
/// a Kompakt of its own, with a directory of its own.
final class PathRun {
  private final Plan plan;
  private final Layout layout;
  private final Path home;

  /// Seeds of request bodies, never used twice.
  private final AtomicLong seeds = new AtomicLong(1L << 32);

  /// Latency and throughput of one Kompakt.
  record Speed(List<Latency.Row> latency, List<PathReport.Rate> throughput) {}

  /// Prepares a run.
  ///
  /// @param layout for latency and throughput
  /// @param home an empty directory for logs and records
  PathRun(Plan plan, Layout layout, Path home) {
    this.plan = plan;
    this.layout = layout;
    this.home = home;
  }

  Speed speed(boolean withLatency, boolean withThroughput)
      throws IOException, InterruptedException {
    List<Latency.Row> latency = new ArrayList<>();
    List<PathReport.Rate> rates = new ArrayList<>();
    try (FakeUpstream upstream = FakeUpstream.start(FakeUpstream.Options.FAST);
        RunningKompakt kompakt = start(layout, launcher("speed"), upstream, List.of())) {
      URI direct = URI.create(upstream.baseUrl() + "/responses/compact");
      if (withLatency) {
        latency(direct, kompakt.endpoint(), latency);
      }
      for (int clients : withThroughput ? plan.clients() : List.<Integer>of()) {
        say("throughput of " + clients + " clients");
        rates.add(
            new PathReport.Rate(
                throughput(direct, () -> Duration.ZERO).measure(clients),
                throughput(kompakt.endpoint(), kompakt::cpu).measure(clients)));
      }
    }
    return new Speed(latency, rates);
  }

  private void latency(URI direct, URI through, List<Latency.Row> rows) {
    try (HttpCaller toDirect = new HttpCaller(direct);
        HttpCaller toThrough = new HttpCaller(through)) {
      Latency latency = new Latency(toDirect, toThrough, seeds::getAndIncrement);
      for (Plan.Size size : plan.latency()) {
        say("latency at " + size.bytes() + " bytes");
        rows.add(latency.measure(size));
      }
    }
  }

  private Throughput throughput(URI endpoint, Supplier<Duration> cpu) {
    return new Throughput(endpoint, plan, seeds::getAndIncrement, cpu);
  }

  LargeBody.Row largeBody() throws IOException, InterruptedException {
    try (FakeUpstream upstream = FakeUpstream.start(FakeUpstream.Options.FAST);
        RunningKompakt kompakt = smallIngress(launcher("large-body"), upstream)) {
      say("one large body");
      return new LargeBody(seeds::getAndIncrement).measure(kompakt, plan.largeBodyBytes());
    }
  }

  private RunningKompakt smallIngress(Launcher launcher, FakeUpstream upstream)
      throws InterruptedException {
    return start(Layout.PROCESSES, launcher, upstream, List.of(Plan.INGRESS_HEAP));
  }

  private static RunningKompakt start(
      Layout how, Launcher launcher, FakeUpstream upstream, List<String> flags)
      throws InterruptedException {
    say("starting Kompakt, " + how);
    return RunningKompakt.start(how, launcher, upstream.baseUrl(), flags);
  }

  private Launcher launcher(String part) throws IOException {
    return new Launcher(Files.createDirectory(home.resolve(part)));
  }

  private static void say(String what) {
    System.err.println("bench: " + what);
  }
}
