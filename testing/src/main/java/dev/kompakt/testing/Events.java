package dev.kompakt.testing;

import dev.kompakt.testing.Reply.Twist;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Writes a response as the server-sent events of a stream.
final class Events {
  /// Characters of a delta.
  private static final int DELTA = 4096;

  private final JsonMapper mapper;
  private final StringBuilder text = new StringBuilder();
  private int sequence;

  Events(JsonMapper mapper) {
    this.mapper = mapper;
  }

  /// A stream that comes to its end, in whatever way the twist says.
  String answer(ObjectNode created, ArrayNode items, ObjectNode completed, @Nullable Twist twist) {
    event("response.created", created);
    event("response.in_progress", created);
    for (int i = 0; i < items.size(); i++) {
      item(i, items.get(i));
    }
    if (twist != Twist.NEVER_COMPLETED) {
      event("response." + completed.path("status").asString(""), completed);
    }
    return text.toString();
  }

  private void item(int index, JsonNode item) {
    ObjectNode added = data("response.output_item.added").put("output_index", index);
    added.set(
        "item",
        mapper
            .createObjectNode()
            .put("id", item.path("id").asString(""))
            .put("type", item.path("type").asString(""))
            .put("status", "in_progress"));
    write(added);
    JsonNode part = item.path("content").path(0);
    if (part.has("text")) {
      deltas(index, item.path("id").asString(""), part.path("text").asString(""));
    }
    ObjectNode done = data("response.output_item.done").put("output_index", index);
    done.set("item", item);
    write(done);
  }

  private void deltas(int index, String id, String whole) {
    for (int from = 0; from < whole.length(); from += DELTA) {
      write(
          text("response.output_text.delta", index, id)
              .put("delta", whole.substring(from, Math.min(whole.length(), from + DELTA))));
    }
    write(text("response.output_text.done", index, id).put("text", whole));
  }

  private ObjectNode text(String type, int index, String id) {
    return data(type).put("item_id", id).put("output_index", index).put("content_index", 0);
  }

  private void event(String type, ObjectNode response) {
    ObjectNode data = data(type);
    data.set("response", response);
    write(data);
  }

  private ObjectNode data(String type) {
    return mapper.createObjectNode().put("type", type).put("sequence_number", sequence++);
  }

  private void write(ObjectNode data) {
    text.append("event: ")
        .append(data.path("type").asString(""))
        .append("\ndata: ")
        .append(data)
        .append("\n\n");
  }
}
