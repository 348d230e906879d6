package dev.kompakt.ingress.http;

import dev.kompakt.schemas.record.Checkpoint;
import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What a request's headers ask for.
///
/// @param contentEncoding how the body is encoded; null if it is not
/// @param async whether to answer at once with 202
/// @param checkpoint how a summary of ours is to be handed back; null for the default
/// @param idempotencyKey 1 to 256 printable characters; null for none
/// @param session what the client calls its session; null if it does not
record Wishes(
    @Nullable String contentEncoding,
    boolean async,
    @Nullable Checkpoint checkpoint,
    @Nullable String idempotencyKey,
    @Nullable String session) {
  private static final HttpString CHECKPOINT = new HttpString("kompakt-checkpoint");
  private static final HttpString IDEMPOTENCY_KEY = new HttpString("Idempotency-Key");
  private static final HttpString PREFER = new HttpString("Prefer");
  private static final HttpString SESSION = new HttpString("session-id");
  private static final HttpString OLD_SESSION = new HttpString("session_id");

  private static final Pattern JSON =
      Pattern.compile(
          "application/json\\s*(;\\s*(charset\\s*=\\s*(utf-8|\"utf-8\"))?\\s*)*",
          Pattern.CASE_INSENSITIVE);
  private static final Pattern KEY = Pattern.compile("[\\x20-\\x7e]{1,256}");
  private static final int MAX_SESSION_CHARS = 1_024;

  /// Reads them.
  ///
  /// @throws RefusedException if one cannot be met
  static Wishes of(HeaderMap headers) throws RefusedException {
    String type = single(headers, Headers.CONTENT_TYPE);
    if (type == null || type.length() > 256 || !JSON.matcher(type.strip()).matches()) {
      throw RefusedException.invalid(
          415,
          "unsupported_content_type",
          "The body must be sent as `Content-Type: application/json`, in UTF-8.");
    }
    String session = headers.getFirst(SESSION);
    if (session == null) {
      session = headers.getFirst(OLD_SESSION);
    }
    return new Wishes(
        contentEncoding(headers),
        async(headers),
        checkpoint(headers),
        idempotencyKey(headers),
        session == null || session.isBlank() || session.length() > MAX_SESSION_CHARS
            ? null
            : session);
  }

  private static @Nullable String contentEncoding(HeaderMap headers) {
    HeaderValues values = headers.get(Headers.CONTENT_ENCODING);
    return values == null ? null : String.join(",", values);
  }

  private static boolean async(HeaderMap headers) {
    HeaderValues values = headers.get(PREFER);
    if (values == null) {
      return false;
    }
    for (String value : values) {
      for (String preference : value.split("[,;]", -1)) {
        if (preference.strip().equalsIgnoreCase("respond-async")) {
          return true;
        }
      }
    }
    return false;
  }

  private static @Nullable Checkpoint checkpoint(HeaderMap headers) throws RefusedException {
    String value = single(headers, CHECKPOINT);
    if (value == null) {
      return null;
    }
    return switch (value.strip().toLowerCase(Locale.ROOT)) {
      case "sealed" -> Checkpoint.SEALED;
      case "plain" -> Checkpoint.PLAIN;
      default ->
          throw RefusedException.invalid(
              400, "invalid_checkpoint", "kompakt-checkpoint must be `sealed` or `plain`.");
    };
  }

  private static @Nullable String idempotencyKey(HeaderMap headers) throws RefusedException {
    String value = single(headers, IDEMPOTENCY_KEY);
    if (value != null && !KEY.matcher(value).matches()) {
      throw RefusedException.invalid(
          400,
          "invalid_idempotency_key",
          "Idempotency-Key must have 1 to 256 printable ASCII characters.");
    }
    return value;
  }

  private static @Nullable String single(HeaderMap headers, HttpString name)
      throws RefusedException {
    HeaderValues values = headers.get(name);
    if (values == null) {
      return null;
    }
    if (values.size() != 1) {
      throw RefusedException.invalid(
          400, "repeated_header", "The header " + name + " is given more than once.");
    }
    return values.getFirst();
  }
}
