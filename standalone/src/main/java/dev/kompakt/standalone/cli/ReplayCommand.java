package dev.kompakt.standalone.cli;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

@Command(
    name = "replay",
    description = {
      "Continue failed compactions from the chunks that succeeded.",
      "Only what is missing is bought; the result is found under the original compaction's id."
          + " Anyone else who replays the same gets the same replay. A selection runs only with"
          + " --yes.",
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  kompakt replay cmpn_0123456789abcdef0123456789abcdef01234567",
      "  kompakt replay --cause upstream_unavailable --since 2h --dry-run",
      "      what it would cost",
      "  kompakt replay --cause upstream_unavailable --since 2h --rate 2/s --yes",
      "  kompakt replay --cause quota_exhausted --account team-b --yes",
      "  kompakt replay cmpn_0123456789abcdef0123456789abcdef01234567 --mode local",
      "      without any call",
      "  kompakt replay list",
    })
final class ReplayCommand implements Callable<Integer> {
  private static final String PATH = "/admin/v1/replays";
  private static final int MOST_NAMED = 200;
  private static final long LOOK_EVERY_MS = 200;

  @Spec private CommandSpec spec = CommandSpec.create();

  private final GlobalOptions options;

  @Parameters(paramLabel = "ID", arity = "0..*", description = "Ids of compactions, at most 200.")
  private List<String> ids = List.of();

  @Mixin private FailureFilter filter = new FailureFilter();

  @Option(names = "--dry-run", description = "Only show what would be replayed and what it costs.")
  private boolean dryRun;

  @Option(names = "--yes", description = "Replay everything selected.")
  private boolean yes;

  @Option(
      names = "--rate",
      paramLabel = "N/UNIT",
      defaultValue = "10/s",
      description = "How many start per second, minute or hour. Default: ${DEFAULT-VALUE}.")
  private String rate = "";

  @Option(
      names = "--account",
      paramLabel = "ID",
      description = "Make every call with this account.")
  private @Nullable String account;

  @Option(
      names = "--mode",
      paramLabel = "MODE",
      description =
          "How to send a whole history: native, trigger or summarize; local for no call. Parts"
              + " of a split history are always summarized.")
  private @Nullable String mode;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "1000",
      description = "Replay at most this many of those selected. Default: ${DEFAULT-VALUE}.")
  private int limit;

  @Option(names = "--no-wait", description = "Do not wait for them to end.")
  private boolean noWait;

  ReplayCommand(GlobalOptions options) {
    this.options = options;
  }

  @Override
  public Integer call() {
    Map<String, @Nullable String> wish = wish();
    return Interrupts.during(
        options.err(),
        interrupts -> {
          try (AdminClient admin = AdminClient.of(options.loadQuietly())) {
            return replay(admin, wish, interrupts);
          } catch (InterruptedException e) {
            options.note("interrupted; the replays go on, see `kompakt replay list`");
            return ExitCode.INTERRUPTED.number();
          }
        });
  }

  private Map<String, @Nullable String> wish() {
    Map<String, @Nullable String> wish = new LinkedHashMap<>(filter.parameters());
    if (ids.isEmpty() == wish.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(),
          ids.isEmpty()
              ? "name compactions, or select some with --cause, --since and the like"
              : "either name compactions or select some, not both");
    }
    if (ids.size() > MOST_NAMED) {
      throw new ParameterException(
          spec.commandLine(), ids.size() + " ids are too many: 200 at most, or a selection");
    }
    if (!ids.isEmpty()) {
      wish.put("id", String.join(",", ids));
    }
    wish.put("rate", rate);
    wish.put("account", account);
    wish.put("mode", mode);
    wish.put("limit", Integer.toString(limit));
    return wish;
  }

  private int replay(AdminClient admin, Map<String, @Nullable String> wish, Interrupts interrupts)
      throws InterruptedException {
    boolean only = dryRun || (ids.isEmpty() && !yes);
    if (only) {
      wish.put("dry_run", "true");
    }
    JsonNode answer = admin.post(AdminClient.path(PATH, wish));
    interrupts.check();
    Replayed replayed = new Replayed(answer);
    if (only) {
      Entries.show(options.output(), replayed.entries(), Replayed::row);
      options.note(replayed.estimate());
      if (!dryRun && replayed.ready() > 0) {
        throw new ParameterException(
            spec.commandLine(), "nothing was replayed: say --yes to replay all that is selected");
      }
      return replayed.exitCode().number();
    }
    if (!noWait) {
      await(admin, replayed);
    }
    Entries.show(options.output(), replayed.entries(), Replayed::row);
    options.note(replayed.summary());
    return replayed.exitCode().number();
  }

  private void await(AdminClient admin, Replayed replayed) throws InterruptedException {
    try (Progress progress =
        Progress.begin(options.err(), replayed.running().size(), "replay", options.quiet())) {
      for (JsonNode entry : replayed.running()) {
        String id = entry.path("id").asString("");
        JsonNode now = entry;
        while (Replayed.runs(now)) {
          JsonNode jobs = now.path("progress");
          progress.jobs(id, jobs.path("done").asInt(0), jobs.path("jobs").asInt(0));
          Thread.sleep(LOOK_EVERY_MS);
          now = admin.get(PATH + "/" + URLEncoder.encode(id, StandardCharsets.UTF_8));
        }
        progress.ended(id);
        replayed.ended(now);
      }
    }
  }

  @Command(name = "list", description = "List all replays, newest first. Times are UTC.")
  int list(
      @Option(
              names = "--status",
              paramLabel = "STATUS",
              description =
                  "Only those in this state: scheduled, queued, in_progress, completed, failed"
                      + " or cancelled.")
          @Nullable String status) {
    Map<String, @Nullable String> filters = new LinkedHashMap<>();
    filters.put("status", status);
    try (AdminClient admin = AdminClient.of(options.loadQuietly())) {
      List<JsonNode> found = Entries.ask(admin, PATH, filters);
      Entries.show(options.output(), found, ReplayCommand::row);
      if (found.isEmpty()) {
        options.note("no replay is there");
      }
    }
    return ExitCode.OK.number();
  }

  @Command(name = "show", description = "Show one replay.")
  int show(@Parameters(paramLabel = "ID", description = "The replay's id.") String id) {
    try (AdminClient admin = AdminClient.of(options.loadQuietly())) {
      JsonNode replay = admin.get(PATH + "/" + URLEncoder.encode(id, StandardCharsets.UTF_8));
      switch (options.output().format()) {
        case TABLE -> Entries.show(options.output(), List.of(replay), ReplayCommand::row);
        case JSON, NDJSON -> options.output().settings(replay);
      }
    }
    return ExitCode.OK.number();
  }

  private static Map<String, Object> row(JsonNode replay) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("replay", replay.path("id").asString(""));
    row.put("compaction", replay.path("compaction").asString(""));
    row.put("status", replay.path("status").asString(""));
    row.put("created", Entries.time(replay.path("created_at")));
    row.put("starts", Entries.time(replay.path("starts_at")));
    row.put("done", replay.at("/progress/done").asInt(0));
    row.put("jobs", replay.at("/progress/jobs").asInt(0));
    row.put("account", replay.path("account").asString("-"));
    row.put("mode", replay.path("mode").asString("-"));
    row.put("error", replay.at("/error/code").asString("-"));
    return row;
  }
}
