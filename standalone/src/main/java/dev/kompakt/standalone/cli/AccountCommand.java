package dev.kompakt.standalone.cli;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

@Command(
    name = "account",
    description = {
      "Show the accounts of a running Kompakt, take them out of use and put them" + " back.",
      "It is found by kafka.dataDir, else at admin.listen.",
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  kompakt account list",
      "  kompakt account list --state quota_exceeded --output json",
      "  kompakt account pause team-a",
      "      what it has running goes on; what comes next goes to others",
      "  kompakt account resume team-a",
      "  kompakt account probe team-a && kompakt account list",
      "  kompakt account explain --tokens 120000",
    })
final class AccountCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  private final GlobalOptions options;

  AccountCommand(GlobalOptions options) {
    this.options = options;
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "say `account list`, `pause ID`, `resume ID`, `probe ID` or `explain`");
  }

  @Command(
      name = "list",
      description = {
        "List the accounts with their states and the use of their windows.",
        "Times are UTC.",
      })
  int list(
      @Option(
              names = "--state",
              paramLabel = "STATE",
              description =
                  "Only those in this state: active, rate_limited, quota_exceeded,"
                      + " reauth_required, deactivated or paused.")
          @Nullable String state,
      @Option(names = "--provider", paramLabel = "ID", description = "Only those of this provider.")
          @Nullable String provider) {
    Map<String, @Nullable String> filters = new LinkedHashMap<>();
    filters.put("state", state);
    filters.put("provider", provider);
    try (AdminClient admin = AdminClient.of(options.loadQuietly())) {
      Entries.show(
          options.output(), Entries.ask(admin, "/admin/v1/accounts", filters), AccountCommand::row);
    }
    return ExitCode.OK.number();
  }

  @Command(
      name = "pause",
      description = "Take an account out of use until it is resumed, also across restarts.")
  int pause(@Parameters(paramLabel = "ID", description = "The account's id.") String id) {
    return act(id, "pause", "paused");
  }

  @Command(name = "resume", description = "Put an account back into use, whatever its state was.")
  int resume(@Parameters(paramLabel = "ID", description = "The account's id.") String id) {
    return act(id, "resume", "active");
  }

  @Command(
      name = "probe",
      description = {
        "Try an account with a call that costs no tokens, and set its state by the" + " result:",
        "an account that answers is used again at once, unless it is paused.",
      })
  int probe(@Parameters(paramLabel = "ID", description = "The account's id.") String id) {
    try (AdminClient admin = AdminClient.of(options.loadQuietly())) {
      JsonNode account = admin.post(path(id, "probe"));
      String refusal = account.path("refusal").asString("");
      options.note(
          "account "
              + id
              + (refusal.isEmpty() ? " answers" : " refuses: " + refusal)
              + "; it is "
              + account.path("state").asString("unknown"));
      options.output().data(List.of(Entries.map(account)));
      return (refusal.isEmpty() ? ExitCode.OK : ExitCode.FAILED).number();
    }
  }

  @Command(
      name = "explain",
      description = {
        "Show which account a call would go to now, and how each account ranks.",
        "Calls in flight are those of the process that answers.",
      })
  int explain(
      @Option(names = "--provider", paramLabel = "ID", description = "The provider to call.")
          @Nullable String provider,
      @Option(
              names = "--session",
              paramLabel = "KEY",
              description = "The call's session, as its client names it.")
          @Nullable String session,
      @Option(
              names = "--tenant",
              paramLabel = "ID",
              description = "The tenant that owns the session. Default: local.")
          @Nullable String tenant,
      @Option(names = "--tokens", paramLabel = "N", description = "The size of the call in tokens.")
          @Nullable Long tokens) {
    Map<String, @Nullable String> filters = new LinkedHashMap<>();
    filters.put("provider", provider);
    filters.put("session", session);
    filters.put("tenant", tenant);
    filters.put("tokens", tokens == null ? null : tokens.toString());
    try (AdminClient admin = AdminClient.of(options.loadQuietly())) {
      JsonNode explained = admin.get(AdminClient.path("/admin/v1/routing/explain", filters));
      options.note(decision(explained));
      Entries.show(
          options.output(),
          explained.path("accounts").valueStream().toList(),
          AccountCommand::verdict);
    }
    return ExitCode.OK.number();
  }

  private static String decision(JsonNode explained) {
    String reason = explained.path("reason").asString("").replace('_', ' ');
    return switch (explained.path("decision").asString("")) {
      case "use" -> "goes to " + explained.path("account").asString("") + ": " + reason;
      case "wait" -> "waits until " + Entries.time(explained.path("until")) + ": " + reason;
      default -> "goes nowhere: " + reason;
    };
  }

  private static Map<String, Object> verdict(JsonNode account) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("account", account.path("account").asString(""));
    row.put("grade", account.path("grade").asString(""));
    row.put("inFlight", account.path("in_flight").asInt());
    row.put("until", Entries.time(account.path("until")));
    row.put("why", account.path("why").asString(""));
    return row;
  }

  private int act(String id, String action, String result) {
    try (AdminClient admin = AdminClient.of(options.loadQuietly())) {
      JsonNode account = admin.post(path(id, action));
      String state = account.path("state").asString("");
      options.note(
          state.equals(result)
              ? "account " + id + " is " + state
              : "it is written down; no router has taken it in yet. See `kompakt account list`.");
      options.output().data(List.of(Entries.map(account)));
    }
    return ExitCode.OK.number();
  }

  private static String path(String id, String action) {
    return "/admin/v1/accounts/" + URLEncoder.encode(id, StandardCharsets.UTF_8) + "/" + action;
  }

  private static Map<String, Object> row(JsonNode account) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("account", account.path("id").asString(""));
    row.put("provider", account.path("provider").asString(""));
    row.put("state", account.path("state").asString(""));
    row.put("until", Entries.time(account.path("until")));
    row.put("used", used(account.path("windows")));
    row.put("calls", account.path("calls").asLong());
    row.put(
        "tokens", account.path("input_tokens").asLong() + account.path("output_tokens").asLong());
    return row;
  }

  /// Each window, the fullest first: `secondary 97 %, primary 20 %`.
  private static String used(JsonNode windows) {
    return windows.isEmpty()
        ? "-"
        : windows
            .propertyStream()
            .sorted(
                Comparator.comparingDouble(
                        (Map.Entry<String, JsonNode> window) -> percent(window.getValue()))
                    .reversed())
            .map(window -> window.getKey() + " " + Math.round(percent(window.getValue())) + " %")
            .collect(Collectors.joining(", "));
  }

  private static double percent(JsonNode window) {
    return window.path("used_percent").asDouble(0);
  }
}
