package dev.kompakt.bench.process;

import dev.kompakt.bench.report.BenchException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The memory of a process as Linux counts it.
///
/// @param residentBytes now
/// @param peakBytes the most it ever was
public record Memory(long residentBytes, long peakBytes) {
  private static final Pattern HEAP_USED = Pattern.compile("used (\\d+)([KM])");
  private static final Pattern COLLECTION = Pattern.compile(" (\\d+)M->(\\d+)M\\(\\d+M\\)");

  /// That of a running process.
  public static Memory of(Child child) {
    Path status = Path.of("/proc", Long.toString(child.pid()), "status");
    try (Stream<String> lines = Files.lines(status)) {
      return parse(lines);
    } catch (IOException e) {
      child.expectAlive();
      throw new BenchException("cannot read " + status, e);
    }
  }

  static Memory parse(Stream<String> status) {
    long[] kib = new long[2];
    status.forEach(
        line -> {
          String[] words = line.split("\\s+", 3);
          switch (words[0]) {
            case "VmRSS:" -> kib[0] = Long.parseLong(words[1]);
            case "VmHWM:" -> kib[1] = Long.parseLong(words[1]);
            default -> {}
          }
        });
    if (kib[0] == 0 || kib[1] == 0) {
      throw new BenchException("the process' status says neither VmRSS nor VmHWM: is it Linux?");
    }
    return new Memory(kib[0] * 1024, kib[1] * 1024);
  }

  /// Live bytes on the heap of a JVM: what is used after a full collection, which this asks for.
  public static long liveHeap(Child child) throws InterruptedException {
    jcmd(child, "GC.run");
    return heapUsed(jcmd(child, "GC.heap_info").lines());
  }

  /// Bytes used of all parts of a heap.
  ///
  /// @param info what `jcmd GC.heap_info` says
  static long heapUsed(Stream<String> info) {
    long used =
        info.filter(line -> !line.contains("Metaspace") && !line.contains("class space"))
            .map(HEAP_USED::matcher)
            .filter(Matcher::find)
            .mapToLong(
                found -> Long.parseLong(found.group(1)) << (found.group(2).equals("K") ? 10 : 20))
            .sum();
    if (used == 0) {
      throw new BenchException("jcmd GC.heap_info did not say how much is used");
    }
    return used;
  }

  /// The most the heap was seen to hold, garbage included, as the collector's log has it: just
  /// before a collection.
  ///
  /// @param log of `-Xlog:gc`
  public static long peakHeap(Stream<String> log) {
    return log.map(COLLECTION::matcher)
        .filter(Matcher::find)
        .mapToLong(found -> Long.parseLong(found.group(1)) << 20)
        .max()
        .orElse(0);
  }

  private static String jcmd(Child child, String command) throws InterruptedException {
    Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    try {
      Process process =
          new ProcessBuilder(jcmd.toString(), Long.toString(child.pid()), command)
              .redirectErrorStream(true)
              .start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new BenchException("jcmd " + command + " failed: " + said);
      }
      return said;
    } catch (IOException e) {
      throw new BenchException("cannot run " + jcmd + " (" + e.getMessage() + ")", e);
    }
  }
}
