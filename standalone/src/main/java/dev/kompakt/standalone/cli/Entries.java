package dev.kompakt.standalone.cli;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.type.MapType;

/// Entries of the admin plane's lists: whole for programs, a few columns of them for people.
final class Entries {
  private static final JsonMapper JSON = new JsonMapper();
  private static final MapType MAP =
      JSON.getTypeFactory().constructMapType(LinkedHashMap.class, String.class, Object.class);

  private Entries() {}

  /// Asks for a list.
  ///
  /// @param filters by name; null for none
  static List<JsonNode> ask(AdminClient admin, String path, Map<String, @Nullable String> filters) {
    return admin.get(AdminClient.path(path, filters)).path("data").valueStream().toList();
  }

  /// Shows a list.
  ///
  /// @param row an entry's columns for people
  static void show(
      Output output, List<JsonNode> entries, Function<JsonNode, Map<String, Object>> row) {
    switch (output.format()) {
      case TABLE -> output.rows(entries.stream().map(row).toList());
      case JSON, NDJSON -> output.rows(entries.stream().map(Entries::map).toList());
    }
  }

  static Map<String, Object> map(JsonNode entry) {
    return JSON.convertValue(entry, MAP);
  }

  /// A time for people, `-` if there is none.
  static String time(JsonNode seconds) {
    return seconds.isNumber() ? Instant.ofEpochSecond(seconds.asLong()).toString() : "-";
  }

  /// A figure for people, `-` if there is none.
  static String figure(JsonNode number) {
    return number.isNumber() ? number.asString() : "-";
  }
}
