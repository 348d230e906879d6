package dev.kompakt.testing;

import dev.kompakt.testing.Capture.Header;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Recorded requests by which real clients ask for a compaction, at either of its two endpoints.
public final class Captures {
  private static final JsonMapper MAPPER = new JsonMapper();

  /// What recordings hold instead of a string of JSON: an object of this one key.
  private static final String PARSED = "<json string; parsed here>";

  private static final Set<String> OF_THE_CONNECTION =
      Set.of("host", "connection", "content-length", "content-encoding", "accept-encoding");

  private Captures() {}

  /// The names of all recordings, without `.json`.
  static List<String> names() {
    return new String(bytes("index.txt"), StandardCharsets.UTF_8).lines().toList();
  }

  /// All of them.
  public static List<Capture> compactions() {
    return names().stream().map(Captures::request).toList();
  }

  private static Capture request(String name) {
    JsonNode recorded = MAPPER.readTree(bytes(name + ".json"));
    List<Header> headers = new ArrayList<>();
    for (JsonNode header : recorded.path("headers")) {
      String key = header.path(0).asString("");
      JsonNode value = header.path(1);
      if (!OF_THE_CONNECTION.contains(key.toLowerCase(Locale.ROOT))) {
        headers.add(new Header(key, value.isString() ? value.asString() : value.toString()));
      }
    }
    return new Capture(
        name,
        recorded.path("note").asString(""),
        recorded.path("method").asString("POST"),
        recorded.path("path").asString(""),
        headers,
        unparsed(recorded.path("body")).toString());
  }

  private static byte[] bytes(String file) {
    try (InputStream in = Captures.class.getResourceAsStream("/captures/" + file)) {
      if (in == null) {
        throw new FileNotFoundException("no recording " + file);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static JsonNode unparsed(JsonNode body) {
    JsonNode metadata = body.path("client_metadata");
    if (metadata instanceof ObjectNode fields) {
      for (String name : List.copyOf(fields.propertyNames())) {
        JsonNode parsed = fields.path(name).path(PARSED);
        if (!parsed.isMissingNode()) {
          fields.put(name, parsed.toString());
        }
      }
    }
    return body;
  }
}
