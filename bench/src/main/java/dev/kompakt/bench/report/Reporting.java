package dev.kompakt.bench.report;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// Where a report goes, as the command line says: a table or JSON on stdout, JSON into a file.
public final class Reporting {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  /// How a report is written to stdout.
  public enum Format {
    TABLE,
    JSON;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Option(
      names = "--output",
      paramLabel = "FORMAT",
      description = "On stdout: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
  Format output = Format.TABLE;

  @Option(names = "--out", paramLabel = "FILE", description = "Write JSON into this file as well.")
  @Nullable Path out;

  /// Fails if the file cannot be written, before anything is measured.
  public void expectWritable() {
    Path parent = out == null ? null : out.toAbsolutePath().getParent();
    if (parent != null && !Files.isWritable(parent)) {
      throw new BenchException("cannot write " + out + ": " + parent + " is not writable");
    }
  }

  /// Writes a report.
  ///
  /// @param report a record Jackson can write
  /// @param table writes the same for people
  public void write(Object report, Consumer<PrintStream> table) {
    String json = JSON.writeValueAsString(report) + "\n";
    switch (output) {
      case TABLE -> table.accept(System.out);
      case JSON -> System.out.print(json);
    }
    System.out.flush();
    if (out != null) {
      try {
        Files.writeString(out, json);
      } catch (IOException e) {
        throw new BenchException(
            "cannot write " + out + " (" + e.getClass().getSimpleName() + ")", e);
      }
    }
  }
}
