package dev.kompakt.bootstrap.upstream;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads what response headers say of an account's quota: the windows of a ChatGPT plan
/// (`x-codex-primary-used-percent` and its kin) and the per-minute limits of the platform
/// (`x-ratelimit-remaining-tokens` and its kin).
public final class UsageHeaders {
  private static final Pattern NUMBER = Pattern.compile("-?\\d{1,15}(\\.\\d{1,18})?");
  private static final Pattern GO_DURATION =
      Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?(?:ns|us|µs|ms|h|m|s)){1,6}");
  private static final Pattern GO_PART =
      Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)(ns|us|µs|ms|h|m|s)");
  private static final int MOST_DURATION_CHARACTERS = 64;

  private final Function<String, Optional<String>> header;
  private final UsageReadings readings;

  private UsageHeaders(Function<String, Optional<String>> header, UsageReadings readings) {
    this.header = header;
    this.readings = readings;
  }

  /// Reads them.
  ///
  /// @param header the first value of a header, by its lower-case name
  /// @param into where they go
  public static void read(Function<String, Optional<String>> header, UsageReadings into) {
    UsageHeaders headers = new UsageHeaders(header, into);
    into.by(header);
    List.of("primary", "secondary").forEach(headers::plan);
    List.of("requests", "tokens").forEach(headers::limit);
  }

  private void plan(String window) {
    String prefix = "x-codex-" + window + "-";
    Double minutes = number(prefix + "window-minutes");
    readings.plan(
        window,
        number(prefix + "used-percent"),
        minutes == null ? null : minutes * 60,
        number(prefix + "reset-at"),
        number(prefix + "reset-after-seconds"));
  }

  private void limit(String window) {
    readings.limit(
        window,
        number("x-ratelimit-limit-" + window),
        number("x-ratelimit-remaining-" + window),
        duration("x-ratelimit-reset-" + window));
  }

  private String text(String name) {
    return header.apply(name).orElse("").strip();
  }

  private @Nullable Double number(String name) {
    String text = text(name);
    return !text.isEmpty() && readings.plausible(NUMBER.matcher(text).matches())
        ? Double.valueOf(text)
        : null;
  }

  /// A duration as Go writes it: `12ms`, `1s`, `6m0s`.
  private @Nullable Duration duration(String name) {
    String text = text(name);
    if (text.isEmpty()
        || !readings.plausible(
            text.length() <= MOST_DURATION_CHARACTERS && GO_DURATION.matcher(text).matches())) {
      return null;
    }
    double seconds = 0;
    Matcher part = GO_PART.matcher(text);
    while (part.find()) {
      double unit =
          switch (part.group(2)) {
            case "ns" -> 1e-9;
            case "us", "µs" -> 1e-6;
            case "ms" -> 1e-3;
            case "s" -> 1;
            case "m" -> 60;
            default -> 3600;
          };
      seconds += Double.parseDouble(part.group(1)) * unit;
    }
    return readings.length(seconds);
  }
}
