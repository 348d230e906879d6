package dev.kompakt.bootstrap.upstream;

import dev.kompakt.schemas.record.UsageReading;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// What one response says of an account's quota, gathered as it is read: of each window what was
/// said last, and when. What cannot be is as if it were not there, and is counted. For one thread
/// at a time.
public final class UsageReadings {
  /// No window is longer, and none is renewed later.
  static final Duration LONGEST = Duration.ofDays(366);

  /// More than this is no percentage.
  static final double MOST_PERCENT = 1_000;

  private final InstantSource clock;
  private final Runnable implausible;
  private final Map<String, UsageReading> byWindow = new LinkedHashMap<>();
  private Duration ahead = Duration.ZERO;

  /// Begins a response.
  ///
  /// @param implausible called for each value that is ignored
  public UsageReadings(InstantSource clock, Runnable implausible) {
    this.clock = clock;
    this.implausible = implausible;
  }

  /// From now on moments are by the clock of who sent these headers, which came now.
  void by(Function<String, Optional<String>> header) {
    ahead = ProviderClock.ahead(header, clock.instant());
  }

  /// A window of a plan.
  ///
  /// @param usedPercent null if it was not said, and then nothing is
  /// @param seconds its length; null or 0 if it was not said
  /// @param resetAt in seconds since 1970, by the provider's clock; null or 0 if it was not said
  /// @param resetIn in seconds from now, for where `resetAt` was not said
  public void plan(
      String window,
      @Nullable Double usedPercent,
      @Nullable Double seconds,
      @Nullable Double resetAt,
      @Nullable Double resetIn) {
    if (usedPercent == null || !plausible(usedPercent >= 0 && usedPercent <= MOST_PERCENT)) {
      return;
    }
    Instant now = clock.instant();
    Instant reset = null;
    if (resetAt != null && resetAt != 0) {
      double away = resetAt - now.getEpochSecond();
      reset =
          plausible(Math.abs(away) <= LONGEST.toSeconds())
              ? Instant.ofEpochSecond(resetAt.longValue()).minus(ahead)
              : null;
    } else if (resetIn != null) {
      Duration wait = length(resetIn);
      reset = wait == null ? null : now.plus(wait);
    }
    Duration length = seconds == null || seconds == 0 ? null : length(seconds);
    put(new UsageReading(window, usedPercent, length, reset, now));
  }

  /// A limit of a platform.
  ///
  /// @param limit null if it was not said, as `remaining`; then nothing is
  /// @param reset null if it was not said
  void limit(
      String window, @Nullable Double limit, @Nullable Double remaining, @Nullable Duration reset) {
    if (limit == null
        || remaining == null
        || !plausible(limit > 0 && remaining >= 0 && remaining <= limit)) {
      return;
    }
    Instant now = clock.instant();
    double used = 100 * (limit - remaining) / limit;
    put(new UsageReading(window, used, null, reset == null ? null : now.plus(reset), now));
  }

  /// An event `codex.rate_limits`.
  public void event(JsonNode event) {
    JsonNode limits = event.path("rate_limits");
    for (String window : List.of("primary", "secondary")) {
      JsonNode said = limits.path(window);
      Double minutes = number(said, "window_minutes");
      Double resetAt = number(said, "reset_at");
      Double resetIn = number(said, "reset_after_seconds");
      plan(
          window,
          number(said, "used_percent"),
          minutes == null ? null : minutes * 60,
          resetAt == null ? number(said, "resets_at") : resetAt,
          resetIn == null ? number(said, "resets_in_seconds") : resetIn);
    }
  }

  private static @Nullable Double number(JsonNode said, String field) {
    JsonNode value = said.path(field);
    return value.isNumber() ? (Double) value.asDouble(Double.NaN) : null;
  }

  /// All of it; null for nothing.
  public @Nullable List<UsageReading> all() {
    return byWindow.isEmpty() ? null : List.copyOf(byWindow.values());
  }

  /// The same, and counts if it is false.
  boolean plausible(boolean holds) {
    if (!holds) {
      implausible.run();
    }
    return holds;
  }

  /// A duration; null, and counted, if it can be none of a window.
  @Nullable Duration length(double seconds) {
    return plausible(seconds >= 0 && seconds <= LONGEST.toSeconds())
        ? Duration.ofNanos(Math.round(seconds * 1e9))
        : null;
  }

  private void put(UsageReading reading) {
    byWindow.put(reading.window(), reading);
  }
}
