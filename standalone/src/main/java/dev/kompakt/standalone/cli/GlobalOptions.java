package dev.kompakt.standalone.cli;

import dev.kompakt.bootstrap.config.ConfigException;
import dev.kompakt.bootstrap.config.ConfigLoader;
import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.bootstrap.config.Paths;
import dev.kompakt.bootstrap.observe.Logging;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import tools.jackson.databind.JsonNode;

/// What every command takes, and where it says things.
final class GlobalOptions {
  private final PrintStream out;
  private final PrintStream err;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      description =
          "The config file. Else KOMPAKT_CONFIG, ./kompakt.yaml or ~/.kompakt/kompakt.yaml,"
              + " whichever is there first.")
  private @Nullable Path config;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      scope = ScopeType.INHERIT,
      mapFallbackValue = "",
      description =
          "A setting that overrides environment and file, e.g. --set"
              + " ingress.listen=127.0.0.1:9000. Repeatable.")
  private Map<String, String> settings = new LinkedHashMap<>();

  @Option(
      names = "--output",
      paramLabel = "FORM",
      scope = ScopeType.INHERIT,
      defaultValue = "table",
      description = "Format of stdout: table, json or ndjson. Default: table.")
  private Output.Format format = Output.Format.TABLE;

  @Option(
      names = {"-q", "--quiet"},
      scope = ScopeType.INHERIT,
      description = "Print only errors to stderr.")
  private boolean quiet;

  @Option(
      names = {"-h", "--help"},
      scope = ScopeType.INHERIT,
      usageHelp = true,
      description = "Show help, also for a single command.")
  @SuppressWarnings("UnusedVariable") // picocli looks at the option alone
  private boolean help;

  GlobalOptions(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  /// The file the config is read from; null if there is none.
  @Nullable Path configFile() {
    if (config != null) {
      return config;
    }
    String named = System.getenv("KOMPAKT_CONFIG");
    if (named != null && !named.isBlank()) {
      return Paths.expand(named);
    }
    Path here = Path.of("kompakt.yaml");
    Path home = Paths.expand("~/.kompakt/kompakt.yaml");
    return Files.exists(here) ? here : Files.exists(home) ? home : null;
  }

  /// The config, with logging set up by it.
  ///
  /// @param defaults settings that hold unless the caller of the command set them
  /// @param forced settings the caller cannot set
  /// @throws dev.kompakt.bootstrap.config.ConfigException if it is wrong
  KompaktConfig load(Map<String, String> defaults, Map<String, String> forced) {
    Map<String, String> flags = new HashMap<>(defaults);
    flags.putAll(settings);
    flags.putAll(forced);
    KompaktConfig loaded = ConfigLoader.load(configFile(), System.getenv(), flags);
    Logging.configure(loaded.log());
    return loaded;
  }

  /// The config of a process that serves.
  KompaktConfig load() {
    return load(Map.of(), Map.of());
  }

  /// The config of a command that looks at something and says itself what is wrong.
  KompaktConfig loadQuietly() {
    return load(Map.of("log.level", "error"), Map.of());
  }

  /// The effective config, secrets hidden.
  JsonNode effective() {
    return ConfigLoader.effective(configFile(), System.getenv(), settings);
  }

  /// Everything that is wrong with the config.
  List<ConfigException> problems() {
    return ConfigLoader.problems(configFile(), System.getenv(), settings);
  }

  Output output() {
    return new Output(out, format);
  }

  boolean quiet() {
    return quiet;
  }

  /// Tells people something that is no data.
  void note(String text) {
    if (!quiet) {
      err.println(text);
    }
  }

  PrintStream err() {
    return err;
  }
}
