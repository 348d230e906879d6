package dev.kompakt.workers.upstream;

import dev.kompakt.bootstrap.upstream.StrictJson;
import dev.kompakt.schemas.record.Outcome.Malformed.Fault;
import dev.kompakt.schemas.record.Usage;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.exc.UnexpectedEndOfInputException;

/// Checks the answer of a compact endpoint: one JSON object without an error, whose `output` holds
/// exactly one compaction item with content. Reads it once, holding no string of it.
final class NativeAnswer {
  static final Set<String> COMPACTION_TYPES = Set.of("compaction", "compaction_summary");

  private final JsonParser json;
  private boolean error;
  private boolean output;
  private int compactions;
  private boolean empty;
  private Usage usage = Usage.NONE;

  private NativeAnswer(JsonParser json) {
    this.json = json;
  }

  static Reply check(byte[] body) {
    try (JsonParser json = StrictJson.tokens(body)) {
      NativeAnswer answer = new NativeAnswer(json);
      Fault fault = answer.read();
      return fault == null ? new Reply.Answer(body, answer.usage) : Reply.malformed(fault);
    } catch (UnexpectedEndOfInputException e) {
      return Reply.malformed(Fault.TRUNCATED);
    } catch (JacksonException e) {
      return Reply.malformed(Fault.NOT_JSON);
    }
  }

  private @Nullable Fault read() {
    JsonToken first = json.nextToken();
    if (first == null) {
      return Fault.TRUNCATED;
    }
    if (first != JsonToken.START_OBJECT) {
      return Fault.NOT_JSON;
    }
    for (String name = json.nextName(); name != null; name = json.nextName()) {
      JsonToken value = json.nextToken();
      switch (name) {
        case "error" -> {
          error = value != JsonToken.VALUE_NULL;
          json.skipChildren();
        }
        case "output" -> output(value);
        case "usage" -> usage = Usages.of(json.readValueAsTree());
        default -> json.skipChildren();
      }
    }
    if (json.nextToken() != null) {
      return Fault.NOT_JSON;
    }
    if (error) {
      return Fault.ERROR_UNDER_200;
    }
    if (!output) {
      return Fault.MISSING_OUTPUT;
    }
    if (compactions != 1) {
      return Fault.NOT_ONE_COMPACTION_ITEM;
    }
    return empty ? Fault.EMPTY_SUMMARY : null;
  }

  private void output(JsonToken value) {
    if (value != JsonToken.START_ARRAY) {
      json.skipChildren();
      return;
    }
    output = true;
    for (JsonToken item = json.nextToken(); item != JsonToken.END_ARRAY; item = json.nextToken()) {
      if (item == JsonToken.START_OBJECT) {
        item();
      } else {
        json.skipChildren();
      }
    }
  }

  private void item() {
    boolean compaction = false;
    boolean content = false;
    for (String name = json.nextName(); name != null; name = json.nextName()) {
      JsonToken value = json.nextToken();
      switch (name) {
        case "type" ->
            compaction =
                value == JsonToken.VALUE_STRING && COMPACTION_TYPES.contains(json.getString());
        case "encrypted_content" ->
            content = value == JsonToken.VALUE_STRING && json.getStringLength() > 0;
        default -> {}
      }
      json.skipChildren();
    }
    if (compaction) {
      compactions++;
      empty |= !content;
    }
  }
}
