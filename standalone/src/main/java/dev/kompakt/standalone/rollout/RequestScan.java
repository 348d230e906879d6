package dev.kompakt.standalone.rollout;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.exc.JacksonIOException;

/// Whether a file is one request as a JSON object.
sealed interface RequestScan {
  record Found(String model, int items) implements RequestScan {}

  /// It is something else.
  ///
  /// @param reason it is not a request, for the user
  record NotOne(String reason) implements RequestScan {}

  static RequestScan of(Path file) throws IOException {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file));
        JsonParser json = Lines.JSON.createParser(ObjectReadContext.empty(), in)) {
      return read(json);
    } catch (JacksonIOException e) {
      throw e.getCause();
    } catch (JacksonException e) {
      return new NotOne("is not valid JSON (at line " + e.getLocation().getLineNr() + ")");
    }
  }

  private static RequestScan read(JsonParser json) {
    if (json.nextToken() != JsonToken.START_OBJECT) {
      return new NotOne("is not a JSON object");
    }
    String model = "";
    int items = 0;
    boolean input = false;
    for (String name = json.nextName(); name != null; name = json.nextName()) {
      JsonToken value = json.nextToken();
      switch (name) {
        case "payload" -> {
          return new NotOne("is a rollout without a readable line");
        }
        case "model" -> {
          if (value == JsonToken.VALUE_STRING) {
            model = json.getString();
          } else {
            json.skipChildren();
          }
        }
        case "input" -> {
          input = true;
          items = items(json, value);
        }
        default -> json.skipChildren();
      }
    }
    if (json.nextToken() != null) {
      return new NotOne("holds more than one JSON value, and is no rollout");
    }
    if (!input) {
      return new NotOne("is neither a codex rollout nor a request: it has no input");
    }
    if (items == 0) {
      return new NotOne("is a request without input");
    }
    return model.isEmpty() ? new NotOne("is a request without a model") : new Found(model, items);
  }

  private static int items(JsonParser json, JsonToken value) {
    if (value == JsonToken.VALUE_STRING) {
      json.finishToken();
      return 1;
    }
    if (value != JsonToken.START_ARRAY) {
      json.skipChildren();
      return 0;
    }
    int items = 0;
    while (json.nextToken() != JsonToken.END_ARRAY) {
      json.skipChildren();
      items++;
    }
    return items;
  }
}
