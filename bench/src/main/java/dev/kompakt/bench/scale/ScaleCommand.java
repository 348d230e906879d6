package dev.kompakt.bench.scale;

import dev.kompakt.bench.process.Launcher;
import dev.kompakt.bench.report.BenchException;
import dev.kompakt.bench.report.Machine;
import dev.kompakt.bench.report.Reporting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `./kompakt bench scale`.
@Command(
    name = "scale",
    sortOptions = false,
    description = {
      "Measure what more workers bring: 1, 2 and 4 of them before an upstream that takes 2 seconds,"
          + " half a second more or less.",
      "",
      "Each worker makes so many calls at once, the accounts would take more, and there is always"
          + " more work than all may do: so a worker can do concurrency / 2 jobs a second, and"
          + " efficiency is how much of that came through. Everything runs on loopback, in processes"
          + " that are ended again, and takes about 3 minutes.",
      ""
    })
public final class ScaleCommand implements Callable<Integer> {
  private static final List<Integer> WORKERS = List.of(1, 2, 4);
  private static final int MOST_CONCURRENCY = 64;

  @Option(
      names = "--concurrency",
      paramLabel = "CALLS",
      description = "Calls at once of each worker. Default: ${DEFAULT-VALUE}.")
  int concurrency = 16;

  @Option(names = "--quick", description = "Count for a shorter time: for a first look.")
  boolean quick;

  @Mixin Reporting reporting = new Reporting();

  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (concurrency < 1 || concurrency > MOST_CONCURRENCY) {
      throw new ParameterException(
          spec.commandLine(), "--concurrency is 1 to " + MOST_CONCURRENCY + ", not " + concurrency);
    }
    reporting.expectWritable();
    Machine machine = Machine.here();
    Path home = Files.createTempDirectory("kompakt-bench");
    ScaleRun run = new ScaleRun(concurrency, Duration.ofSeconds(quick ? 10 : 30));
    List<ScaleRun.Row> rows = new ArrayList<>();
    try {
      for (int workers : WORKERS) {
        System.err.println("bench: " + workers + (workers == 1 ? " worker" : " workers"));
        rows.add(
            run.measure(
                workers, new Launcher(Files.createDirectory(home.resolve("workers-" + workers)))));
      }
    } catch (BenchException e) {
      throw new BenchException(e.getMessage() + "\nLogs are in " + home, e);
    }
    Launcher.delete(home);
    ScaleReport report = new ScaleReport(machine, concurrency, rows);
    reporting.write(report, report::print);
    return 0;
  }
}
