package dev.kompakt.standalone.cli;

import dev.kompakt.bootstrap.config.ConfigException;
import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.bootstrap.seal.SealingKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
    name = "config",
    description = {
      "Check the config, or show the effective settings.",
      "Flags override KOMPAKT_… variables, which override the file, which overrides the defaults.",
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  kompakt config check --config kompakt.yaml",
      "  KOMPAKT_COMPACTION_MAX_CALLS=12 kompakt config show",
    })
final class ConfigCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  private final GlobalOptions options;

  ConfigCommand(GlobalOptions options) {
    this.options = options;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "say `config check` or `config show`");
  }

  @Command(
      name = "check",
      description = "Print ok, or what is wrong and where. Secrets are looked up, but not shown.")
  int check() {
    List<Map<String, Object>> problems = new ArrayList<>();
    options.problems().forEach(problem -> problems.add(row(problem)));
    if (problems.isEmpty()) {
      try {
        KompaktConfig config = options.loadQuietly();
        if (!SealingKey.isToBeMade(config)) {
          var _ = SealingKey.load(config);
        }
      } catch (ConfigException e) {
        problems.add(row(e));
      }
    }
    if (problems.isEmpty()) {
      options.output().text("ok");
    } else {
      problems.forEach(row -> options.output().text(row.get("key") + ": " + row.get("problem")));
    }
    options.output().data(problems);
    return (problems.isEmpty() ? ExitCode.OK : ExitCode.BAD_CONFIG).number();
  }

  @Command(name = "show", description = "Print the effective config, with secrets as ***.")
  int show() {
    options.output().settings(options.effective());
    return ExitCode.OK.number();
  }

  private static Map<String, Object> row(ConfigException problem) {
    String message = String.valueOf(problem.getMessage());
    return Map.of(
        "key", problem.key(), "problem", message.substring(problem.key().length() + ": ".length()));
  }
}
