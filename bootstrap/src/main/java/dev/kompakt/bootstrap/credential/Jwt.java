package dev.kompakt.bootstrap.credential;

import dev.kompakt.bootstrap.upstream.StrictJson;
import java.time.Instant;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// The end of a JSON web token's life, read as its holder and not verified: nobody is trusted for
/// it, a token is only renewed earlier or later.
final class Jwt {
  /// Nothing later is plausible: the year 2200.
  private static final long LATEST = 7_258_118_400L;

  private Jwt() {}

  /// When it ends; null if it is no such token, or does not say.
  static @Nullable Instant expiry(String token) {
    String[] parts = token.split("\\.", -1);
    if (parts.length != 3) {
      return null;
    }
    try {
      JsonNode end =
          StrictJson.tree(Base64.getUrlDecoder().decode(parts[1].replace("=", ""))).path("exp");
      long seconds = end.isNumber() && end.canConvertToLong() ? end.asLong() : 0;
      return seconds > 0 && seconds < LATEST ? Instant.ofEpochSecond(seconds) : null;
    } catch (JacksonException | IllegalArgumentException e) {
      return null;
    }
  }
}
