package dev.kompakt.ingress.admin;

import dev.kompakt.bootstrap.admin.AdminEndpoint.Reply;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The form lists are asked for and answered in.
final class Listing {
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

  /// Answers with a list.
  ///
  /// @param more whether there are entries beyond these
  static Reply of(List<ObjectNode> entries, boolean more) {
    ObjectNode list = JsonNodeFactory.instance.objectNode();
    list.put("object", "list");
    ArrayNode data = list.putArray("data");
    entries.forEach(data::add);
    list.put("has_more", more);
    return Reply.json(JSON.writeValueAsString(list));
  }
}
