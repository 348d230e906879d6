package dev.kompakt.ingress.admin;

import dev.kompakt.bootstrap.admin.AdminEndpoint.Reply;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The form lists are asked for and answered in.
final class Listing {
  static final int MAX_LIMIT = 1_000;
  private static final JsonMapper JSON = new JsonMapper();

  private Listing() {}

  /// Refuses parameters that nobody would heed.
  ///
  /// @throws IllegalArgumentException if there is another than these
  static void allow(Map<String, String> parameters, Set<String> names) {
    for (String name : parameters.keySet()) {
      if (!names.contains(name)) {
        throw new IllegalArgumentException("there is no parameter '" + name + "'");
      }
    }
  }

  /// How many entries are asked for.
  ///
  /// @param text null for the usual number
  /// @throws IllegalArgumentException if it is no number of 1 to [#MAX_LIMIT]
  static int limit(@Nullable String text, int usual) {
    if (text == null) {
      return usual;
    }
    try {
      int limit = Integer.parseInt(text);
      if (limit >= 1 && limit <= MAX_LIMIT) {
        return limit;
      }
    } catch (NumberFormatException e) {
      // told below
    }
    throw new IllegalArgumentException("limit must be 1 to " + MAX_LIMIT);
  }

  /// A switch that is off unless it is `true`.
  ///
  /// @throws IllegalArgumentException if it is neither `true` nor `false`
  static boolean flag(Map<String, String> parameters, String name) {
    return switch (parameters.getOrDefault(name, "false")) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException(name + " must be true or false");
    };
  }

  /// A constant by its name in lower case; null for none.
  ///
  /// @throws IllegalArgumentException if there is none of this name
  static <E extends Enum<E>> @Nullable E constant(
      Map<String, String> parameters, String name, Class<E> type) {
    String text = parameters.get(name);
    if (text == null) {
      return null;
    }
    return Stream.of(type.getEnumConstants())
        .filter(constant -> text.equals(lower(constant)))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    name
                        + " must be one of "
                        + Stream.of(type.getEnumConstants()).map(Listing::lower).toList()));
  }

  /// A constant as it is written.
  static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  /// A time as it is written, in seconds since 1970.
  static void time(ObjectNode node, String name, @Nullable Instant at) {
    node.put(name, at == null ? null : at.getEpochSecond());
  }

  /// Answers with a list.
  ///
  /// @param more whether there are entries beyond these
  static Reply of(List<ObjectNode> entries, boolean more) {
    return reply(list(entries, more));
  }

  /// A list to add to.
  static ObjectNode list(List<ObjectNode> entries, boolean more) {
    ObjectNode list = JsonNodeFactory.instance.objectNode();
    list.put("object", "list");
    ArrayNode data = list.putArray("data");
    entries.forEach(data::add);
    list.put("has_more", more);
    return list;
  }

  static Reply reply(ObjectNode node) {
    return Reply.json(JSON.writeValueAsString(node));
  }
}
