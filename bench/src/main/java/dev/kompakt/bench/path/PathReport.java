package dev.kompakt.bench.path;

import dev.kompakt.bench.report.Machine;
import dev.kompakt.bench.report.Quantiles;
import dev.kompakt.bench.report.Table;
import java.io.PrintStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What `bench path` found; what was not measured is empty or null.
record PathReport(
    Machine machine,
    Setup setup,
    List<Latency.Row> latency,
    List<Rate> throughput,
    LargeBody.@Nullable Row largeBody) {

  /// Under what the figures hold.
  ///
  /// @param layout of latency and throughput; memory is always measured of an ingress on its own
  /// @param disk what kind of file system the broker's records went to
  record Setup(String layout, String durability, String upstream, String client, String disk) {}

  /// Compactions a second beside calls of the upstream itself by as many clients.
  record Rate(Throughput.Row direct, Throughput.Row through) {}

  void print(PrintStream out) {
    out.println(machine.line());
    out.println(setup.layout());
    out.println(setup.durability());
    out.println(setup.upstream());
    out.println(setup.client());
    out.println(setup.disk());
    if (!latency.isEmpty()) {
      printLatency(out);
    }
    if (!throughput.isEmpty()) {
      printThroughput(out);
    }
    if (largeBody != null) {
      printLargeBody(largeBody, out);
    }
  }

  private void printLatency(PrintStream out) {
    out.println();
    out.println("Latency in ms, one client; added is the difference of each pair of calls");
    Table table =
        new Table(
            "body",
            "calls",
            "direct p50",
            "direct p99",
            "Kompakt p50",
            "Kompakt p99",
            "added p50",
            "added p99");
    for (Latency.Row row : latency) {
      table.row(
          Table.bytes(row.bytes()),
          Integer.toString(row.added().samples()),
          millis(row.direct().p50()),
          millis(row.direct().p99()),
          millis(row.through().p50()),
          millis(row.through().p99()),
          millis(row.added().p50()),
          millis(row.added().p99()));
    }
    table.print(out);
  }

  private void printThroughput(PrintStream out) {
    out.println();
    out.println("Closed loop, each client waiting for its answer before it asks again");
    Table table =
        new Table(
            "clients", "body", "direct/s", "compactions/s", "p50 ms", "p99 ms", "CPU ms each");
    for (Rate rate : throughput) {
      Quantiles latency = rate.through().latency();
      table.row(
          Integer.toString(rate.through().clients()),
          Table.bytes(rate.through().bytes()),
          Table.figure(rate.direct().perSecond(), 0),
          Table.figure(rate.through().perSecond(), 0),
          millis(latency.p50()),
          millis(latency.p99()),
          Table.figure(rate.through().cpuMillisPerCall(), 1));
    }
    table.print(out);
  }

  private static void printLargeBody(LargeBody.Row row, PrintStream out) {
    out.println();
    out.println("One body of " + Table.bytes(row.bytes()) + " through an ingress of " + row.heap());
    new Table("", "")
        .row("seconds to the answer", Table.figure(row.seconds(), 2))
        .row("RSS before", Table.mebibytes(row.residentBefore()))
        .row("RSS at its peak", Table.mebibytes(row.residentPeak()))
        .row("heap at its peak, garbage included", Table.mebibytes(row.heapPeak()))
        .row("heap live after it", Table.mebibytes(row.heapLive()))
        .print(out);
  }

  private static String millis(double value) {
    return Table.figure(value, 1);
  }
}
