package dev.kompakt.bench.clients;

import dev.kompakt.bench.report.Machine;
import dev.kompakt.bench.report.Quantiles;
import dev.kompakt.bench.report.Table;
import java.io.PrintStream;
import org.jspecify.annotations.Nullable;

/// What `bench clients` found; what was not measured is null.
record ClientsReport(
    Machine machine,
    ParkedRequests.@Nullable Row parked,
    Turns.@Nullable FirstByte firstByte,
    Turns.@Nullable Rate rate) {
  void print(PrintStream out) {
    out.println(machine.line());
    out.println("Broker, router, worker and ingress each in its own process");
    if (parked != null) {
      print(parked, out);
    }
    if (firstByte != null && rate != null) {
      print(firstByte, rate, out);
    }
  }

  private static void print(ParkedRequests.Row row, PrintStream out) {
    out.println();
    out.println(
        "%s requests of %s parked at an ingress of %s, a keepalive each every 15 s"
            .formatted(Table.figure(row.parked(), 0), Table.bytes(row.bytes()), row.heap()));
    new Table("", "")
        .row("RSS before", Table.mebibytes(row.residentBefore()))
        .row("RSS with all of them", Table.mebibytes(row.residentParked()))
        .row("RSS each", Table.kibibytes(row.residentPerRequest()))
        .row("live heap each", Table.kibibytes(row.heapPerRequest()))
        .row("CPU of one core", Table.figure(row.cpuPercent(), 1) + " %")
        .print(out);
  }

  private static void print(Turns.FirstByte first, Turns.Rate rate, PrintStream out) {
    out.println();
    out.println(
        "Turns that stream, one at a time, of 40 KB each; directly and through the ingress");
    new Table("", "directly", "through", "added")
        .row(
            "first byte, p50 ms",
            millis(first.direct(), 50),
            millis(first.through(), 50),
            millis(first.added(), 50))
        .row(
            "first byte, p99 ms",
            millis(first.direct(), 99),
            millis(first.through(), 99),
            millis(first.added(), 99))
        .row(
            "MiB/s of " + Table.bytes(rate.bytes()),
            Table.figure(rate.direct(), 0),
            Table.figure(rate.through(), 0),
            "")
        .print(out);
  }

  private static String millis(Quantiles quantiles, int percent) {
    return Table.figure(percent == 50 ? quantiles.p50() : quantiles.p99(), 2);
  }
}
