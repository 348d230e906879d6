package dev.kompakt.ingress.http;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What is served.
enum Route {
  COMPACT("POST"),
  RESPONSES("POST"),
  MODELS("GET"),
  COMPACTION("GET"),
  COMPACTION_EVENTS("GET"),
  COMPACTION_CANCEL("POST"),
  OPENAPI("GET");

  private static final Set<String> BASES = Set.of("/v1", "/backend-api/codex");
  private static final String COMPACTIONS = "/v1/compactions/";

  private final String method;

  Route(String method) {
    this.method = method;
  }

  /// Where a request leads.
  sealed interface Match {
    /// What the request is counted as.
    default String label() {
      return "none";
    }

    /// To something that is served.
    ///
    /// @param id the compaction named in the path, as it came; null where none is
    record Found(Route route, @Nullable String id) implements Match {
      @Override
      public String label() {
        return route.name().toLowerCase(Locale.ROOT);
      }
    }

    /// To a path that takes another method.
    record WrongMethod(String allowed) implements Match {}

    /// To a WebSocket, which is not served.
    record Upgrade() implements Match {}

    /// To nothing.
    record Nothing() implements Match {}
  }

  /// Finds where a request leads.
  ///
  /// @param upgrade whether it asks for a WebSocket
  static Match find(String method, String path, boolean upgrade) {
    Match.Found found = find(path);
    if (found == null) {
      return new Match.Nothing();
    }
    if (upgrade && found.route() == RESPONSES) {
      return new Match.Upgrade();
    }
    return found.route().method.equals(method)
        ? found
        : new Match.WrongMethod(found.route().method);
  }

  /// Whether requests to it carry a body that is read.
  boolean takesBody() {
    return switch (this) {
      case COMPACT, RESPONSES -> true;
      case MODELS, COMPACTION, COMPACTION_EVENTS, COMPACTION_CANCEL, OPENAPI -> false;
    };
  }

  private static Match.@Nullable Found find(String path) {
    if (path.equals("/openapi.json")) {
      return new Match.Found(OPENAPI, null);
    }
    for (String base : BASES) {
      if (path.equals(base + "/responses/compact")) {
        return new Match.Found(COMPACT, null);
      }
      if (path.equals(base + "/responses")) {
        return new Match.Found(RESPONSES, null);
      }
      if (path.equals(base + "/models")) {
        return new Match.Found(MODELS, null);
      }
    }
    if (!path.startsWith(COMPACTIONS)) {
      return null;
    }
    List<String> rest = List.of(path.substring(COMPACTIONS.length()).split("/", -1));
    if (rest.getFirst().isEmpty() || rest.size() > 2) {
      return null;
    }
    if (rest.size() == 1) {
      return new Match.Found(COMPACTION, rest.getFirst());
    }
    return switch (rest.getLast()) {
      case "events" -> new Match.Found(COMPACTION_EVENTS, rest.getFirst());
      case "cancel" -> new Match.Found(COMPACTION_CANCEL, rest.getFirst());
      default -> null;
    };
  }
}
