package dev.kompakt.ingress.relay;

import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/// Which headers pass, each way. What is not named stays behind: a client's credentials are for
/// Kompakt, an account's are for its provider.
public final class TurnHeaders {
  /// Tells upstream, and us, which machine a turn began on.
  public static final String TURN_STATE = "x-codex-turn-state";

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
      List.of("x-codex-", "x-ratelimit-", "openai-", "x-models-etag", "cf-ray", "content-encoding");

  private TurnHeaders() {}

  /// Hands on what upstream may see of the client's headers, but for the turn state.
  static void toUpstream(Map<String, List<String>> from, HttpRequest.Builder request) {
    from.forEach(
        (name, values) -> {
          if (passes(name, TO_UPSTREAM) && !name.equals(TURN_STATE)) {
            for (String value : values) {
              if (plain(value)) {
                request.header(name, value);
              }
            }
          }
        });
  }

  /// What the client may see of upstream's headers, but for the turn state.
  static Map<String, List<String>> toClient(HttpHeaders from) {
    Map<String, List<String>> seen = new LinkedHashMap<>();
    from.map()
        .forEach(
            (given, values) -> {
              String name = given.toLowerCase(Locale.ROOT);
              if (passes(name, TO_CLIENT) && !name.equals(TURN_STATE)) {
                seen.put(name, values.stream().filter(TurnHeaders::plain).toList());
              }
            });
    seen.put(
        "x-upstream-request-id",
        from.allValues("x-request-id").stream().filter(TurnHeaders::plain).toList());
    return seen;
  }

  /// Whether a value may pass: of printable ASCII, and not endless.
  public static boolean plain(String value) {
    return value.length() <= MOST_VALUE_CHARACTERS && PLAIN.matcher(value).matches();
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
