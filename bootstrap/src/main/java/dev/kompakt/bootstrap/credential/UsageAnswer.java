package dev.kompakt.bootstrap.credential;

import dev.kompakt.bootstrap.upstream.StrictJson;
import dev.kompakt.bootstrap.upstream.UsageReadings;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// What a usage address answers: `rate_limit.primary_window` and `rate_limit.secondary_window`.
final class UsageAnswer {
  private UsageAnswer() {}

  /// Reads it.
  ///
  /// @param into where its windows go
  static void read(byte[] body, UsageReadings into) {
    JsonNode limits;
    try {
      limits = StrictJson.tree(body).path("rate_limit");
    } catch (JacksonException e) {
      return;
    }
    for (String window : List.of("primary", "secondary")) {
      JsonNode said = limits.path(window + "_window");
      into.plan(
          window,
          number(said, "used_percent"),
          number(said, "limit_window_seconds"),
          number(said, "reset_at"),
          number(said, "reset_after_seconds"));
    }
  }

  private static @Nullable Double number(JsonNode said, String field) {
    JsonNode value = said.path(field);
    return value.isNumber() ? (Double) value.asDouble(Double.NaN) : null;
  }
}
