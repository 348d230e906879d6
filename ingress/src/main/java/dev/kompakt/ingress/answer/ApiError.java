package dev.kompakt.ingress.answer;

import dev.kompakt.ingress.intake.BodyRejected;
import dev.kompakt.schemas.record.Failure;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// What went wrong, in OpenAI's error envelope.
///
/// @param retryAfterSeconds 1 to 60, whatever is given, for clients take longer for a refusal;
///   never null for 429 and 503
/// @param resetsAt when quota is renewed, told as `resets_at` in seconds of the epoch and as
///   `resets_in_seconds`; null for neither
public record ApiError(
    int status,
    String type,
    String code,
    String message,
    @Nullable String param,
    @Nullable Integer retryAfterSeconds,
    @Nullable Instant resetsAt) {
  /// `error.type` of a mistake of the client's.
  public static final String INVALID_REQUEST = "invalid_request_error";

  /// `error.type` of a fault of ours.
  public static final String SERVER_ERROR = "server_error";

  private static final int DEFAULT_RETRY_AFTER_SECONDS = 5;

  /// Between two tries of a client that must be told a time where nobody knows one. So short that
  /// all its tries meet the failure that still answers.
  private static final Integer PACE_SECONDS = 2;

  private static final int MOST_RETRY_AFTER_SECONDS = 60;
  private static final JsonMapper JSON = new JsonMapper();

  public ApiError {
    if (retryAfterSeconds == null && (status == 429 || status == 503)) {
      retryAfterSeconds = DEFAULT_RETRY_AFTER_SECONDS;
    }
    if (retryAfterSeconds != null) {
      retryAfterSeconds = Math.clamp(retryAfterSeconds, 1, MOST_RETRY_AFTER_SECONDS);
    }
  }

  /// One that no quota is the reason of.
  public ApiError(
      int status,
      String type,
      String code,
      String message,
      @Nullable String param,
      @Nullable Integer retryAfterSeconds) {
    this(status, type, code, message, param, retryAfterSeconds, null);
  }

  /// The client's mistake.
  public static ApiError invalid(int status, String code, String message) {
    return new ApiError(status, INVALID_REQUEST, code, message, null, null);
  }

  /// A fault of ours that may be gone after so many seconds.
  public static ApiError unavailable(String code, String message, int retryAfterSeconds) {
    return new ApiError(503, SERVER_ERROR, code, message, null, retryAfterSeconds);
  }

  /// Too much at once.
  public static ApiError overloaded(String message) {
    return rateLimited("gateway_overloaded", message, 2);
  }

  /// Too much for now.
  public static ApiError rateLimited(String code, String message, int retryAfterSeconds) {
    return new ApiError(429, "rate_limit_error", code, message, null, retryAfterSeconds);
  }

  /// A fault of ours nobody foresaw.
  public static ApiError internal() {
    return new ApiError(
        500, SERVER_ERROR, "internal_error", "An internal error occurred.", null, null);
  }

  /// This ingress is going away; another try reaches its successor.
  public static ApiError shuttingDown() {
    return unavailable("shutting_down", "This gateway is shutting down. Please try again.", 1);
  }

  /// The router has told of a compaction what this ingress cannot read. Another try is told again.
  public static ApiError statusUnreadable() {
    return unavailable(
        "status_unreadable",
        "This gateway cannot read how the compaction stands. It goes on; please try again.",
        DEFAULT_RETRY_AFTER_SECONDS);
  }

  /// The client's body was refused.
  public static ApiError of(BodyRejected rejected) {
    return new ApiError(
        rejected.status(),
        rejected.type(),
        rejected.code(),
        rejected.explanation(),
        rejected.param(),
        null);
  }

  /// A compaction failed.
  public static ApiError of(Failure failure) {
    return new ApiError(
        failure.status(),
        failure.type(),
        failure.code(),
        failure.message(),
        null,
        failure.retryAfterSeconds() == null && failure.status() == 503
            ? PACE_SECONDS
            : failure.retryAfterSeconds(),
        failure.resetsAt());
  }

  /// The same, with another time to wait.
  public ApiError retryAfter(int seconds) {
    return new ApiError(status, type, code, message, param, seconds, resetsAt);
  }

  /// The envelope.
  public byte[] json() {
    ObjectNode envelope = JsonNodeFactory.instance.objectNode();
    envelope.set("error", node());
    return JSON.writeValueAsBytes(envelope);
  }

  /// The inner object of the envelope.
  ObjectNode node() {
    ObjectNode error = JsonNodeFactory.instance.objectNode();
    error.put("message", message);
    error.put("type", type);
    error.put("code", code);
    error.put("param", param);
    if (resetsAt != null) {
      error.put("resets_at", resetsAt.getEpochSecond());
      error.put(
          "resets_in_seconds", Math.max(0, Duration.between(Instant.now(), resetsAt).toSeconds()));
    }
    return error;
  }
}
