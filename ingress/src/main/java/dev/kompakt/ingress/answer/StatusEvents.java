package dev.kompakt.ingress.answer;

import dev.kompakt.ingress.answer.CompactionObject.State;
import dev.kompakt.schemas.record.CompactionStatus;
import java.nio.charset.StandardCharsets;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The events of `GET /v1/compactions/{id}/events`.
public final class StatusEvents {
  public static final String CONTENT_TYPE = "text/event-stream";

  private static final JsonMapper JSON = new JsonMapper();
  private static final byte[] BEAT = bytes("data: {\"type\":\"keepalive\"}\n\n");

  private StatusEvents() {}

  /// One status; the frame's id is its sequence.
  public static byte[] frame(CompactionStatus status) {
    ObjectNode event = JsonNodeFactory.instance.objectNode();
    event.put("type", "compaction." + State.of(status).text());
    event.put("sequence_number", status.sequence());
    event.set("compaction", CompactionObject.of(status).tree());
    return bytes("id: " + status.sequence() + "\ndata: " + JSON.writeValueAsString(event) + "\n\n");
  }

  /// A compaction of which nothing has been heard yet; this frame has no id.
  public static byte[] frame(CompactionObject queued) {
    ObjectNode event = JsonNodeFactory.instance.objectNode();
    event.put("type", "compaction." + State.QUEUED.text());
    event.set("compaction", queued.tree());
    return bytes("data: " + JSON.writeValueAsString(event) + "\n\n");
  }

  /// A keepalive.
  public static byte[] beat() {
    return BEAT.clone();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
