package dev.kompakt.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// What a process takes of the machine, as Linux tells it.
///
/// @param rssBytes memory that is resident
/// @param threads of the system; virtual ones are none
/// @param files descriptors that are open
public record Vitals(long rssBytes, int threads, int files) {
  /// Of this process, now.
  ///
  /// @throws UncheckedIOException if there is no such process
  static Vitals of(long pid) {
    Path process = Path.of("/proc", Long.toString(pid));
    try (Stream<Path> open = Files.list(process.resolve("fd"))) {
      List<String> status = Files.readAllLines(process.resolve("status"));
      return new Vitals(
          number(status, "VmRSS:") * 1024, (int) number(status, "Threads:"), (int) open.count());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Whether a signal has stopped this process.
  ///
  /// @throws UncheckedIOException if there is no such process
  static boolean stopped(long pid) {
    try {
      return Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")).stream()
          .anyMatch(line -> line.startsWith("State:") && line.contains("T (stopped)"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long number(List<String> status, String field) {
    return status.stream()
        .filter(line -> line.startsWith(field))
        .map(line -> line.replaceAll("[^0-9]", ""))
        .mapToLong(Long::parseLong)
        .findFirst()
        .orElse(0);
  }
}
