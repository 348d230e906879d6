package dev.kompakt.bootstrap.credential;

import dev.kompakt.bootstrap.upstream.Classification;
import dev.kompakt.bootstrap.upstream.ErrorBody;
import dev.kompakt.bootstrap.upstream.RetryAfter;
import dev.kompakt.bootstrap.upstream.StrictJson;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.Outcome.Transient.Cause;
import dev.kompakt.schemas.record.Outcome.Unauthorized.Standing;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// What a token endpoint answered.
sealed interface TokenAnswer {
  /// A new token.
  record Renewed(Token token) implements TokenAnswer {}

  /// Something else.
  ///
  /// @param code what it calls the reason, fit for the log; null if it does not
  record Refused(Outcome outcome, @Nullable String code) implements TokenAnswer {}

  /// Nothing came, or nothing to be told from a broken connection.
  record Missing(Cause cause) implements TokenAnswer {}

  /// Only the owner can help, by signing in again or setting another token.
  Set<String> FOR_GOOD =
      Set.of(
          "invalid_grant",
          "refresh_token_expired",
          "refresh_token_reused",
          "refresh_token_invalidated",
          "token_invalidated",
          "token_expired",
          "app_session_terminated",
          "account_session_expired",
          "account_auth_invalidated");

  Pattern HEADER_VALUE = Pattern.compile("[\\x21-\\x7e]+");
  Duration LONGEST_LIFE = Duration.ofDays(400);

  /// No longer token can be stored, or sent in a header.
  int MOST_CHARACTERS = 64 << 10;

  /// Reads an answer. Pure.
  ///
  /// @param used the refresh token it is the answer to, which stays good if no other comes
  /// @param header of the response
  static TokenAnswer read(
      int status,
      byte[] body,
      String used,
      Function<String, Optional<String>> header,
      Instant now) {
    JsonNode json;
    try {
      json = StrictJson.tree(body);
    } catch (JacksonException e) {
      json = StrictJson.tree(new byte[] {'{', '}'});
    }
    return status == 200 ? granted(json, used, now) : refused(status, json, body, header, now);
  }

  private static TokenAnswer granted(JsonNode json, String used, Instant now) {
    String access = json.path("access_token").asString("");
    String refresh = json.path("refresh_token").asString("");
    if (Math.max(access.length(), refresh.length()) > MOST_CHARACTERS
        || !HEADER_VALUE.matcher(access).matches()) {
      return new Refused(new Outcome.Transient(Cause.SERVER_ERROR, 200, null), null);
    }
    return new Renewed(
        new Token(access, refresh.isEmpty() ? used : refresh, now, end(json, access, now)));
  }

  private static @Nullable Instant end(JsonNode json, String access, Instant now) {
    JsonNode life = json.path("expires_in");
    long seconds = life.isNumber() && life.canConvertToLong() ? life.asLong() : 0;
    return seconds > 0 && seconds <= LONGEST_LIFE.toSeconds()
        ? now.plusSeconds(seconds)
        : Jwt.expiry(access);
  }

  private static TokenAnswer refused(
      int status,
      JsonNode json,
      byte[] body,
      Function<String, Optional<String>> header,
      Instant now) {
    ErrorBody error = ErrorBody.of(body, now);
    JsonNode bare = json.path("error");
    String said = bare.isString() ? bare.asString() : error.code();
    String code = ErrorBody.sanitized(said);
    if (status == 429 || status == 408 || status >= 500) {
      Duration wait = RetryAfter.of(header, null, now);
      return new Refused(new Outcome.Transient(Cause.SERVER_ERROR, status, wait), code);
    }
    if (status < 400) {
      return new Refused(new Outcome.Transient(Cause.SERVER_ERROR, status, null), code);
    }
    Standing standing =
        Classification.deactivated(said, error.message())
            ? Standing.DEACTIVATED
            : status == 401 || FOR_GOOD.contains(said) ? Standing.REAUTH_REQUIRED : null;
    return new Refused(new Outcome.Unauthorized(status, standing), code);
  }
}
