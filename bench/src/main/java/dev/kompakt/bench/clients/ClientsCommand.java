package dev.kompakt.bench.clients;

import dev.kompakt.bench.process.Launcher;
import dev.kompakt.bench.process.RunningKompakt;
import dev.kompakt.bench.process.RunningKompakt.Layout;
import dev.kompakt.bench.report.BenchException;
import dev.kompakt.bench.report.Machine;
import dev.kompakt.bench.report.Reporting;
import dev.kompakt.testing.FakeUpstream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `./kompakt bench clients`.
@Command(
    name = "clients",
    sortOptions = false,
    description = {
      "Measure what clients cost an ingress: many that wait for a compaction, and turns that stream"
          + " through.",
      "",
      "The provider of the turns is a fake one that answers at once; it is also called directly, in"
          + " turns with Kompakt. Everything runs on loopback, in processes that are ended again, and"
          + " takes about 4 minutes.",
      ""
    })
public final class ClientsCommand implements Callable<Integer> {
  /// Heap of the ingress.
  static final String INGRESS_HEAP = "-Xmx192m";

  /// As many as a process may have sockets for, with room for the rest.
  private static final int MOST_PARKED = 18_000;

  /// What can be measured.
  enum Part {
    PARKED,
    TURNS;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "PART",
      description = "Of ${COMPLETION-CANDIDATES}, separated by commas. Default: all.")
  Set<Part> parts = EnumSet.allOf(Part.class);

  @Option(
      names = "--parked",
      paramLabel = "COUNT",
      description = "Requests parked at once. Default: ${DEFAULT-VALUE}.")
  int parked = 10_000;

  @Option(names = "--quick", description = "Fewer turns: for a first look.")
  boolean quick;

  @Mixin Reporting reporting = new Reporting();

  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (parked < 1 || parked > MOST_PARKED) {
      throw new ParameterException(
          spec.commandLine(), "--parked is 1 to " + MOST_PARKED + ", not " + parked);
    }
    reporting.expectWritable();
    Machine machine = Machine.here();
    Path home = Files.createTempDirectory("kompakt-bench");
    ClientsReport report;
    try {
      ParkedRequests.@Nullable Row waiting = parts.contains(Part.PARKED) ? parked(home) : null;
      report =
          parts.contains(Part.TURNS)
              ? turns(machine, waiting, home)
              : new ClientsReport(machine, waiting, null, null);
    } catch (BenchException e) {
      throw new BenchException(e.getMessage() + "\nLogs are in " + home, e);
    }
    Launcher.delete(home);
    reporting.write(report, report::print);
    return 0;
  }

  private ParkedRequests.Row parked(Path home) throws IOException, InterruptedException {
    Launcher launcher = new Launcher(Files.createDirectory(home.resolve("parked")));
    say("starting Kompakt");
    try (FakeUpstream upstream = FakeUpstream.start(FakeUpstream.Options.FAST);
        RunningKompakt kompakt =
            RunningKompakt.start(
                Layout.PROCESSES,
                launcher,
                upstream.baseUrl(),
                List.of(INGRESS_HEAP),
                "ingress.keepalive.every=15s",
                "ingress.connections.perAddress=" + (MOST_PARKED + 1_000))) {
      say(parked + " parked requests");
      return new ParkedRequests().measure(kompakt, launcher, upstream, parked);
    }
  }

  private ClientsReport turns(Machine machine, ParkedRequests.@Nullable Row waiting, Path home)
      throws IOException, InterruptedException {
    Launcher launcher = new Launcher(Files.createDirectory(home.resolve("turns")));
    say("starting Kompakt");
    try (StreamingProvider provider = new StreamingProvider();
        RunningKompakt kompakt =
            RunningKompakt.start(
                Layout.PROCESSES, launcher, provider.baseUrl(), List.of(INGRESS_HEAP))) {
      URI direct = URI.create(provider.baseUrl() + "/responses");
      Turns turns = new Turns();
      say("turns to their first byte");
      Turns.FirstByte first =
          turns.firstByte(direct, kompakt.turns(), quick ? 100 : 1_000, quick ? 200 : 1_000);
      say("long answers");
      Turns.Rate rate = turns.rate(direct, kompakt.turns(), quick ? 4_096 : 16_384, quick ? 3 : 7);
      return new ClientsReport(machine, waiting, first, rate);
    }
  }

  private static void say(String what) {
    System.err.println("bench: " + what);
  }
}
