package dev.kompakt.bootstrap.upstream;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// How long a provider asks to wait. What is no such time (negative, not a number, absurdly long)
/// is as if it were not there. Pure.
public final class RetryAfter {
  /// Nobody is waited for longer than this.
  public static final Duration MOST = Duration.ofHours(1);

  private static final Pattern NUMBER = Pattern.compile("\\d{1,12}(\\.\\d{1,9})?");
  private static final Pattern TRY_AGAIN =
      Pattern.compile("try again in ((?:\\d{1,9}(?:\\.\\d{1,9})?(?:ms|h|m|s))+)");
  private static final Pattern PART = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)(ms|h|m|s)");
  private static final int MOST_MESSAGE_CHARACTERS = 4096;

  private RetryAfter() {}

  /// Reads `retry-after-ms`, then `retry-after` (seconds or a date, which is one of the provider's
  /// clock), then the message ("try again in 1.2s"); null if none of them says.
  public static @Nullable Duration of(
      Function<String, Optional<String>> header, @Nullable String message, Instant now) {
    Duration wait = number(header.apply("retry-after-ms"), 1e6);
    if (wait == null) {
      wait = number(header.apply("retry-after"), 1e9);
    }
    if (wait == null) {
      wait = date(header.apply("retry-after"), now.plus(ProviderClock.ahead(header, now)));
    }
    return wait == null ? message(message) : wait;
  }

  /// Whether a header says anything of it.
  static boolean said(Function<String, Optional<String>> header) {
    return !header.apply("retry-after-ms").orElse("").isBlank()
        || !header.apply("retry-after").orElse("").isBlank();
  }

  private static @Nullable Duration number(Optional<String> value, double nanosEach) {
    String text = value.orElse("").strip();
    return NUMBER.matcher(text).matches() ? nanos(Double.parseDouble(text) * nanosEach) : null;
  }

  private static @Nullable Duration date(Optional<String> value, Instant now) {
    try {
      Instant at =
          DateTimeFormatter.RFC_1123_DATE_TIME.parse(value.orElse("").strip(), Instant::from);
      return at.isAfter(now) ? cap(Duration.between(now, at)) : null;
    } catch (DateTimeException e) {
      return null;
    }
  }

  private static @Nullable Duration message(@Nullable String message) {
    if (message == null) {
      return null;
    }
    String text =
        message
            .substring(0, Math.min(message.length(), MOST_MESSAGE_CHARACTERS))
            .toLowerCase(Locale.ROOT);
    Matcher found = TRY_AGAIN.matcher(text);
    if (!found.find()) {
      return null;
    }
    double nanos = 0;
    Matcher part = PART.matcher(found.group(1));
    while (part.find()) {
      double unit =
          switch (part.group(2)) {
            case "ms" -> 1e6;
            case "s" -> 1e9;
            case "m" -> 60e9;
            default -> 3600e9;
          };
      nanos += Double.parseDouble(part.group(1)) * unit;
    }
    return nanos(nanos);
  }

  private static Duration nanos(double nanos) {
    return nanos >= MOST.toNanos() ? MOST : Duration.ofNanos((long) nanos);
  }

  private static Duration cap(Duration wait) {
    return wait.compareTo(MOST) > 0 ? MOST : wait;
  }
}
