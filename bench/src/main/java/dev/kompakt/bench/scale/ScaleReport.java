package dev.kompakt.bench.scale;

import dev.kompakt.bench.report.Machine;
import dev.kompakt.bench.report.Table;
import java.io.PrintStream;
import java.util.List;

/// What `bench scale` found.
///
/// @param concurrency calls at once of each worker
record ScaleReport(Machine machine, int concurrency, List<ScaleRun.Row> rows) {
  private static final int PERCENT = 100;

  void print(PrintStream out) {
    out.println(machine.line());
    out.println(
        "Embedded broker, router, ingress and each worker in its own process; replication 1,");
    out.println("acks=all, exactly_once_v2, no fsync per record");
    out.println();
    out.println(
        "Compactions of %s; upstream takes %d s, each worker makes %d calls at once"
            .formatted(
                Table.bytes(ScaleRun.BODY_BYTES), ScaleRun.UPSTREAM.toSeconds(), concurrency));
    Table table =
        new Table(
            "workers", "jobs/s", "possible/s", "efficiency", "CPU of one core", "CPU ms each");
    for (ScaleRun.Row row : rows) {
      table.row(
          Integer.toString(row.workers()),
          Table.figure(row.perSecond(), 1),
          Table.figure(row.possible(), 1),
          Table.figure(PERCENT * row.efficiency(), 1) + " %",
          Table.figure(row.cpuMillisEach() * row.perSecond() / 10, 0) + " %",
          Table.figure(row.cpuMillisEach(), 1));
    }
    table.print(out);
  }
}
