package dev.kompakt.standalone.cli;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help;
import picocli.CommandLine.IHelpSectionRenderer;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `kompakt` itself: its commands, in groups, and what they share.
@Command(
    name = "kompakt",
    versionProvider = CommandLineInterface.Version.class,
    synopsisSubcommandLabel = "COMMAND",
    description = {
      "Makes the compaction of coding agents' histories durable.",
      "Without any configuration it compacts locally: no upstream, no cost.",
    },
    optionListHeading = "%nOptions of every command:%n",
    footerHeading = "%nExamples:%n",
    footer = {
      "  kompakt compact examples/rollout.jsonl",
      "      writes examples/rollout.compacted.jsonl, which Codex resumes",
      "  kompakt compact ~/.codex/archived_sessions --out compacted --jobs 8",
      "      a whole archive; interrupted, the same command goes on",
      "  kompakt up --config kompakt.yaml",
      "      serves http://127.0.0.1:8700/v1 until Ctrl-C",
      "  kompakt config check --set compaction.maxCalls=12",
      "      says what is wrong with the config, by its key",
      "",
      "Exit codes: 0 ok, 1 failed, 2 usage, 3 partly failed, 4 not found, 6 cannot connect,",
      "78 bad config, 130 interrupted, 143 ended by a second SIGTERM. Every setting is in docs/config.md.",
    })
public final class CommandLineInterface implements Runnable {
  private static final int WIDTH = 100;

  private static final List<Group> GROUPS =
      List.of(
          new Group("Compact histories", List.of("compact")),
          new Group("Serve", List.of("up", "ingress", "worker", "router", "broker")),
          new Group(
              "Look after it",
              List.of(
                  "doctor",
                  "config",
                  "key",
                  "account",
                  "limits",
                  "dead-letter",
                  "replay",
                  "topics")));

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Show the version.")
  @SuppressWarnings("UnusedVariable") // picocli looks at the option alone
  private boolean version;

  private CommandLineInterface() {}

  /// Commands shown under one heading.
  private record Group(String heading, List<String> commands) {}

  /// Runs one command.
  ///
  /// @return the exit code
  public static int run(String[] args, PrintStream out, PrintStream err) {
    return commandLine(out, err).execute(args);
  }

  /// The whole command line.
  static CommandLine commandLine(PrintStream out, PrintStream err) {
    GlobalOptions options = new GlobalOptions(out, err);
    CommandLine top =
        new CommandLine(new CommandLineInterface())
            .addMixin("global", options)
            .addSubcommand(new CompactCommand(options))
            .addSubcommand(new UpCommand(options))
            .addSubcommand(new RoleCommands.Ingress(options))
            .addSubcommand(new RoleCommands.Worker(options))
            .addSubcommand(new RoleCommands.Router(options))
            .addSubcommand(new BrokerCommand(options))
            .addSubcommand(new DoctorCommand(options))
            .addSubcommand(new ConfigCommand(options))
            .addSubcommand(new KeyCommand(options))
            .addSubcommand(new AccountCommand(options))
            .addSubcommand(new LimitsCommand(options))
            .addSubcommand(new DeadLetterCommand(options))
            .addSubcommand(new ReplayCommand(options))
            .addSubcommand(new TopicsCommand(options));
    UsageMessageSpec usage = top.getCommandSpec().usageMessage();
    Map<String, IHelpSectionRenderer> sections = new HashMap<>(usage.sectionMap());
    sections.put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST, CommandLineInterface::groups);
    usage.sectionMap(sections);
    Failures failures = new Failures();
    return top.setOut(writer(out))
        .setErr(writer(err))
        .setUsageHelpWidth(WIDTH)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler(failures)
        .setParameterExceptionHandler(failures);
  }

  private static PrintWriter writer(PrintStream stream) {
    return new PrintWriter(stream, true, StandardCharsets.UTF_8);
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is missing");
  }

  private static String groups(Help help) {
    StringBuilder text = new StringBuilder();
    for (Group group : GROUPS) {
      text.append("\n").append(group.heading()).append(":\n");
      for (String name : group.commands()) {
        Help command = help.subcommands().get(name);
        if (command != null) {
          text.append(
              "  %-11s %s\n"
                  .formatted(name, command.commandSpec().usageMessage().description()[0]));
        }
      }
    }
    // The launcher script carries these out itself.
    return text.append(
            """

            In a checkout:
              test        Run the whole test suite; arguments go to Maven.
              bench       Measure; `bench --help` says what.
              soak        Faults at random under load, and what must hold after them.
              images      Make container images as tar files, without a Docker daemon.
            """)
        .toString();
  }

  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = CommandLineInterface.class.getPackage().getImplementationVersion();
      return new String[] {
        "kompakt " + (version == null ? "(development)" : version),
        "Java " + Runtime.version() + " on " + System.getProperty("os.name"),
      };
    }
  }
}
