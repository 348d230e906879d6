package dev.kompakt.bootstrap.upstream;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// What a provider says of an error, in whichever of the usual shapes it says it.
///
/// @param message for matching only: it may hold payload text, so it is neither kept nor logged
/// @param resetsAt when a used-up window begins anew, by the provider's clock; as it was said, be
///   that plausible or not
public record ErrorBody(
    String type, String code, @Nullable String param, String message, @Nullable Instant resetsAt) {
  private static final int MOST_MESSAGE_CHARACTERS = 4096;
  private static final double MOST_SECONDS = 1e11;

  /// Reads a body.
  ///
  /// @param now by the provider's clock
  public static ErrorBody of(byte[] body, Instant now) {
    try {
      return of(StrictJson.tree(body), now);
    } catch (JacksonException e) {
      int length = Math.min(body.length, MOST_MESSAGE_CHARACTERS);
      return new ErrorBody("", "", null, new String(body, 0, length, StandardCharsets.UTF_8), null);
    }
  }

  /// Reads an error object, or an object that has one in `error`.
  ///
  /// @param now by the provider's clock
  public static ErrorBody of(JsonNode body, Instant now) {
    JsonNode nested = body.path("error");
    JsonNode error = nested.isObject() ? nested : body;
    String message = text(error, "message");
    if (message.isEmpty()) {
      message = nested.isString() ? nested.asString() : text(error, "detail");
    }
    String param = text(error, "param");
    return new ErrorBody(
        text(error, "type"),
        text(error, "code"),
        param.isEmpty() ? null : param,
        message.substring(0, Math.min(message.length(), MOST_MESSAGE_CHARACTERS)),
        resetsAt(error, now));
  }

  /// Whether a body that came with a 200 is an error all the same.
  public static boolean isError(byte[] body) {
    try {
      return StrictJson.tree(body).hasNonNull("error");
    } catch (JacksonException e) {
      return false;
    }
  }

  private static String text(JsonNode error, String field) {
    JsonNode value = error.path(field);
    return value.isString() || value.isIntegralNumber() ? value.asString() : "";
  }

  private static @Nullable Instant resetsAt(JsonNode error, Instant now) {
    JsonNode at = error.path("resets_at");
    if (at.isNumber()) {
      return Instant.ofEpochSecond(seconds(at));
    }
    JsonNode in = error.path("resets_in_seconds");
    return in.isNumber() ? Instant.ofEpochSecond(now.getEpochSecond() + seconds(in)) : null;
  }

  /// So many seconds, or as many as no reset is away.
  private static long seconds(JsonNode value) {
    double seconds = value.asDouble(MOST_SECONDS);
    return (long) Math.clamp(seconds, -MOST_SECONDS, MOST_SECONDS);
  }

  /// At most 64 characters that cannot be payload text of any length or a line of a log.
  public static @Nullable String sanitized(@Nullable String text) {
    if (text == null) {
      return null;
    }
    String plain = text.replaceAll("[^A-Za-z0-9_.-]", "");
    return plain.isEmpty() ? null : plain.substring(0, Math.min(64, plain.length()));
  }
}
