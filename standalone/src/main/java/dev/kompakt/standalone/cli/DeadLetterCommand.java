package dev.kompakt.standalone.cli;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

@Command(
    name = "dead-letter",
    description = {
      "Show what failed: compactions, and unreadable records.",
      "`kompakt replay` continues them. Kompakt is found by kafka.dataDir, else at admin.listen.",
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  kompakt dead-letter list --group",
      "      what failed, by cause, and what a replay of it would cost",
      "  kompakt dead-letter list --cause rate_limited --since 2h",
      "  kompakt dead-letter show cmpn_0123456789abcdef0123456789abcdef01234567",
    })
final class DeadLetterCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  private final GlobalOptions options;

  DeadLetterCommand(GlobalOptions options) {
    this.options = options;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "say `dead-letter list` or `show ID`");
  }

  @Command(
      name = "list",
      description = {
        "List what failed and was not continued since, newest first. Times are UTC.",
        "Calls, bytes and tokens are estimates of what is left to buy.",
      })
  int list(
      @Mixin FailureFilter filter,
      @Option(names = "--all", description = "Include those continued or completed since.")
          boolean all,
      @Option(names = "--group", description = "One line per cause and code.") boolean group,
      @Option(
              names = "--limit",
              paramLabel = "N",
              defaultValue = "50",
              description = "Show at most this many, 1 to 1000. Default: ${DEFAULT-VALUE}.")
          int limit) {
    Map<String, @Nullable String> parameters = filter.parameters();
    parameters.put("limit", Integer.toString(limit));
    if (all) {
      parameters.put("all", "true");
    }
    if (group) {
      parameters.put("group", "cause");
    }
    try (AdminClient admin = AdminClient.of(options.loadQuietly())) {
      JsonNode found = admin.get(AdminClient.path("/admin/v1/dead-letters", parameters));
      List<JsonNode> entries = found.path("data").valueStream().toList();
      Entries.show(
          options.output(), entries, group ? DeadLetterCommand::group : DeadLetterCommand::row);
      if (found.path("has_more").asBoolean(false)) {
        options.note("there are more; see --limit");
      } else if (entries.isEmpty()) {
        options.note("nothing of the kind has failed");
      }
    }
    return ExitCode.OK.number();
  }

  @Command(
      name = "show",
      description = {
        "Show one: why it failed, what is left to buy, and pointers to what a replay" + " reads.",
        "It holds no text of the history.",
      })
  int show(
      @Parameters(
              paramLabel = "ID",
              description = "The compaction's id, or the position of an unreadable record.")
          String id) {
    try (AdminClient admin = AdminClient.of(options.loadQuietly())) {
      JsonNode letter =
          admin.get("/admin/v1/dead-letters/" + URLEncoder.encode(id, StandardCharsets.UTF_8));
      options
          .output()
          .settings(
              switch (options.output().format()) {
                case TABLE -> readable(letter.deepCopy().asObject());
                case JSON, NDJSON -> letter;
              });
    }
    return ExitCode.OK.number();
  }

  /// The same with times for people, and with the message called what it is.
  private static JsonNode readable(ObjectNode letter) {
    letter.set("client_was_told", letter.remove("message"));
    for (String time : List.of("failed_at", "expires_at")) {
      letter.put(time, Entries.time(letter.path(time)));
    }
    return letter;
  }

  private static Map<String, Object> row(JsonNode letter) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("id", letter.path("id").asString(""));
    row.put("state", letter.path("state").asString(""));
    row.put("cause", letter.path("cause").asString(""));
    row.put("code", letter.path("code").asString("-"));
    row.put("failed", Entries.time(letter.path("failed_at")));
    row.put("tenant", letter.path("tenant").asString("-"));
    row.put("model", letter.path("model").asString("-"));
    remaining(row, letter);
    return row;
  }

  private static Map<String, Object> group(JsonNode group) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("count", group.path("count").asInt());
    row.put("cause", group.path("cause").asString(""));
    row.put("code", group.path("code").asString("-"));
    row.put("first", Entries.time(group.path("first_at")));
    row.put("last", Entries.time(group.path("last_at")));
    remaining(row, group);
    row.put("latest", group.path("latest").asString(""));
    return row;
  }

  /// What is left to buy.
  static void remaining(Map<String, Object> row, JsonNode entry) {
    JsonNode remaining = entry.path("remaining");
    row.put("calls", Entries.figure(remaining.path("calls")));
    row.put("bytes", Entries.figure(remaining.path("bytes")));
    row.put("tokens", Entries.figure(remaining.path("tokens")));
  }
}
