package dev.kompakt.workers;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Requests that real clients sent.
public final class Captures {
  public static final String V1 = "codex-0.154_http_v1-responses-compact";
  public static final String V2 = "codex-0.169_http_v2-trigger_mid-turn";

  private Captures() {}

  /// The request's body.
  public static ObjectNode body(String name) {
    try (InputStream in =
        Objects.requireNonNull(
            Captures.class.getResourceAsStream("/captures/" + name + ".json"), name)) {
      return (ObjectNode) new JsonMapper().readTree(in).path("body");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The request's items as they are stored.
  public static String items(ObjectNode body) {
    String array = body.path("input").toString();
    return array.substring(1, array.length() - 1);
  }

  /// The request's other fields as they are stored.
  public static String envelope(ObjectNode body) {
    ObjectNode others = body.deepCopy();
    others.remove("input");
    return others.toString();
  }
}
