package dev.kompakt.bench.soak;

import dev.kompakt.bench.process.Launcher;
import dev.kompakt.bench.report.Machine;
import dev.kompakt.bench.report.Reporting;
import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.bootstrap.config.KompaktConfig.Log.Format;
import dev.kompakt.bootstrap.config.KompaktConfig.Log.Level;
import dev.kompakt.bootstrap.observe.Logging;
import dev.kompakt.testing.soak.Soak;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.Random;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `./kompakt soak`.
@Command(
    name = "soak",
    sortOptions = false,
    description = {
      "Run broker, router, two workers and two ingresses under load while processes are killed,"
          + " held and restarted, links break and the provider misbehaves, at random. Then all is"
          + " mended, and what is left is looked through: each compaction accepted has ended once,"
          + " with an answer to what was asked; nothing was bought twice, no quota passed, nothing"
          + " is left to do.",
      "",
      "Exit code 0 if all of that holds, 1 if not; data and logs are kept then.",
      ""
    })
public final class SoakCommand implements Callable<Integer> {
  private static final int OK = 0;
  private static final int FAILED = 1;
  private static final int LONGEST_MINUTES = 24 * 60;

  @Option(
      names = "--minutes",
      paramLabel = "MINUTES",
      description = "How long things fail. Default: ${DEFAULT-VALUE}.")
  int minutes = 30;

  @Option(
      names = "--seed",
      paramLabel = "SEED",
      description = "Work and faults as in the run that printed it. Default: one at random.")
  @Nullable Long seed;

  @Mixin Reporting reporting = new Reporting();

  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (minutes < 1 || minutes > LONGEST_MINUTES) {
      throw new ParameterException(
          spec.commandLine(), "--minutes is 1 to " + LONGEST_MINUTES + ", not " + minutes);
    }
    reporting.expectWritable();
    Machine machine = Machine.here();
    long used = seed == null ? new Random().nextLong() : seed;
    Logging.configure(new KompaktConfig.Log(Format.PLAIN, Level.ERROR));
    Path home = Files.createTempDirectory("kompakt-soak");
    say("seed " + used + ", data and logs in " + home);
    Soak.Result result = new Soak(used, Duration.ofMinutes(minutes), SoakCommand::say).run(home);
    SoakReport report = new SoakReport(machine, result);
    reporting.write(report, report::print);
    if (!result.violations().isEmpty()) {
      return FAILED;
    }
    Launcher.delete(home);
    return OK;
  }

  private static void say(String what) {
    System.err.println(
        "soak: "
            + LocalTime.now(ZoneId.systemDefault()).truncatedTo(ChronoUnit.SECONDS)
            + " "
            + what);
  }
}
