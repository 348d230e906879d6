package dev.kompakt.workers.upstream;

import dev.kompakt.schemas.record.Outcome.Malformed.Fault;
import dev.kompakt.workers.json.JsonText;
import dev.kompakt.workers.json.JsonTokens;
import dev.kompakt.workers.json.JsonTokens.Token;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// The compaction item of a triggered stream, made into an answer as of the compact endpoint. The
/// item is handed on byte for byte.
final class TriggerAnswer implements ResponseEvents.Result {
  /// As many bytes as `item` has with every letter escaped.
  private static final int MOST_NAME_BYTES = 24;

  private final Instant madeAt;
  private byte @Nullable [] item;
  private int compactions;
  private boolean empty;

  /// Waits for the item.
  ///
  /// @param madeAt what `created_at` says if the provider does not
  TriggerAnswer(Instant madeAt) {
    this.madeAt = madeAt;
  }

  @Override
  public void event(String type, JsonNode event, byte[] data) throws IOException {
    JsonNode done = event.path("item");
    if (type.equals("response.output_item.done")
        && NativeAnswer.COMPACTION_TYPES.contains(done.path("type").asString(""))) {
      compactions++;
      empty = done.path("encrypted_content").stringValue("").isEmpty();
      item = slice(data);
    }
  }

  @Override
  public Reply completed(JsonNode response) {
    String id = response.path("id").asString("");
    if (id.isEmpty()) {
      return Reply.malformed(Fault.TRUNCATED);
    }
    byte[] found = item;
    if (compactions != 1 || found == null) {
      return Reply.malformed(Fault.NOT_ONE_COMPACTION_ITEM);
    }
    if (empty) {
      return Reply.malformed(Fault.EMPTY_SUMMARY);
    }
    JsonNode usage = response.path("usage");
    JsonNode created = response.path("created_at");
    ByteArrayOutputStream answer = new ByteArrayOutputStream(found.length + 1024);
    write(
        answer,
        "{\"id\":"
            + JsonText.quoted(id)
            + ",\"object\":\"response.compaction\",\"created_at\":"
            + (created.isIntegralNumber() ? created.toString() : madeAt.getEpochSecond())
            + ",\"output\":[");
    answer.writeBytes(found);
    write(answer, "],\"usage\":");
    write(answer, usage.isObject() ? usage.toString() : JsonText.usage(Usages.of(usage)));
    write(answer, "}");
    return new Reply.Answer(answer.toByteArray(), Usages.of(usage));
  }

  private static void write(ByteArrayOutputStream answer, String text) {
    answer.writeBytes(text.getBytes(StandardCharsets.UTF_8));
  }

  /// The event's `item` as it was written.
  private static byte[] slice(byte[] data) throws IOException {
    JsonTokens json = new JsonTokens(new ByteArrayInputStream(data));
    json.next();
    while (json.next() == Token.NAME) {
      boolean wanted = "item".equals(json.text(MOST_NAME_BYTES));
      Token value = json.next();
      int from = (int) json.start();
      json.skipValue(value);
      if (wanted) {
        return java.util.Arrays.copyOfRange(data, from, (int) json.position());
      }
    }
    throw new IllegalStateException("an event that had an item has none");
  }
}
