package dev.kompakt.workers.local;

import dev.kompakt.schemas.history.ByteRange;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// A history being written, item by item, each with a mark `[[n]]` in its text.
final class Histories {
  private static final JsonMapper MAPPER = new JsonMapper();
  private static final String WORDS = "lorem \"ipsum\" \\ dolor\n\tsit é€😀 amet ";

  private final StringBuilder items = new StringBuilder();
  private final Deque<ByteRange> said = new ArrayDeque<>();
  private long bytes;
  private int count;

  /// One of every kind in a random order, calls followed by their outputs.
  static Histories random(Random random, int turns, int longest) {
    Histories history = new Histories();
    List<String> open = new ArrayList<>();
    for (int i = 0; i < turns; i++) {
      String text = text(random, random.nextInt(1 + longest));
      switch (random.nextInt(7)) {
        case 0 -> history.message("user", text);
        case 1 -> history.message("assistant", text);
        case 2 -> history.message("developer", text);
        case 3 -> history.add(object("reasoning").put("encrypted_content", text));
        case 4 -> history.add(object("compaction").put("encrypted_content", "foreign"));
        default -> {
          String id = "call_" + i;
          history.call(id, text);
          if (random.nextInt(4) == 0) {
            open.add(id);
          } else {
            history.output(id, text(random, random.nextInt(1 + longest)));
          }
        }
      }
      if (!open.isEmpty() && random.nextBoolean()) {
        history.output(open.removeFirst(), text(random, random.nextInt(1 + longest)));
      }
    }
    open.forEach(id -> history.output(id, "late"));
    return history;
  }

  static String text(Random random, int length) {
    StringBuilder text = new StringBuilder();
    while (text.length() < length) {
      int from = random.nextInt(4);
      text.append(WORDS, from, WORDS.length());
    }
    return text.toString();
  }

  static ObjectNode object(String type) {
    return MAPPER.createObjectNode().put("type", type);
  }

  Histories message(String role, String text) {
    ObjectNode message = object("message").put("role", role);
    message
        .putArray("content")
        .addObject()
        .put("type", role.equals("assistant") ? "output_text" : "input_text")
        .put("text", mark() + text);
    add(message);
    if (!role.equals("assistant")) {
      long length = message.toString().getBytes(StandardCharsets.UTF_8).length;
      said.addLast(new ByteRange(bytes - length, length));
    }
    return this;
  }

  Histories call(String id, String command) {
    String arguments = MAPPER.createObjectNode().put("cmd", mark() + command).toString();
    return add(
        object("function_call").put("name", "exec").put("call_id", id).put("arguments", arguments));
  }

  Histories output(String id, String output) {
    return add(object("function_call_output").put("call_id", id).put("output", mark() + output));
  }

  String mark() {
    return "[[" + count + "]]";
  }

  Histories add(ObjectNode item) {
    String json = item.toString();
    items.append(count == 0 ? "" : ",").append(json);
    bytes += json.getBytes(StandardCharsets.UTF_8).length + (count == 0 ? 0 : 1);
    count++;
    return this;
  }

  String items() {
    return items.toString();
  }

  int count() {
    return count;
  }

  /// The newest messages of user and developer within a budget, as the ingress retains them.
  List<ByteRange> retained(long budget) {
    List<ByteRange> retained = new ArrayList<>();
    long left = budget;
    for (ByteRange message : said.reversed()) {
      left -= message.length();
      if (left < 0) {
        break;
      }
      retained.addFirst(message);
    }
    return retained;
  }
}
