package dev.kompakt.bootstrap.fault;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The end a process was told to come to, or where it is to be held: at this point, when it is
/// passed for the n-th time. Thread-safe.
final class Crash {
  private static final Pattern FORM = Pattern.compile("([a-z-]+)(?::([1-9][0-9]{0,8}))?(:hold)?");
  private static final int EXIT_CODE = 137; // as of a process that was killed

  private final CrashPoint point;
  private final AtomicInteger left;
  private final boolean hold;

  private Crash(CrashPoint point, int times, boolean hold) {
    this.point = point;
    left = new AtomicInteger(times);
    this.hold = hold;
  }

  /// Reads `point[:n][:hold]`; null if there is nothing to read.
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
          int times = parts.group(2) == null ? 1 : Integer.parseInt(parts.group(2));
          return new Crash(point, times, parts.group(3) != null);
        }
      }
    }
    throw new IllegalArgumentException(
        "`"
            + text
            + "` is not a point, or point:n for the n-th time it is passed, with :hold after it or not;"
            + " the points are "
            + Arrays.stream(CrashPoint.values())
                .map(CrashPoint::text)
                .collect(Collectors.joining(", ")));
  }

  /// Ends or holds the process if it is time.
  void passed(CrashPoint here) {
    if (!due(here)) {
      return;
    }
    if (hold) {
      System.err.println("crash point " + here.text() + " is passed: this process is held");
      hold();
    } else {
      System.err.println("crash point " + here.text() + " is passed: this process ends now");
      Runtime.getRuntime().halt(EXIT_CODE);
    }
  }

  /// Stops all threads; they go on at SIGCONT.
  private static void hold() {
    String self = Long.toString(ProcessHandle.current().pid());
    try {
      var _ = new ProcessBuilder("kill", "-STOP", self).start().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Whether the process is to be held there, not to end.
  boolean holds() {
    return hold;
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
