package dev.kompakt.standalone.cli;

import dev.kompakt.bootstrap.config.ConfigLoader;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What a command hands back on stdout, in the form that was asked for.
final class Output {
  /// A form of output.
  enum Format {
    TABLE,
    JSON,
    NDJSON
  }

  private static final JsonMapper JSON = new JsonMapper();

  private final PrintStream out;
  private final Format format;

  Output(PrintStream out, Format format) {
    this.out = out;
    this.format = format;
  }

  Format format() {
    return format;
  }

  /// Text for people; nothing in the other forms.
  void text(String text) {
    if (format == Format.TABLE) {
      out.println(text);
    }
  }

  /// Settings: YAML for people, else one JSON object.
  void settings(JsonNode tree) {
    switch (format) {
      case TABLE -> out.print(ConfigLoader.yaml(tree));
      case JSON -> out.println(JSON.writerWithDefaultPrettyPrinter().writeValueAsString(tree));
      case NDJSON -> out.println(JSON.writeValueAsString(tree));
    }
  }

  /// Rows that people have been told in text.
  void data(List<Map<String, Object>> rows) {
    if (format != Format.TABLE) {
      rows(rows);
    }
  }

  /// One row as soon as it is known, where rows are lines.
  void line(Map<String, Object> row) {
    if (format == Format.NDJSON) {
      out.println(JSON.writeValueAsString(row));
    }
  }

  /// All rows that [#line] and [#text] were told of, where they are one document.
  void list(List<Map<String, Object>> rows) {
    if (format == Format.JSON) {
      rows(rows);
    }
  }

  /// Rows of the same columns.
  void rows(List<Map<String, Object>> rows) {
    switch (format) {
      case TABLE -> table(rows);
      case JSON -> out.println(JSON.writerWithDefaultPrettyPrinter().writeValueAsString(rows));
      case NDJSON -> rows.forEach(row -> out.println(JSON.writeValueAsString(row)));
    }
  }

  private void table(List<Map<String, Object>> rows) {
    if (rows.isEmpty()) {
      return;
    }
    List<String> columns = new ArrayList<>(rows.getFirst().keySet());
    List<List<String>> lines = new ArrayList<>();
    lines.add(columns);
    for (Map<String, Object> row : rows) {
      lines.add(columns.stream().map(column -> cell(row.get(column))).toList());
    }
    int[] widths = new int[columns.size()];
    for (List<String> line : lines) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], line.get(i).length());
      }
    }
    for (List<String> line : lines) {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        text.append(line.get(i)).repeat(' ', widths[i] - line.get(i).length() + 2);
      }
      out.println(text.toString().stripTrailing());
    }
  }

  private static String cell(@Nullable Object value) {
    return value == null ? "-" : value.toString();
  }
}
