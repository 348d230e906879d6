package dev.kompakt.bench.micro;

import dev.kompakt.bench.report.Machine;
import dev.kompakt.bench.report.Reporting;
import dev.kompakt.bench.report.Table;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormat;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `./kompakt bench micro`.
@Command(
    name = "micro",
    description = {
      "Measure single parts, one thread each, under JMH: scanning a request body beside Jackson's"
          + " streaming parser over the same bytes, packing 20,000 spans, sealing and opening a"
          + " payload segment, and the router's decisions over the life of a compaction of 12"
          + " chunks.",
      "",
      "Takes about 2 minutes, or 15 with --full.",
      ""
    })
public final class MicroCommand implements Callable<Integer> {
  private static final List<String> FORK_FLAGS =
      List.of(
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow",
          "-Xms512m",
          "-Xmx1g");

  /// Each scan beside the parser over the same body.
  private static final Comparator<RunResult> IN_ORDER =
      Comparator.<RunResult, Boolean>comparing(run -> run.getParams().getParam("body") == null)
          .thenComparing(run -> String.valueOf(run.getParams().getParam("body")))
          .thenComparing(run -> run.getParams().getBenchmark(), Comparator.reverseOrder());

  @Parameters(
      arity = "0..*",
      paramLabel = "NAME",
      description = "Only what has this in its name: scan, packing, sealing, decider.")
  List<String> names = new ArrayList<>();

  @Option(names = "--full", description = "More and longer iterations, in three JVMs each.")
  boolean full;

  @Mixin Reporting reporting = new Reporting();

  /// One figure.
  ///
  /// @param error half of the 99.9 % confidence interval, in `unit`
  record Row(String name, double score, double error, String unit) {
    Row(String name, Result<?> perSecond, double unitsPerOperation, String unit) {
      this(
          name,
          perSecond.getScore() * unitsPerOperation,
          perSecond.getScoreError() * unitsPerOperation,
          unit);
    }
  }

  /// What a run says.
  record Report(Machine machine, boolean full, List<Row> rows) {}

  @Override
  public Integer call() throws RunnerException {
    reporting.expectWritable();
    Machine machine = Machine.here();
    OutputFormat progress =
        OutputFormatFactory.createFormatInstance(System.err, VerboseMode.NORMAL);
    List<Row> rows =
        new Runner(options(), progress)
            .run().stream().sorted(IN_ORDER).map(MicroCommand::row).toList();
    Report report = new Report(machine, full, rows);
    reporting.write(report, out -> print(report, out));
    return 0;
  }

  private Options options() {
    OptionsBuilder options = new OptionsBuilder();
    if (names.isEmpty()) {
      options.include("dev\\.kompakt\\.bench\\.micro\\.");
    }
    names.forEach(name -> options.include("(?i)dev\\.kompakt\\.bench\\.micro\\..*" + name));
    options
        .mode(Mode.Throughput)
        .timeUnit(TimeUnit.SECONDS)
        .threads(1)
        .forks(full ? 3 : 1)
        .warmupIterations(full ? 5 : 3)
        .warmupTime(TimeValue.seconds(full ? 2 : 1))
        .measurementIterations(full ? 10 : 5)
        .measurementTime(TimeValue.seconds(full ? 2 : 1))
        .shouldFailOnError(true)
        .jvmArgs(FORK_FLAGS.toArray(String[]::new));
    return options.build();
  }

  /// Operations per second become what people ask for.
  private static Row row(RunResult run) {
    BenchmarkParams params = run.getParams();
    String benchmark = params.getBenchmark();
    Result<?> result = run.getPrimaryResult();
    return switch (benchmark.substring(benchmark.lastIndexOf('.') + 1)) {
      case "scan" -> scanned("scan", params, result);
      case "jackson" -> scanned("  Jackson's tokens", params, result);
      case "pack" ->
          new Row("pack 20,000 spans", result, PackingBenchmark.SPANS / 1e6, "million spans/s");
      case "seal" -> new Row("seal a segment", result, SealingBenchmark.BYTES / 1e6, "MB/s");
      case "open" -> new Row("open a segment", result, SealingBenchmark.BYTES / 1e6, "MB/s");
      case "live" -> {
        int decisions = new CompactionLife(DeciderBenchmark.CHUNKS).live();
        yield new Row("decide, 12 chunks", result, decisions / 1e3, "thousand decisions/s");
      }
      default -> new Row(benchmark, result, 1, "ops/s");
    };
  }

  private static Row scanned(String what, BenchmarkParams params, Result<?> result) {
    SampleBody body = SampleBody.valueOf(params.getParam("body"));
    String name = what + ", " + body.name().toLowerCase(Locale.ROOT);
    return new Row(name, result, body.bytes().length / 1e6, "MB/s");
  }

  private static void print(Report report, PrintStream out) {
    out.println(report.machine().line());
    out.println("One thread; bodies of 5 MiB; ± is half of the 99.9 % confidence interval.");
    out.println();
    Table table = new Table("", "figure", "±", "unit");
    for (Row row : report.rows()) {
      int digits = row.score() < 100 ? 1 : 0;
      table.row(
          row.name(),
          Table.figure(row.score(), digits),
          Table.figure(row.error(), digits),
          row.unit());
    }
    table.print(out);
  }
}
