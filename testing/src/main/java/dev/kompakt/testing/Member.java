package dev.kompakt.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// One process of a [Cluster], started by a command as a user gives it; started again, it does the
/// same at the same addresses. For one thread.
final class Member {
  private static final Duration READY_DEADLINE = Duration.ofMinutes(2);
  private static final Duration BETWEEN_CHECKS = Duration.ofMillis(50);
  private static final String OWN_BROKER = "broker     ";

  private final String name;
  private final Command command;
  private final Path log;
  private final BooleanSupplier ready;
  private @Nullable Process process;
  private boolean held;

  /// How it is started.
  record Command(List<String> options, List<String> arguments, Map<String, String> environment) {}

  /// Makes one; nothing is started.
  ///
  /// @param log what it says is appended to
  /// @param ready whether it serves
  Member(String name, Command command, Path log, BooleanSupplier ready) {
    this.name = name;
    this.command = command;
    this.log = log;
    this.ready = ready;
  }

  String name() {
    return name;
  }

  /// Starts it, and does not wait.
  ///
  /// @param once environment variables for this time
  void start(Map<String, String> once) {
    if (alive()) {
      throw new IllegalStateException(name + " is running");
    }
    ProcessBuilder builder = Distribution.process(command.options(), command.arguments());
    builder.environment().putAll(command.environment());
    builder.environment().putAll(once);
    held = false;
    try {
      process =
          builder.redirectErrorStream(true).redirectOutput(Redirect.appendTo(log.toFile())).start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Waits until it serves.
  ///
  /// @throws IllegalStateException if it ends before, or takes too long
  void awaitReady() {
    if (!serves()) {
      throw new IllegalStateException(name + " ended before it was ready" + said());
    }
  }

  /// Waits until it serves or ends.
  ///
  /// @return whether it serves
  /// @throws IllegalStateException if it takes too long
  boolean serves() {
    long deadline = System.nanoTime() + READY_DEADLINE.toNanos();
    while (!ready.getAsBoolean()) {
      if (!alive()) {
        return false;
      }
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException(name + " is not ready in time" + said());
      }
      pauseBetweenChecks();
    }
    return true;
  }

  private static void pauseBetweenChecks() {
    try {
      Thread.sleep(BETWEEN_CHECKS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /// Waits for its end.
  ///
  /// @return its exit code; 128 and the signal's number if a signal ended it
  /// @throws IllegalStateException if it does not end in time
  int awaitExit(Duration atMost) {
    try {
      if (!process().waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IllegalStateException(name + " has not ended within " + atMost + said());
      }
      return process().exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  boolean alive() {
    return process != null && process.isAlive();
  }

  long pid() {
    return process().pid();
  }

  /// SIGKILL.
  void kill() {
    process().destroyForcibly();
  }

  /// SIGTERM.
  void terminate() {
    process().destroy();
  }

  /// SIGSTOP.
  void pause() {
    signal("STOP");
    held = true;
  }

  /// Waits until it has stopped itself.
  ///
  /// @throws IllegalStateException if it does not in time
  void awaitHeld(Duration atMost) {
    long deadline = System.nanoTime() + atMost.toNanos();
    while (!Vitals.stopped(pid())) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException(name + " is not held within " + atMost + said());
      }
      pauseBetweenChecks();
    }
    held = true;
  }

  /// SIGCONT, if it is held.
  void resume() {
    if (held) {
      signal("CONT");
      held = false;
    }
  }

  private void signal(String signal) {
    try {
      int code = new ProcessBuilder("kill", "-" + signal, Long.toString(pid())).start().waitFor();
      if (code != 0) {
        throw new IllegalStateException(name + " takes no signal " + signal);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /// All it has said.
  String log() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The broker inside of it, as `kompakt up` tells its address at each start.
  String ownBroker() {
    return log()
        .lines()
        .filter(line -> line.startsWith(OWN_BROKER))
        .reduce((_, later) -> later)
        .map(line -> line.substring(OWN_BROKER.length(), line.indexOf(',')).strip())
        .orElseThrow(() -> new IllegalStateException(name + " has told of no broker" + said()));
  }

  private String said() {
    return "; it said:\n" + log();
  }

  private Process process() {
    return Objects.requireNonNull(process, name + " was never started");
  }
}
