package dev.kompakt.ingress.relay;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import io.undertow.util.HttpString;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/// Which headers pass, each way. What is not named stays behind: a client's credentials are for
/// Kompakt, an account's are for its provider.
public final class TurnHeaders {
  /// Tells upstream, and us, which machine a turn began on.
  static final String TURN_STATE = "x-codex-turn-state";

  private static final int MOST_VALUE_CHARACTERS = 16 * 1024;
  private static final Pattern PLAIN = Pattern.compile("[\\x20-\\x7e\\t]*");

  private static final List<String> TO_UPSTREAM =
      List.of(
          "x-codex-",
          "x-openai-",
          "x-stainless-",
          "session-id",
          "session_id",
          "thread-id",
          "originator",
          "user-agent",
          "version",
          "openai-beta",
          "x-client-request-id");

  private static final List<String> TO_CLIENT =
      List.of("x-codex-", "x-ratelimit-", "openai-", "x-models-etag", "cf-ray", "retry-after-ms");

  private TurnHeaders() {}

  /// Hands on what upstream may see of the client's headers, but for the turn state.
  static void toUpstream(HeaderMap from, HttpRequest.Builder request) {
    for (HeaderValues values : from) {
      String name = values.getHeaderName().toString().toLowerCase(Locale.ROOT);
      if (passes(name, TO_UPSTREAM) && !name.equals(TURN_STATE)) {
        for (String value : values) {
          if (plain(value)) {
            request.header(name, value);
          }
        }
      }
    }
  }

  /// Hands on what the client may see of upstream's headers, but for the turn state.
  static void toClient(HttpHeaders from, HeaderMap response) {
    from.map()
        .forEach(
            (given, values) -> {
              String name = given.toLowerCase(Locale.ROOT);
              if (passes(name, TO_CLIENT) && !name.equals(TURN_STATE)) {
                add(response, name, values);
              }
            });
    add(response, "x-upstream-request-id", from.allValues("x-request-id"));
  }

  /// Hands a client's turn state back to it: a compaction is part of a turn and does not change
  /// where that goes on.
  public static void echoTurnState(HttpServerExchange exchange) {
    String state = exchange.getRequestHeaders().getFirst(TURN_STATE);
    if (state != null && plain(state)) {
      exchange.getResponseHeaders().put(new HttpString(TURN_STATE), state);
    }
  }

  static boolean plain(String value) {
    return value.length() <= MOST_VALUE_CHARACTERS && PLAIN.matcher(value).matches();
  }

  private static void add(HeaderMap response, String name, List<String> values) {
    for (String value : values) {
      if (plain(value)) {
        response.add(new HttpString(name), value);
      }
    }
  }

  private static boolean passes(String name, List<String> allowed) {
    for (String one : allowed) {
      if (one.endsWith("-") ? name.startsWith(one) : name.equals(one)) {
        return true;
      }
    }
    return false;
  }
}
