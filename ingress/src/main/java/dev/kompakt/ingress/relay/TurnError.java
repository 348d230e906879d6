package dev.kompakt.ingress.relay;

import dev.kompakt.bootstrap.route.Pause;
import dev.kompakt.ingress.answer.ApiError;
import dev.kompakt.ingress.relay.Upstreams.Reply.Refused;
import dev.kompakt.schemas.record.Outcome;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a client is told of a turn that has no answer: what upstream said, in its own words, where
/// that is the client's to know and to mend.
///
/// @param json the body
/// @param retryAfterSeconds 1 to 60; never null for 429 and 503
/// @param headers of upstream's that go with it
record TurnError(
    int status,
    String json,
    @Nullable Integer retryAfterSeconds,
    Map<String, List<String>> headers) {
  private static final int MOST_SECONDS = 60;
  private static final int DEFAULT_SECONDS = 5;

  static TurnError of(ApiError error) {
    return new TurnError(
        error.status(),
        new String(error.json(), StandardCharsets.UTF_8),
        error.retryAfterSeconds(),
        Map.of());
  }

  /// Too many calls are being made for others.
  static TurnError noRoom() {
    return of(ApiError.overloaded("Too many calls are waiting for the provider."));
  }

  /// No account may be used before.
  static TurnError resting(Instant until, Pause.Cause cause, Instant now) {
    int seconds = seconds(Duration.between(now, until));
    return of(
        switch (cause) {
          case QUOTA_EXHAUSTED ->
              new ApiError(
                  429,
                  "usage_limit_reached",
                  "usage_limit_reached",
                  "The quota of every account that could take this is used up.",
                  null,
                  seconds,
                  until);
          case RATE_LIMITED, BUSY ->
              ApiError.rateLimited(
                  "rate_limit_exceeded",
                  "Every account that could take this is rate limited by the provider. Please try again"
                      + " in "
                      + seconds
                      + "s.",
                  seconds);
          case REFUSED -> noCredential();
        });
  }

  /// No account may be used, and no time changes that.
  static TurnError noAccount() {
    return of(noCredential());
  }

  private static ApiError noCredential() {
    return ApiError.unavailable(
        "no_account",
        "No account can be used: the provider refuses the credential of each, or it is paused.",
        MOST_SECONDS);
  }

  /// The only account that can read the turn may not be used, and no time changes that.
  static TurnError unreadable() {
    return of(
        new ApiError(
            400,
            ApiError.INVALID_REQUEST,
            "history_unreadable",
            "The input holds a compaction that only the account that made it can read, and that"
                + " account is out of use. Begin a new session, or go on from before the"
                + " compaction.",
            "input",
            null));
  }

  /// The last of a turn's calls was refused like this.
  static TurnError of(Refused refused, Instant now) {
    TurnError error = told(refused, now);
    return refused.headers() == null || refused.outcome() instanceof Outcome.Unauthorized
        ? error
        : new TurnError(
            error.status(),
            error.json(),
            error.retryAfterSeconds(),
            withoutEncoding(TurnHeaders.toClient(refused.headers())));
  }

  /// The body is written anew, as it was read.
  private static Map<String, List<String>> withoutEncoding(Map<String, List<String>> headers) {
    headers.remove("content-encoding");
    return headers;
  }

  private static TurnError told(Refused refused, Instant now) {
    return switch (refused.outcome()) {
      case Outcome.Unauthorized _ ->
          of(
              ApiError.unavailable(
                  "upstream_unauthorized",
                  "The provider refused the credential of every account tried.",
                  MOST_SECONDS));
      case Outcome.TooLarge _ ->
          refused.status() == 413 || refused.json() == null
              ? of(
                  ApiError.invalid(
                      400,
                      "context_length_exceeded",
                      "The provider refuses a request of this size."))
              : new TurnError(400, refused.json(), null, Map.of());
      case Outcome.RateLimited(Duration wait) -> own(refused, 429, seconds(wait));
      case Outcome.QuotaExhausted(Instant resets) ->
          own(refused, 429, resets == null ? MOST_SECONDS : seconds(Duration.between(now, resets)));
      case Outcome.Transient(var cause, Integer status, Duration wait) ->
          own(
              refused,
              status == null ? withoutStatus(cause) : status,
              wait == null ? DEFAULT_SECONDS : seconds(wait));
      case Outcome.Rejected(int status, _, _) -> own(refused, status, DEFAULT_SECONDS);
      case Outcome.Declined _ -> noRoom();
      case Outcome.Malformed _,
          Outcome.Succeeded _,
          Outcome.Cancelled _,
          Outcome.Unsupported _,
          Outcome.PayloadLost _,
          Outcome.WorkerLost _ ->
          own(refused, 502, DEFAULT_SECONDS);
    };
  }

  private static TurnError own(Refused refused, int status, int seconds) {
    boolean later = status == 429 || status == 503;
    Integer retryAfter = later ? seconds : null;
    return refused.status() == status && refused.json() != null
        ? new TurnError(status, refused.json(), retryAfter, Map.of())
        : of(
            new ApiError(
                status,
                ApiError.SERVER_ERROR,
                "upstream_error",
                refused.status() == 0
                    ? "The provider could not be reached."
                    : "The provider answered " + refused.status() + ".",
                null,
                retryAfter));
  }

  private static int withoutStatus(Outcome.Transient.Cause cause) {
    return switch (cause) {
      case HEADER_TIMEOUT, IDLE_TIMEOUT, TOTAL_TIMEOUT -> 504;
      case CONNECT_FAILED, CONNECTION_LOST, SERVER_ERROR, OVERLOADED, WORKER_FAULT -> 502;
    };
  }

  private static int seconds(Duration wait) {
    return Math.clamp((wait.toMillis() + 999) / 1000, 1, MOST_SECONDS);
  }
}
