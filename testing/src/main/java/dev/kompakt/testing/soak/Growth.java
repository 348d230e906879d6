package dev.kompakt.testing.soak;

import dev.kompakt.testing.Cluster;
import dev.kompakt.testing.Vitals;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/// What processes, topics and the router's state take, over time. For one thread.
public final class Growth {
  /// Far above what a process of 512 MiB of heap needs, and far below what a leak comes to.
  private static final long MOST_RSS = 1_200L << 20;

  private static final int MOST_THREADS = 400;
  private static final int MOST_FILES = 4_000;

  private static final String STATE = "router's RocksDB";

  private final Cluster kompakt;
  private final Map<String, List<Vitals>> vitals = new LinkedHashMap<>();
  private final Map<String, List<Long>> sizes = new LinkedHashMap<>();
  private final TopicSizes topics;
  private final Path state;

  /// How one thing grew.
  ///
  /// @param name of a process, of a group of topics, or of the router's directory
  /// @param what a process' `rss`, `threads` or `files`, or `bytes` on disk
  /// @param early the most within the first third of all samples
  /// @param late the most within the last third
  public record Row(String name, String what, long early, long late) {}

  /// Begins.
  ///
  /// @param state the router's directory
  Growth(Cluster kompakt, List<String> processes, TopicSizes topics, Path state) {
    this.kompakt = kompakt;
    this.topics = topics;
    this.state = state;
    processes.forEach(name -> vitals.put(name, new ArrayList<>()));
    TopicSizes.GROUPS.forEach(name -> sizes.put(name, new ArrayList<>()));
    sizes.put(STATE, new ArrayList<>());
  }

  /// All processes must be up.
  void sample() throws InterruptedException {
    vitals.forEach((name, samples) -> samples.add(kompakt.vitals(name)));
    Map<String, Long> now = topics.read();
    sizes.forEach(
        (name, samples) ->
            samples.add(name.equals(STATE) ? bytes(state) : now.getOrDefault(name, 0L)));
  }

  List<Row> rows() {
    List<Row> rows = new ArrayList<>();
    vitals.forEach(
        (name, samples) -> {
          rows.add(row(name, "rss", samples, Vitals::rssBytes));
          rows.add(row(name, "threads", samples, Vitals::threads));
          rows.add(row(name, "files", samples, Vitals::files));
        });
    sizes.forEach((name, samples) -> rows.add(row(name, "bytes", samples, size -> size)));
    return rows;
  }

  List<String> violations() {
    List<String> violations = new ArrayList<>();
    vitals.forEach(
        (name, samples) ->
            samples.stream()
                .filter(
                    seen ->
                        seen.rssBytes() > MOST_RSS
                            || seen.threads() > MOST_THREADS
                            || seen.files() > MOST_FILES)
                .findFirst()
                .ifPresent(seen -> violations.add(name + " took too much: " + seen)));
    return violations;
  }

  private static <T> Row row(String name, String what, List<T> samples, ToLongFunction<T> of) {
    int third = Math.ceilDiv(samples.size(), 3);
    return new Row(
        name,
        what,
        most(samples.subList(0, third), of),
        most(samples.subList(samples.size() - third, samples.size()), of));
  }

  private static <T> long most(List<T> samples, ToLongFunction<T> of) {
    return samples.stream().mapToLong(of).max().orElse(0);
  }

  private static long bytes(Path directory) {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.mapToLong(Growth::size).sum();
    } catch (IOException | UncheckedIOException e) {
      return 0; // a file was deleted while it was looked at; the next sample tells
    }
  }

  private static long size(Path file) {
    try {
      return Files.isRegularFile(file) ? Files.size(file) : 0;
    } catch (IOException e) {
      return 0;
    }
  }
}
