package dev.kompakt.bootstrap.fault;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The end a process was told to come to: at this point, when it is passed for the n-th time.
/// Thread-safe.
final class Crash {
  private static final Pattern FORM = Pattern.compile("([a-z-]+)(?::([1-9][0-9]{0,8}))?");
  private static final int EXIT_CODE = 137; // as of a process that was killed

  private final CrashPoint point;
  private final AtomicInteger left;

  private Crash(CrashPoint point, int times) {
    this.point = point;
    left = new AtomicInteger(times);
  }

  /// Reads `point[:n]`; null if there is nothing to read.
  ///
  /// @throws IllegalArgumentException if it is not of this form, or there is no such point
  static @Nullable Crash parse(@Nullable String text) {
    if (text == null || text.isEmpty()) {
      return null;
    }
    Matcher parts = FORM.matcher(text);
    if (parts.matches()) {
      for (CrashPoint point : CrashPoint.values()) {
        if (point.text().equals(parts.group(1))) {
          return new Crash(point, parts.group(2) == null ? 1 : Integer.parseInt(parts.group(2)));
        }
      }
    }
    throw new IllegalArgumentException(
        "`"
            + text
            + "` is not a point, or point:n for the n-th time it is passed; the points are "
            + Arrays.stream(CrashPoint.values())
                .map(CrashPoint::text)
                .collect(Collectors.joining(", ")));
  }

  /// Ends the process if it is time.
  void passed(CrashPoint here) {
    if (due(here)) {
      System.err.println("crash point " + here.text() + " is passed: this process ends now");
      Runtime.getRuntime().halt(EXIT_CODE);
    }
  }

  /// Counts a passing; whether it is the one that ends the process.
  boolean due(CrashPoint here) {
    return at(here) && left.decrementAndGet() == 0;
  }

  /// Whether this is its point.
  boolean at(CrashPoint here) {
    return here == point;
  }
}
