package dev.kompakt.ingress.answer;

import dev.kompakt.schemas.id.CompactionId;
import java.time.Instant;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// What a `response` object of ours begins with; the same in every event of one stream.
///
/// @param id `resp_…`, derived from the compaction, so that a retry sees the same
public record ResponseHead(String id, String model, Instant createdAt) {
  /// The head of the answer to a request for this compaction.
  public static ResponseHead of(CompactionId compaction, String model, Instant createdAt) {
    return new ResponseHead(
        "resp_" + compaction.value().substring(compaction.value().indexOf('_') + 1),
        model,
        createdAt);
  }

  /// A fresh object with these fields.
  ObjectNode node(String status) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("id", id);
    node.put("object", "response");
    node.put("created_at", createdAt.getEpochSecond());
    node.put("status", status);
    node.put("model", model);
    node.putNull("error");
    node.putNull("incomplete_details");
    return node;
  }
}
