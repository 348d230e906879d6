package dev.kompakt.standalone.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/// What became of one file of a batch.
sealed interface FileReport {
  Path file();

  /// For people.
  String text();

  /// For programs.
  Map<String, Object> row();

  /// How large a history is.
  record Size(long items, long bytes, long estimatedTokens) {
    private Map<String, Object> row() {
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("items", items);
      row.put("bytes", bytes);
      row.put("estimated_tokens", estimatedTokens);
      return row;
    }
  }

  /// It was compacted.
  ///
  /// @param mode as the router told it, in lower case
  /// @param jobs chunks and merges
  record Compacted(
      Path file,
      Path output,
      Size before,
      Size after,
      String compaction,
      String model,
      String mode,
      int jobs,
      int calls,
      Duration time)
      implements FileReport {
    @Override
    public String text() {
      return String.format(
          Locale.ROOT,
          """
              %s
                into    %s
                items   %,d -> %,d
                bytes   %s -> %s
                tokens  ~%,d -> ~%,d (estimated)
                work    %d %s, %d upstream %s, %.1f s
                mode    %s""",
          file,
          output,
          before.items(),
          after.items(),
          size(before.bytes()),
          size(after.bytes()),
          before.estimatedTokens(),
          after.estimatedTokens(),
          jobs,
          jobs == 1 ? "chunk" : "chunks and merges",
          calls,
          calls == 1 ? "call" : "calls",
          time.toMillis() / 1000.0,
          mode.equals("local")
              ? "local: no account is configured, so nothing went upstream"
              : mode + ", model " + model);
    }

    @Override
    public Map<String, Object> row() {
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("file", file.toString());
      row.put("status", "compacted");
      row.put("output", output.toString());
      row.put("before", before.row());
      row.put("after", after.row());
      row.put("compaction", compaction);
      row.put("model", model);
      row.put("mode", mode);
      row.put("jobs", jobs);
      row.put("calls", calls);
      row.put("seconds", time.toMillis() / 1000.0);
      return row;
    }
  }

  /// It would be compacted.
  record Planned(Path file, Path output, Size before, String model) implements FileReport {
    @Override
    public String text() {
      return String.format(
          Locale.ROOT,
          "%s: would compact %,d items, %s, ~%,d tokens, model %s, into %s",
          file,
          before.items(),
          size(before.bytes()),
          before.estimatedTokens(),
          model,
          output);
    }

    @Override
    public Map<String, Object> row() {
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("file", file.toString());
      row.put("status", "planned");
      row.put("output", output.toString());
      row.put("before", before.row());
      row.put("model", model);
      return row;
    }
  }

  /// It was not compacted.
  record Failed(Path file, ExitCode exitCode, String reason) implements FileReport {
    @Override
    public String text() {
      return file + ": " + reason;
    }

    @Override
    public Map<String, Object> row() {
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("file", file.toString());
      row.put("status", "failed");
      row.put("reason", reason);
      return row;
    }
  }

  private static String size(long bytes) {
    if (bytes < 10 * 1024) {
      return bytes + " B";
    }
    return bytes < 10L << 20
        ? String.format(Locale.ROOT, "%.1f KiB", bytes / 1024.0)
        : String.format(Locale.ROOT, "%.1f MiB", bytes / (double) (1 << 20));
  }
}
