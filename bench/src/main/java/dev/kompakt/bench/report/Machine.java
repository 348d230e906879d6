package dev.kompakt.bench.report;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What the figures were taken on.
///
/// @param loadBefore load average of the minute before: what else the machine was doing
public record Machine(
    int cores,
    String cpu,
    long memoryBytes,
    String os,
    String kernel,
    String jdk,
    double loadBefore) {

  public static Machine here() {
    Map<String, String> memory = pairs(Path.of("/proc/meminfo"), ":");
    Map<String, String> release = pairs(Path.of("/etc/os-release"), "=");
    long kib = Long.parseLong(memory.getOrDefault("MemTotal", "0 kB").split(" ", 2)[0]);
    return new Machine(
        Runtime.getRuntime().availableProcessors(),
        pairs(Path.of("/proc/cpuinfo"), ":").getOrDefault("model name", "unknown"),
        kib * 1024,
        release.getOrDefault("PRETTY_NAME", System.getProperty("os.name")),
        System.getProperty("os.version"),
        System.getProperty("java.vendor.version") + ", " + Runtime.version(),
        Math.round(ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage() * 100)
            / 1e2);
  }

  /// One line for people.
  public String line() {
    return "%d cores %s, %s memory, %s (kernel %s), %s; load average before: %s"
        .formatted(
            cores,
            cpu,
            Table.figure(memoryBytes / 1073741824.0, 0) + " GiB",
            os,
            kernel,
            jdk,
            loadBefore);
  }

  private static Map<String, String> pairs(Path file, String separator) {
    try (Stream<String> lines = Files.lines(file)) {
      return lines
          .map(line -> line.split(separator, 2))
          .filter(pair -> pair.length == 2)
          .collect(
              Collectors.toMap(
                  pair -> pair[0].strip(),
                  pair -> unquoted(pair[1].strip()),
                  (first, second) -> first));
    } catch (IOException e) {
      return Map.of();
    }
  }

  private static String unquoted(String value) {
    return Optional.of(value)
        .filter(v -> v.length() > 1 && v.startsWith("\"") && v.endsWith("\""))
        .map(v -> v.substring(1, v.length() - 1))
        .orElse(value);
  }
}
