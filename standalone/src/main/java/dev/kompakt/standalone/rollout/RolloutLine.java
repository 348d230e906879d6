package dev.kompakt.standalone.rollout;

import dev.kompakt.standalone.rollout.HistoryItem.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.exc.JacksonIOException;

/// One line of a rollout, as far as it matters here. Filled while it is parsed.
final class RolloutLine {
  private final long start;
  private final List<HistoryItem> items = new ArrayList<>();
  private String type;
  private boolean payload;
  private boolean payloadUnread;
  private @Nullable Long ordinal;
  private boolean replaced;
  private String message = "";
  private String model = "";
  private @Nullable String instructions;

  private RolloutLine(long start, String type) {
    this.start = start;
    this.type = type;
  }

  /// Reads one.
  ///
  /// @param start of the line in the file
  /// @param type if it is known already, else empty
  /// @return null if it is no JSON object, or not only that
  static @Nullable RolloutLine parse(InputStream in, long start, String type) throws IOException {
    try (JsonParser json = Lines.JSON.createParser(ObjectReadContext.empty(), in)) {
      RolloutLine line = new RolloutLine(start, type);
      return line.read(json) && json.nextToken() == null ? line : null;
    } catch (JacksonIOException e) {
      throw e.getCause();
    } catch (JacksonException e) {
      return null;
    }
  }

  String type() {
    return type;
  }

  /// Whether it is a line of a rollout at all, and not blank or some other object.
  boolean hasPayload() {
    return payload;
  }

  /// Whether the payload came before the type, so that it was passed over.
  boolean payloadUnread() {
    return payloadUnread;
  }

  @Nullable Long ordinal() {
    return ordinal;
  }

  /// The item of a `response_item`, the items of a `compacted`.
  List<HistoryItem> items() {
    return items;
  }

  /// Whether a `compacted` says what the history is now.
  boolean replaced() {
    return replaced;
  }

  /// The summary of a `compacted`.
  String message() {
    return message;
  }

  /// The model of a `turn_context`, empty if it names none.
  String model() {
    return model;
  }

  /// The base instructions of a `session_meta`.
  @Nullable String instructions() {
    return instructions;
  }

  private boolean read(JsonParser json) {
    JsonToken first = json.nextToken();
    if (first == null) {
      return true;
    }
    if (first != JsonToken.START_OBJECT) {
      return false;
    }
    for (String name = json.nextName(); name != null; name = json.nextName()) {
      JsonToken value = json.nextToken();
      switch (name) {
        case "type" -> type = text(json, value);
        case "ordinal" -> {
          if (value == JsonToken.VALUE_NUMBER_INT) {
            ordinal = json.getLongValue();
          } else {
            json.skipChildren();
          }
        }
        case "payload" -> {
          payload = value == JsonToken.START_OBJECT;
          payloadUnread = payload && type.isEmpty();
          if (payload && !payloadUnread) {
            payload(json);
          } else {
            json.skipChildren();
          }
        }
        default -> json.skipChildren();
      }
    }
    return true;
  }

  private void payload(JsonParser json) {
    switch (type) {
      case "response_item" -> items.add(item(json));
      case "compacted" -> compacted(json);
      case "turn_context" -> {
        for (String name = json.nextName(); name != null; name = json.nextName()) {
          JsonToken value = json.nextToken();
          if (name.equals("model")) {
            model = text(json, value);
          } else {
            json.skipChildren();
          }
        }
      }
      case "session_meta" -> {
        for (String name = json.nextName(); name != null; name = json.nextName()) {
          JsonToken value = json.nextToken();
          if (name.equals("base_instructions")) {
            instructions = instructions(json, value);
          } else {
            json.skipChildren();
          }
        }
      }
      default -> json.skipChildren();
    }
  }

  private void compacted(JsonParser json) {
    for (String name = json.nextName(); name != null; name = json.nextName()) {
      JsonToken value = json.nextToken();
      if (name.equals("message")) {
        message = text(json, value);
      } else if (name.equals("replacement_history") && value == JsonToken.START_ARRAY) {
        replaced = true;
        while (json.nextToken() != JsonToken.END_ARRAY) {
          if (json.currentToken() == JsonToken.START_OBJECT) {
            items.add(item(json));
          } else {
            json.skipChildren();
          }
        }
      } else {
        json.skipChildren();
      }
    }
  }

  private static @Nullable String instructions(JsonParser json, JsonToken value) {
    if (value != JsonToken.START_OBJECT) {
      String text = text(json, value);
      return text.isEmpty() ? null : text;
    }
    String text = null;
    for (String name = json.nextName(); name != null; name = json.nextName()) {
      JsonToken field = json.nextToken();
      if (name.equals("text") && field == JsonToken.VALUE_STRING) {
        text = json.getString();
      } else {
        json.skipChildren();
      }
    }
    return text;
  }

  private HistoryItem item(JsonParser json) {
    long from = json.currentTokenLocation().getByteOffset();
    String itemType = "";
    String role = "";
    String callId = "";
    for (String name = json.nextName(); name != null; name = json.nextName()) {
      JsonToken value = json.nextToken();
      switch (name) {
        case "type" -> itemType = text(json, value);
        case "role" -> role = text(json, value);
        case "call_id" -> callId = text(json, value);
        default -> json.skipChildren();
      }
    }
    long to = json.currentLocation().getByteOffset();
    return new HistoryItem.Copied(start + from, to - from, Kind.of(itemType, role), callId);
  }

  private static String text(JsonParser json, JsonToken value) {
    if (value == JsonToken.VALUE_STRING) {
      return json.getString();
    }
    json.skipChildren();
    return "";
  }
}
