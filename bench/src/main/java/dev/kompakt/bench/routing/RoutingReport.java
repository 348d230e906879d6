package dev.kompakt.bench.routing;

import dev.kompakt.bench.report.Machine;
import dev.kompakt.bench.report.Table;
import java.io.PrintStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What `bench routing` found.
///
/// @param decisions null if not measured
/// @param events none if not measured
record RoutingReport(
    Machine machine, boolean quick, Decisions.@Nullable Result decisions, List<Events.Row> events) {
  void print(PrintStream out) {
    out.println(machine.line());
    if (decisions != null) {
      print(decisions, out);
    }
    if (!events.isEmpty()) {
      print(events, out);
    }
  }

  private static void print(Decisions.Result decisions, PrintStream out) {
    out.println();
    out.println(
        "Choosing an account, on one thread; between two choices a call begins, one ends, and its"
            + " account's use is told");
    Table table = new Table("accounts", "decisions/s", "p50 µs", "p99 µs", "looking at all, µs");
    for (Decisions.Row row : decisions.rows()) {
      table.row(
          Table.figure(row.accounts(), 0),
          Table.figure(row.perSecond(), 0),
          Table.figure(row.p50Micros(), 2),
          Table.figure(row.p99Micros(), 2),
          Table.figure(row.linearMicros(), 1));
    }
    table.print(out);
    out.println(
        "Among 1,000 accounts it takes %s times as long as among 10; %s may be: %s"
            .formatted(
                Table.figure(decisions.slowdown(), 2),
                Table.figure(Decisions.MOST_SLOWDOWN, 0),
                decisions.holds() ? "holds" : "FAILED"));
  }

  private static void print(List<Events.Row> events, PrintStream out) {
    out.println();
    out.println("Reports; broker, router, writer and readers share these cores");
    Table table =
        new Table("reports", "offered/s", "folded/s", "behind at the end", "CPU per report");
    for (Events.Row row : events) {
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
