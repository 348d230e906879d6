package dev.kompakt.bench;

import dev.kompakt.bench.clients.ClientsCommand;
import dev.kompakt.bench.micro.MicroCommand;
import dev.kompakt.bench.path.PathCommand;
import dev.kompakt.bench.report.BenchException;
import dev.kompakt.bench.routing.RoutingCommand;
import dev.kompakt.bench.scale.ScaleCommand;
import dev.kompakt.bench.soak.SoakCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/// `./kompakt bench`.
@Command(
    name = "kompakt bench",
    sortOptions = false,
    subcommands = {
      PathCommand.class,
      ClientsCommand.class,
      RoutingCommand.class,
      ScaleCommand.class,
      SoakCommand.class,
      MicroCommand.class
    },
    description = {
      "Measure how fast Kompakt is on this machine. Figures go to stdout, progress to stderr.",
      ""
    },
    footer = {
      "",
      "  ./kompakt bench path --quick                a first look, in about a minute",
      "  ./kompakt bench path --out figures.json     the figures of bench/README.md",
      "  ./kompakt bench clients                     requests that wait, turns that stream",
      "  ./kompakt bench routing                     choosing accounts, folding reports",
      "  ./kompakt bench scale                       one worker, two, four",
      "  ./kompakt soak --minutes 30                 the same as bench soak: faults at random",
      "  ./kompakt bench micro scan                  the body scanner only",
      "",
      "Close what else uses the CPU first: the load average is part of the report."
    })
public final class Main implements Runnable {
  private static final int FAILED = 1;
  private static final int USAGE = 2;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Show this help.")
  boolean help;

  @Spec CommandSpec spec = CommandSpec.create();

  private Main() {}

  public static void main(String... args) {
    System.exit(
        new CommandLine(new Main())
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setExecutionExceptionHandler(Main::failed)
            .execute(args));
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "say what to measure: path, clients, routing, scale, soak or micro");
  }

  private static int failed(
      Exception failure, CommandLine command, CommandLine.ParseResult arguments) {
    if (failure instanceof BenchException) {
      command.getErr().println("bench: " + failure.getMessage());
    } else {
      failure.printStackTrace(command.getErr());
    }
    return failure instanceof ParameterException ? USAGE : FAILED;
  }
}
