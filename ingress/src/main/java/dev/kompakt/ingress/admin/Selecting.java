package dev.kompakt.ingress.admin;

import dev.kompakt.ingress.replay.Selection;
import dev.kompakt.schemas.record.DeadLetter;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Collections;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Which dead letters a request means: `cause=`, `provider=`, `model=`, `tenant=`, and `since=` and
/// `until=` in RFC 3339.
final class Selecting {
  private static final Set<String> PARAMETERS =
      Set.of("cause", "provider", "model", "tenant", "since", "until");

  private Selecting() {}

  /// These parameters and others.
  static Set<String> and(String... others) {
    Set<String> all = new HashSet<>(PARAMETERS);
    all.addAll(Set.of(others));
    return Set.copyOf(all);
  }

  /// Whether any of these parameters is there.
  static boolean selects(Map<String, String> parameters) {
    return !Collections.disjoint(parameters.keySet(), PARAMETERS);
  }

  /// Reads it.
  ///
  /// @throws IllegalArgumentException if a parameter is wrong
  static Selection of(Map<String, String> parameters) {
    Instant since = time(parameters, "since");
    Instant until = time(parameters, "until");
    if (since != null && until != null && !since.isBefore(until)) {
      throw new IllegalArgumentException("since must be before until");
    }
    return new Selection(
        Listing.constant(parameters, "cause", DeadLetter.Cause.class),
        parameters.get("provider"),
        parameters.get("model"),
        parameters.get("tenant"),
        since,
        until);
  }

  private static @Nullable Instant time(Map<String, String> parameters, String name) {
    String text = parameters.get(name);
    try {
      return text == null ? null : Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException(name + " must be a time such as 2026-11-20T10:00:00Z", e);
    }
  }
}
