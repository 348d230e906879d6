package dev.kompakt.bench.soak;

import dev.kompakt.bench.report.Machine;
import dev.kompakt.bench.report.Table;
import dev.kompakt.testing.soak.Growth;
import dev.kompakt.testing.soak.Soak;
import java.io.PrintStream;
import java.util.Map;
import java.util.stream.Collectors;

/// What a soak came to.
record SoakReport(Machine machine, Soak.Result result) {
  void print(PrintStream out) {
    out.println(machine.line());
    out.println(
        "%d minutes of faults, seed %d: %s"
            .formatted(
                result.length().toMinutes(),
                result.seed(),
                result.disturbances().entrySet().stream()
                    .sorted(Map.Entry.comparingByKey())
                    .map(kind -> kind.getValue() + " " + kind.getKey())
                    .collect(Collectors.joining(", "))));
    out.println(
        "%d clients in %d tries: %d answered, %d refused for good, %d left; %d upstream calls"
            .formatted(
                result.requests().asked(),
                result.requests().tries(),
                result.requests().answered(),
                result.requests().refused(),
                result.requests().left(),
                result.upstreamCalls()));
    out.println();
    out.println("The most that was taken within the first and the last third");
    Table table = new Table("", "", "first", "last");
    for (Growth.Row row : result.growth()) {
      boolean bytes = row.what().equals("rss") || row.what().equals("bytes");
      table.row(
          row.name(),
          row.what(),
          bytes ? Table.mebibytes(row.early()) : Long.toString(row.early()),
          bytes ? Table.mebibytes(row.late()) : Long.toString(row.late()));
    }
    table.print(out);
    out.println();
    out.println(
        result.violations().isEmpty()
            ? "Everything that must hold, holds"
            : "VIOLATIONS\n" + String.join("\n", result.violations()));
  }
}
