package dev.kompakt.standalone.cli;

import dev.kompakt.bootstrap.config.ConfigException;
import dev.kompakt.bootstrap.kafka.NotWrittenException;
import dev.kompakt.bootstrap.kafka.UnreachableException;
import dev.kompakt.bootstrap.observe.RoleFailedException;
import dev.kompakt.standalone.broker.BrokerFailedException;
import dev.kompakt.standalone.broker.DirectoryInUseException;
import dev.kompakt.standalone.broker.PortTakenException;
import java.io.PrintWriter;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/// Turns what went wrong into one line for people and an exit code.
final class Failures implements IExecutionExceptionHandler, IParameterExceptionHandler {
  @Override
  public int handleExecutionException(Exception e, CommandLine command, ParseResult parsed) {
    String problem =
        switch (e) {
          case CommandFailedException _,
              PortTakenException _,
              DirectoryInUseException _,
              RoleFailedException _,
              BrokerFailedException _ ->
              String.valueOf(e.getMessage());
          case ConfigException wrong when wrong.problems().size() > 1 ->
              wrong.key() + ": " + wrong.problems().size() + " things are not as they should be";
          case ConfigException _ -> String.valueOf(e.getMessage());
          case UnreachableException _ -> unreachable(e);
          case NotWrittenException _ -> e.getMessage() + "; is it running and not full?";
          default -> {
            LoggerFactory.getLogger(Failures.class).atDebug().setCause(e).log("unforeseen");
            yield "unforeseen "
                + e.getClass().getSimpleName()
                + ": "
                + e.getMessage()
                + " (--set log.level=debug shows where)";
          }
        };
    say(command, problem);
    if (e instanceof ConfigException wrong && wrong.problems().size() > 1) {
      wrong.problems().forEach(each -> command.getErr().println("  " + each));
      command.getErr().flush();
    }
    return exitCode(e).number();
  }

  /// The exit code a failure stands for.
  static ExitCode exitCode(Exception e) {
    return switch (e) {
      case CommandFailedException failed -> failed.exitCode();
      case ConfigException _ -> ExitCode.BAD_CONFIG;
      case UnreachableException _, NotWrittenException _ -> ExitCode.CANNOT_CONNECT;
      default -> ExitCode.FAILED;
    };
  }

  private static String unreachable(Exception e) {
    Throwable cause = e.getCause();
    return e.getMessage()
        + (cause == null || cause.getMessage() == null ? "" : " (" + cause.getMessage() + ")");
  }

  @Override
  public int handleParseException(ParameterException e, String[] args) {
    CommandLine command = e.getCommandLine();
    say(command, String.valueOf(e.getMessage()));
    PrintWriter err = command.getErr();
    if (!UnmatchedArgumentException.printSuggestions(e, err)) {
      err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
    }
    err.flush();
    return ExitCode.USAGE.number();
  }

  private static void say(CommandLine command, String problem) {
    PrintWriter err = command.getErr();
    err.println("kompakt: " + problem.lines().map(String::strip).reduce("", Failures::joined));
    err.flush();
  }

  private static String joined(String before, String line) {
    return before.isEmpty() ? line : before + " " + line;
  }
}
