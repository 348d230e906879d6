package dev.kompakt.standalone.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

@Command(
    name = "limits",
    description = {
      "Show which request sizes providers accepted and refused, as a running Kompakt has seen.",
      "Chunks are packed to these limits, which expire after routing.limitLifetime.",
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  kompakt limits list",
      "  kompakt limits list --model gpt-5.5 --output json",
    })
final class LimitsCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  private final GlobalOptions options;

  LimitsCommand(GlobalOptions options) {
    this.options = options;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "say `limits list`");
  }

  @Command(
      name = "list",
      description = "List the limits in force, by provider, endpoint and model. Times are UTC.")
  int list(
      @Option(names = "--provider", paramLabel = "ID", description = "Only those of this provider.")
          @Nullable String provider,
      @Option(names = "--model", paramLabel = "NAME", description = "Only those of this model.")
          @Nullable String model) {
    Map<String, @Nullable String> filters = new LinkedHashMap<>();
    filters.put("provider", provider);
    filters.put("model", model);
    try (AdminClient admin = AdminClient.of(options.loadQuietly())) {
      Entries.show(
          options.output(), Entries.ask(admin, "/admin/v1/limits", filters), LimitsCommand::row);
    }
    return ExitCode.OK.number();
  }

  private static Map<String, Object> row(JsonNode limit) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("provider", limit.path("provider").asString(""));
    row.put("endpoint", limit.path("endpoint").asString(""));
    row.put("model", limit.path("model").asString(""));
    row.put("acceptedBytes", Entries.figure(limit.path("bytes").path("largest_accepted")));
    row.put("refusedBytes", Entries.figure(limit.path("bytes").path("smallest_rejected")));
    row.put("acceptedTokens", Entries.figure(limit.path("tokens").path("largest_accepted")));
    row.put("refusedTokens", Entries.figure(limit.path("tokens").path("smallest_rejected")));
    row.put("expires", Entries.time(limit.path("expires_at")));
    row.put("missingUntil", Entries.time(limit.path("missing_until")));
    return row;
  }
}
