package dev.kompakt.standalone.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/// What came of a wish for replays, and what they come to.
final class Replayed {
  private final List<JsonNode> entries;
  private final JsonNode remaining;
  private final boolean more;

  /// Made of the admin plane's answer.
  Replayed(JsonNode answer) {
    entries = new ArrayList<>(answer.path("data").valueStream().toList());
    remaining = answer.path("remaining");
    more = answer.path("has_more").asBoolean(false);
  }

  List<JsonNode> entries() {
    return List.copyOf(entries);
  }

  /// Those that have not ended.
  List<JsonNode> running() {
    return entries.stream().filter(Replayed::runs).toList();
  }

  static boolean runs(JsonNode entry) {
    return switch (entry.path("status").asString("")) {
      case "scheduled", "queued", "in_progress" -> true;
      default -> false;
    };
  }

  /// One of them has ended.
  void ended(JsonNode end) {
    entries.replaceAll(
        entry -> {
          if (!entry.path("id").asString("").equals(end.path("id").asString(""))) {
            return entry;
          }
          var merged = entry.deepCopy().asObject();
          merged.setAll(end.asObject());
          return merged;
        });
  }

  long ready() {
    return count("ready");
  }

  private long count(String result) {
    return entries.stream().filter(entry -> result(entry).equals(result)).count();
  }

  /// How it stands, else why there is no replay.
  private static String result(JsonNode entry) {
    String outcome = entry.path("outcome").asString("");
    return outcome.equals("created") || outcome.equals("existing")
        ? entry.path("status").asString(outcome)
        : outcome;
  }

  /// What it would cost.
  String estimate() {
    return ready()
        + " can be replayed, with at most "
        + remaining.path("calls").asInt(0)
        + " calls of "
        + remaining.path("bytes").asLong(0)
        + " bytes, about "
        + remaining.path("tokens").asLong(0)
        + " tokens"
        + rest();
  }

  String summary() {
    Map<String, Long> results =
        entries.stream()
            .collect(
                Collectors.groupingBy(Replayed::result, LinkedHashMap::new, Collectors.counting()));
    long existing =
        entries.stream()
            .filter(entry -> entry.path("outcome").asString("").equals("existing"))
            .count();
    return (results.isEmpty()
            ? "nothing to replay"
            : results.entrySet().stream()
                .map(result -> result.getValue() + " " + told(result.getKey()))
                .collect(Collectors.joining(", ")))
        + bought()
        + (existing == 0 ? "" : "; " + existing + " of them had been asked for before")
        + rest();
  }

  private String bought() {
    List<Integer> calls = entries.stream().flatMap(entry -> bought(entry).stream()).toList();
    return calls.isEmpty()
        ? ""
        : "; calls made: " + calls.stream().mapToInt(Integer::intValue).sum();
  }

  /// Calls this run has made; of the compaction's calls, all but those made before it.
  private static Optional<Integer> bought(JsonNode entry) {
    JsonNode all = entry.at("/progress/calls");
    JsonNode before = entry.path("calls_before");
    return all.isNumber() && before.isNumber()
        ? Optional.of(all.asInt() - before.asInt())
        : Optional.empty();
  }

  private static String told(String result) {
    return switch (result) {
      case "lost" -> "lost (past retention: only their clients can send them again)";
      default -> result.replace('_', ' ');
    };
  }

  private String rest() {
    return more ? "; there are more, say the same again" : "";
  }

  /// What the command ends with.
  ExitCode exitCode() {
    long good = entries.stream().filter(Replayed::good).count();
    if (good == entries.size()) {
      return ExitCode.OK;
    }
    if (good > 0) {
      return ExitCode.PARTLY_FAILED;
    }
    return count("unknown") == entries.size() ? ExitCode.NOT_FOUND : ExitCode.FAILED;
  }

  private static boolean good(JsonNode entry) {
    return switch (result(entry)) {
      case "ready", "scheduled", "queued", "in_progress", "completed" -> true;
      default -> false;
    };
  }

  static Map<String, Object> row(JsonNode entry) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("compaction", entry.path("compaction").asString(""));
    row.put("replay", entry.path("id").asString("-"));
    row.put("outcome", entry.path("outcome").asString(""));
    row.put("status", entry.path("status").asString("-"));
    DeadLetterCommand.remaining(row, entry);
    row.put("made", bought(entry).map(String::valueOf).orElse("-"));
    row.put("error", entry.at("/error/code").asString("-"));
    return row;
  }
}
