package dev.kompakt.workers.local;

import dev.kompakt.schemas.history.PayloadRef;
import dev.kompakt.workers.json.JsonText;
import dev.kompakt.workers.payload.PayloadCursor;
import dev.kompakt.workers.payload.Payloads;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;

/// A history's kept items as readable lines, for a checkpoint that is text. Messages that the
/// answer repeats beside it stand here by their beginning only, to show the order.
final class Digest {
  private static final int ANCHOR_CHARACTERS = 80;

  private Digest() {}

  static String of(Plan plan, Payloads payloads, PayloadRef items) throws IOException {
    StringBuilder digest = new StringBuilder();
    PayloadCursor cursor = new PayloadCursor(payloads, items);
    for (Plan.Kept kept : plan.kept()) {
      byte[] bytes = kept.shortened();
      if (bytes == null) {
        ByteArrayOutputStream copy = new ByteArrayOutputStream();
        cursor.copy(kept.item().range(), copy);
        bytes = copy.toByteArray();
      }
      String line = line(JsonText.tree(bytes));
      boolean elsewhere = plan.survey().isRetained(kept.item());
      digest.append('\n').append(elsewhere ? anchor(line) : line).append('\n');
    }
    return digest.toString();
  }

  private static String anchor(String line) {
    int end =
        line.offsetByCodePoints(
            0, Math.min(ANCHOR_CHARACTERS, line.codePointCount(0, line.length())));
    return end == line.length() ? line : line.substring(0, end) + "…";
  }

  private static String line(JsonNode item) {
    String type = item.path("type").asString("message");
    String call = item.path("call_id").asString("");
    if (type.equals("message")) {
      return item.path("role").asString("unknown") + ": " + text(item.path("content"));
    }
    if (type.endsWith("_output")) {
      return "output of " + call + ": " + text(item.path("output"));
    }
    if (!call.isEmpty()) {
      return "call " + call + ", " + name(item, type) + ": " + input(item);
    }
    return type + ": " + item;
  }

  private static String name(JsonNode item, String type) {
    return item.path("name").asString(type);
  }

  private static String input(JsonNode item) {
    for (String field : new String[] {"arguments", "input", "action", "operation"}) {
      if (item.has(field)) {
        return text(item.path(field));
      }
    }
    return item.toString();
  }

  private static String text(JsonNode value) {
    if (value.isString()) {
      return value.asString();
    }
    if (!value.isArray()) {
      return value.toString();
    }
    return StreamSupport.stream(value.spliterator(), false)
        .map(
            part ->
                part.path("text").isString()
                    ? part.path("text").asString()
                    : "[" + part.path("type").asString("part") + "]")
        .collect(Collectors.joining("\n"));
  }
}
