package dev.kompakt.bench.path;

import dev.kompakt.bench.process.Launcher;
import dev.kompakt.bench.process.RunningKompakt.Layout;
import dev.kompakt.bench.report.BenchException;
import dev.kompakt.bench.report.Machine;
import dev.kompakt.bench.report.Reporting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

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
    LARGE_BODY;

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
      paramLabel = "LAYOUT",
      description =
          "Measure latency and throughput of ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
  Layout layout = Layout.ONE_PROCESS;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "Keep the broker's records below this directory while measuring.")
  Path directory = Path.of(System.getProperty("java.io.tmpdir"));

  @Mixin Reporting reporting = new Reporting();

  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws IOException, InterruptedException {
    Plan plan = quick ? Plan.QUICK : Plan.FULL;
    if (!Files.isWritable(directory)) {
      throw new ParameterException(spec.commandLine(), "--dir " + directory + " is not writable");
    }
    reporting.expectWritable();
    Machine machine = Machine.here();
    Path home = Files.createTempDirectory(directory, "kompakt-bench");
    PathReport report;
    try {
      report = measure(new PathRun(plan, layout, home), machine, setup(home));
    } catch (BenchException e) {
      throw new BenchException(e.getMessage() + "\nLogs are in " + home, e);
    }
    Launcher.delete(home);
    reporting.write(report, report::print);
    return 0;
  }

  private PathReport measure(PathRun run, Machine machine, PathReport.Setup setup)
      throws IOException, InterruptedException {
    boolean latency = parts.contains(Part.LATENCY);
    boolean throughput = parts.contains(Part.THROUGHPUT);
    PathRun.Speed speed =
        latency || throughput
            ? run.speed(latency, throughput)
            : new PathRun.Speed(List.of(), List.of());
    LargeBody.Row largeBody = parts.contains(Part.LARGE_BODY) ? run.largeBody() : null;
    return new PathReport(machine, setup, speed.latency(), speed.throughput(), largeBody);
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
        "Records: on " + Files.getFileStore(home).type());
  }
}
