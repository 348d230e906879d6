package dev.kompakt.ingress.answer;

import dev.kompakt.schemas.history.ByteRange;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// The form of `POST …/responses` with a trailing trigger and without `stream`: one `response`
/// object. Its output is the compaction item alone, as upstream; all items of the answer where the
/// plain form was asked for and there is none.
public record ResponseJson(ResponseHead head) implements JsonForm {
  private static final JsonMapper JSON = new JsonMapper();
  private static final int MAX_USAGE_BYTES = 64 * 1024;

  @Override
  public Rendition render(AnswerSource source) throws IOException {
    StoredAnswer answer = StoredAnswer.find(source);
    ObjectNode node = head.node("completed");
    node.put("parallel_tool_calls", false);
    node.put("tool_choice", "auto");
    node.putArray("tools");
    String face = JSON.writeValueAsString(node);
    boolean single = answer.compaction() != null;
    String before = face.substring(0, face.length() - 1) + ",\"output\":" + (single ? "[" : "");
    String after = (single ? "]" : "") + usage(source, answer) + "}";
    ByteRange output = answer.compaction() == null ? answer.output() : answer.compaction();
    return JsonForm.framed(bytes(before), source, output, bytes(after));
  }

  /// The usage as a field to append, empty if there is none.
  static String usage(AnswerSource source, StoredAnswer answer) throws IOException {
    ByteRange usage = answer.usage();
    if (usage == null || usage.length() > MAX_USAGE_BYTES) {
      return "";
    }
    try (InputStream in = source.open(usage)) {
      String text =
          new String(in.readNBytes(Math.toIntExact(usage.length())), StandardCharsets.UTF_8);
      return ",\"usage\":" + text.replace('\n', ' ').replace('\r', ' ');
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
