package dev.kompakt.bootstrap.credential;

import dev.kompakt.bootstrap.config.KompaktConfig;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.stream.Collectors;

/// Asks token endpoints for new tokens, as RFC 6749 §6 says. Thread-safe.
final class TokenEndpoint {
  private final ShortCalls calls;
  private final InstantSource clock;

  TokenEndpoint(ShortCalls calls, InstantSource clock) {
    this.calls = calls;
    this.clock = clock;
  }

  /// Asks for a token; the refresh token is used up with that, whatever comes.
  TokenAnswer ask(KompaktConfig.OAuth oauth, String refreshToken, Duration atMost)
      throws InterruptedException {
    String form =
        Map.of(
                "grant_type",
                "refresh_token",
                "client_id",
                oauth.clientId(),
                "refresh_token",
                refreshToken)
            .entrySet()
            .stream()
            .map(field -> field.getKey() + "=" + encoded(field.getValue()))
            .collect(Collectors.joining("&"));
    HttpRequest request =
        HttpRequest.newBuilder(oauth.tokenUrl())
            .header("content-type", "application/x-www-form-urlencoded")
            .header("accept", "application/json")
            .header("user-agent", "kompakt")
            .POST(BodyPublishers.ofString(form))
            .build();
    return switch (calls.send(request, atMost)) {
      case ShortCalls.Answer answer ->
          TokenAnswer.read(
              answer.status(), answer.body(), refreshToken, answer::header, clock.instant());
      case ShortCalls.None none -> new TokenAnswer.Missing(none.cause());
    };
  }

  private static String encoded(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8);
  }
}
