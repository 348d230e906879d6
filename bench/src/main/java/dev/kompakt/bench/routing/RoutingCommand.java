package dev.kompakt.bench.routing;

import dev.kompakt.bench.report.Machine;
import dev.kompakt.bench.report.Reporting;
import dev.kompakt.bench.report.Table;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `./kompakt bench routing`.
@Command(
    name = "routing",
    description = {
      "Measure how fast the router takes in what is reported of calls: nine ordinary turns to one"
          + " attempt of a compaction, over 100 accounts and 50 tenants, through its own topology,"
          + " exactly once, with an embedded broker in the same JVM.",
      ""
    })
public final class RoutingCommand implements Callable<Integer> {
  /// What the router has to hold on two cores.
  private static final int PER_SECOND = 20_000;

  @Option(names = "--quick", description = "Fewer reports.")
  boolean quick;

  @Mixin Reporting reporting = new Reporting();

  /// What a run says.
  record Report(Machine machine, boolean quick, List<Events.Row> events) {}

  @Override
  public Integer call() {
    reporting.expectWritable();
    Machine machine = Machine.here();
    int count = quick ? 100_000 : 400_000;
    List<Events.Row> rows = new ArrayList<>();
    try (Events events = Events.start()) {
      System.err.println("bench: warming up");
      events.measure(count, 0);
      System.err.println("bench: reports all at once");
      rows.add(events.measure(count, 0));
      System.err.println("bench: reports at " + PER_SECOND + " a second");
      rows.add(events.measure(count, PER_SECOND));
    }
    Report report = new Report(machine, quick, rows);
    reporting.write(report, out -> print(report, out));
    return 0;
  }

  private static void print(Report report, PrintStream out) {
    out.println(report.machine().line());
    out.println("Broker, router, writer and readers share these cores.");
    out.println();
    Table table =
        new Table("reports", "offered/s", "folded/s", "behind at the end", "CPU per report");
    for (Events.Row row : report.events()) {
      table.row(
          Table.figure(row.events(), 0),
          row.perSecond() == 0 ? "at once" : Table.figure(row.perSecond(), 0),
          Table.figure(row.folded(), 0),
          Table.figure(row.behindMillis(), 0) + " ms",
          Table.figure(row.cpuMicros(), 0) + " µs");
    }
    table.print(out);
  }
}
