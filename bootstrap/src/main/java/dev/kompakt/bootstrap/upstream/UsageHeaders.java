package dev.kompakt.bootstrap.upstream;

import dev.kompakt.schemas.record.UsageReading;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What response headers say of an account's quota: the windows of a ChatGPT plan
/// (`x-codex-primary-used-percent` and its kin) and the per-minute limits of the platform
/// (`x-ratelimit-remaining-tokens` and its kin). What is implausible is as if it were not there.
public final class UsageHeaders {
  /// More than this is no percentage.
  private static final double MOST_PERCENT = 1_000;

  /// No window is longer, and none resets later.
  private static final Duration LONGEST = Duration.ofDays(400);

  private static final Pattern DECIMAL = Pattern.compile("\\d{1,9}(\\.\\d{1,18})?");
  private static final Pattern INTEGER = Pattern.compile("\\d{1,15}");
  private static final Pattern GO_DURATION =
      Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?(?:ns|us|µs|ms|h|m|s)){1,6}");
  private static final Pattern GO_PART =
      Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)(ns|us|µs|ms|h|m|s)");

  private UsageHeaders() {}

  /// Reads them.
  ///
  /// @param header the first value of a header, by its lower-case name
  /// @return null if they say nothing
  public static @Nullable List<UsageReading> read(
      Function<String, Optional<String>> header, Instant now) {
    List<UsageReading> readings = new ArrayList<>(4);
    for (String window : List.of("primary", "secondary")) {
      add(readings, plan(header, window, now));
    }
    for (String window : List.of("requests", "tokens")) {
      add(readings, perMinute(header, window, now));
    }
    return readings.isEmpty() ? null : List.copyOf(readings);
  }

  private static void add(List<UsageReading> readings, @Nullable UsageReading reading) {
    if (reading != null) {
      readings.add(reading);
    }
  }

  private static @Nullable UsageReading plan(
      Function<String, Optional<String>> header, String window, Instant now) {
    String prefix = "x-codex-" + window + "-";
    Double used = decimal(header.apply(prefix + "used-percent"));
    if (used == null || used > MOST_PERCENT) {
      return null;
    }
    Long minutes = integer(header.apply(prefix + "window-minutes"));
    Long reset = integer(header.apply(prefix + "reset-at"));
    return new UsageReading(
        window,
        used,
        minutes == null || minutes == 0 || minutes > LONGEST.toMinutes()
            ? null
            : Duration.ofMinutes(minutes),
        reset == null ? null : within(Instant.ofEpochSecond(reset), now),
        now);
  }

  private static @Nullable UsageReading perMinute(
      Function<String, Optional<String>> header, String window, Instant now) {
    Long limit = integer(header.apply("x-ratelimit-limit-" + window));
    Long remaining = integer(header.apply("x-ratelimit-remaining-" + window));
    if (limit == null || remaining == null || limit == 0 || remaining > limit) {
      return null;
    }
    Duration reset = goDuration(header.apply("x-ratelimit-reset-" + window));
    return new UsageReading(
        window,
        100.0 * (limit - remaining) / limit,
        null,
        reset == null ? null : within(now.plus(reset), now),
        now);
  }

  private static @Nullable Instant within(Instant reset, Instant now) {
    boolean plausible = reset.isAfter(now.minus(LONGEST)) && reset.isBefore(now.plus(LONGEST));
    return plausible ? reset : null;
  }

  private static @Nullable Double decimal(Optional<String> value) {
    String text = value.orElse("").strip();
    return DECIMAL.matcher(text).matches() ? Double.valueOf(text) : null;
  }

  private static @Nullable Long integer(Optional<String> value) {
    String text = value.orElse("").strip();
    return INTEGER.matcher(text).matches() ? Long.valueOf(text) : null;
  }

  /// A duration as Go writes it: `12ms`, `1s`, `6m0s`.
  private static @Nullable Duration goDuration(Optional<String> value) {
    String text = value.orElse("").strip();
    if (text.length() > 64 || !GO_DURATION.matcher(text).matches()) {
      return null;
    }
    double nanos = 0;
    Matcher part = GO_PART.matcher(text);
    while (part.find()) {
      double unit =
          switch (part.group(2)) {
            case "ns" -> 1;
            case "us", "µs" -> 1e3;
            case "ms" -> 1e6;
            case "s" -> 1e9;
            case "m" -> 60e9;
            default -> 3600e9;
          };
      nanos += Double.parseDouble(part.group(1)) * unit;
    }
    return nanos > LONGEST.toNanos() ? null : Duration.ofNanos((long) nanos);
  }
}
