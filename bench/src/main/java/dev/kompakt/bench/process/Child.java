package dev.kompakt.bench.process;

import dev.kompakt.bench.report.BenchException;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/// A process a benchmark started. It ends with [#close], and at the latest with this JVM.
public final class Child implements AutoCloseable {
  private static final Duration GRACE = Duration.ofSeconds(15);
  private static final int LOG_LINES = 12;
  private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(() -> RUNNING.forEach(Process::destroyForcibly), "end-children"));
  }

  private final String name;
  private final Process process;
  private final Path log;

  private Child(String name, Process process, Path log) {
    this.name = name;
    this.process = process;
    this.log = log;
  }

  /// Starts one.
  ///
  /// @param name for messages, and of its log in `directory`
  /// @param environment added to this process' own
  static Child start(
      String name, Path directory, List<String> command, Map<String, String> environment) {
    Path log = directory.resolve(name + ".log");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().putAll(environment);
    try {
      Process process = builder.start();
      RUNNING.add(process);
      return new Child(name, process, log);
    } catch (IOException e) {
      throw new BenchException("cannot start " + command.getFirst() + " for " + name, e);
    }
  }

  String name() {
    return name;
  }

  public long pid() {
    return process.pid();
  }

  /// Processor time it used so far.
  public Duration cpu() {
    return process.info().totalCpuDuration().orElse(Duration.ZERO);
  }

  /// Fails if it has ended.
  public void expectAlive() {
    if (!process.isAlive()) {
      throw ended();
    }
  }

  private BenchException ended() {
    return new BenchException(
        name
            + " ended with exit code "
            + process.exitValue()
            + "; its last words:\n"
            + lastWords());
  }

  /// What it wrote so far.
  public List<String> output() {
    try {
      return Files.readAllLines(log, StandardCharsets.UTF_8);
    } catch (IOException e) {
      return List.of();
    }
  }

  private String lastWords() {
    List<String> lines = output();
    return String.join("\n", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()));
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    RUNNING.remove(process);
  }
}
