package dev.kompakt.bench.path;

import dev.kompakt.bench.process.Launcher;
import dev.kompakt.bench.process.RunningKompakt;
import dev.kompakt.bench.process.RunningKompakt.Layout;
import dev.kompakt.bench.report.BenchException;
import dev.kompakt.bench.report.Machine;
import dev.kompakt.bench.report.Reporting;
import dev.kompakt.testing.FakeUpstream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `./kompakt bench path`.
@Command(
    name = "path",
    sortOptions = false,
    description = {
      "Measure the whole path: client, ingress, Kafka, router, worker, upstream and back.",
      "",
      "The upstream is a fake one that answers at once; it is also called directly, in turns with"
          + " Kompakt, so that the difference is what Kompakt adds. Every request is new. Everything"
          + " runs on loopback, in processes that are ended again, and takes about 5 minutes.",
      ""
    })
public final class PathCommand implements Callable<Integer> {
  /// What can be measured.
  enum Part {
    LATENCY,
    THROUGHPUT,
    LARGE_BODY,
    PARKED;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  @Option(names = "--quick", description = "Fewer samples, in about a minute: for a first look.")
  boolean quick;

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "PART",
      description = "Of ${COMPLETION-CANDIDATES}, separated by commas. Default: all.")
  Set<Part> parts = EnumSet.allOf(Part.class);

  @Option(
      names = "--layout",
      description =
          "Latency and throughput of ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
  Layout layout = Layout.ONE_PROCESS;

  @Option(
      names = "--parked",
      paramLabel = "COUNT",
      description = "Requests parked at once; 10,000, or 2,000 with --quick.")
  @Nullable Integer parked;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "Keep the broker's records below this directory while measuring.")
  Path directory = Path.of(System.getProperty("java.io.tmpdir"));

  @Mixin Reporting reporting = new Reporting();

  /// Seeds of request bodies, never used twice.
  private final AtomicLong seeds = new AtomicLong(1L << 32);

  @Override
  public Integer call() throws IOException, InterruptedException {
    Plan plan = quick ? Plan.QUICK : Plan.FULL;
    if (parked != null) {
      plan = plan.parking(parked);
    }
    Machine machine = Machine.here();
    Path home = Files.createTempDirectory(directory, "kompakt-bench");
    PathReport report;
    try {
      report = measure(plan, machine, home);
    } catch (BenchException e) {
      throw new BenchException(e.getMessage() + "\nLogs are in " + home, e);
    }
    delete(home);
    reporting.write(report, report::print);
    return 0;
  }

  private PathReport measure(Plan plan, Machine machine, Path home)
      throws IOException, InterruptedException {
    List<Latency.Row> latency = new ArrayList<>();
    List<PathReport.Rate> rates = new ArrayList<>();
    LargeBody.Row large = null;
    ParkedRequests.Row waiting = null;
    if (parts.contains(Part.LATENCY) || parts.contains(Part.THROUGHPUT)) {
      try (FakeUpstream upstream = FakeUpstream.start(FakeUpstream.Options.FAST);
          RunningKompakt kompakt = start(layout, launcher(home, "speed"), upstream, List.of())) {
        if (parts.contains(Part.LATENCY)) {
          latency(plan, kompakt, upstream, latency);
        }
        if (parts.contains(Part.THROUGHPUT)) {
          throughput(plan, kompakt, upstream, rates);
        }
      }
    }
    if (parts.contains(Part.LARGE_BODY)) {
      try (FakeUpstream upstream = FakeUpstream.start(FakeUpstream.Options.FAST);
          RunningKompakt kompakt = ownIngress(launcher(home, "large-body"), upstream)) {
        say("one large body");
        large = new LargeBody(seeds::getAndIncrement).measure(kompakt, plan.largeBodyBytes());
      }
    }
    if (parts.contains(Part.PARKED)) {
      Launcher launcher = launcher(home, "parked");
      try (FakeUpstream upstream = FakeUpstream.start(FakeUpstream.Options.FAST);
          RunningKompakt kompakt = ownIngress(launcher, upstream)) {
        say(plan.parked() + " parked requests");
        waiting =
            new ParkedRequests(seeds::getAndIncrement)
                .measure(kompakt, launcher, upstream, plan.parked());
      }
    }
    return new PathReport(machine, setup(home), latency, rates, large, waiting);
  }

  private void latency(Plan plan, RunningKompakt kompakt, FakeUpstream upstream, List<Latency.Row> rows) {
    try (HttpCaller direct = new HttpCaller(direct(upstream));
        HttpCaller through = new HttpCaller(kompakt.endpoint())) {
      Latency latency = new Latency(direct, through, seeds::getAndIncrement);
      for (Plan.Size size : plan.latency()) {
        say("latency at " + size.bytes() + " bytes");
        rows.add(latency.measure(size));
      }
    }
  }

  private void throughput(
      Plan plan, RunningKompakt kompakt, FakeUpstream upstream, List<PathReport.Rate> rates)
      throws InterruptedException {
    for (int clients : plan.clients()) {
      say("throughput of " + clients + " clients");
      rates.add(
          new PathReport.Rate(
              new Throughput(
                      direct(upstream), plan, seeds::getAndIncrement, () -> Duration.ZERO)
                  .measure(clients),
              new Throughput(kompakt.endpoint(), plan, seeds::getAndIncrement, kompakt::cpu)
                  .measure(clients)));
    }
  }

  private RunningKompakt ownIngress(Launcher launcher, FakeUpstream upstream) throws InterruptedException {
    return start(Layout.PROCESSES, launcher, upstream, List.of(Plan.INGRESS_HEAP));
  }

  private RunningKompakt start(Layout how, Launcher launcher, FakeUpstream upstream, List<String> flags)
      throws InterruptedException {
    say("starting Kompakt, " + how);
    return RunningKompakt.start(how, launcher, upstream.baseUrl(), flags);
  }

  private static URI direct(FakeUpstream upstream) {
    return URI.create(upstream.baseUrl() + "/responses/compact");
  }

  private static Launcher launcher(Path home, String part) throws IOException {
    return new Launcher(Files.createDirectory(home.resolve(part)));
  }

  private PathReport.Setup setup(Path home) throws IOException {
    return new PathReport.Setup(
        switch (layout) {
          case ONE_PROCESS ->
              "Latency and throughput: `kompakt up`, broker and all roles in one process; memory:"
                  + " an ingress in its own";
          case PROCESSES -> "Broker, router, worker and ingress each in its own process";
        },
        "Durability: embedded broker, replication 1, acks=all, idempotent producers,"
            + " exactly_once_v2, no fsync per record",
        "Upstream: a fake one in the client's process that answers at once, mode native",
        "Client: raw sockets on loopback, connections kept, every request new",
        "Records: " + Files.getFileStore(home).type() + " at " + home.getParent());
  }

  private static void say(String what) {
    System.err.println("bench: " + what);
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      files
          .sorted(Comparator.reverseOrder())
          .forEach(
              file -> {
                try {
                  Files.delete(file);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
    }
  }
}
