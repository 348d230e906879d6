package dev.kompakt.testing.clients;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Installs exact versions of npm packages, once for this user.
public final class Npm {
  private static final Duration LONGEST = Duration.ofMinutes(4);
  private static final Path CACHE =
      Path.of(System.getProperty("user.home"), ".cache", "kompakt", "clients");

  /// What could not be had; it is not waited for again.
  private static final Map<Path, String> MISSING = new ConcurrentHashMap<>();

  private Npm() {}

  /// The package cannot be had here; the message says why.
  public static final class UnavailableException extends Exception {
    private static final long serialVersionUID = 1L;

    UnavailableException(String why) {
      super(why);
    }
  }

  /// The directory whose `node_modules` has the package.
  ///
  /// @throws UnavailableException if there is no npm, or it does not get it in time
  public static Path install(String name, String version) throws UnavailableException {
    Path target = CACHE.resolve(name.replace('/', '_') + "@" + version);
    try {
      Files.createDirectories(CACHE);
      Path lockFile = CACHE.resolve(target.getFileName() + ".lock");
      try (FileChannel channel =
              FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock _ = channel.lock()) {
        if (!Files.isDirectory(target)) {
          String missing = MISSING.get(target);
          if (missing != null) {
            throw new UnavailableException(missing);
          }
          install(name + "@" + version, target);
        }
      }
      return target;
    } catch (UnavailableException e) {
      MISSING.put(target, Objects.requireNonNull(e.getMessage()));
      throw e;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void install(String what, Path target) throws IOException, UnavailableException {
    Path temporary = Files.createTempDirectory(CACHE, "installing-");
    try {
      Path output = temporary.resolve("npm.log");
      Process npm =
          new ProcessBuilder(
                  List.of(
                      "npm",
                      "install",
                      "--prefix",
                      temporary.toString(),
                      "--no-audit",
                      "--no-fund",
                      "--no-update-notifier",
                      "--fetch-retries",
                      "1",
                      "--fetch-retry-mintimeout",
                      "1000",
                      "--fetch-timeout",
                      "60000",
                      what))
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      if (!npm.waitFor(LONGEST.toMillis(), TimeUnit.MILLISECONDS)) {
        npm.descendants().forEach(ProcessHandle::destroyForcibly);
        npm.destroyForcibly();
        throw new UnavailableException("npm did not install " + what + " in " + LONGEST);
      }
      if (npm.exitValue() != 0) {
        String why =
            Files.readAllLines(output).stream()
                .filter(line -> line.startsWith("npm error"))
                .limit(3)
                .collect(Collectors.joining("; "));
        throw new UnavailableException("npm cannot install " + what + ": " + why);
      }
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UnavailableException("interrupted while installing " + what);
    } catch (IOException e) {
      throw new UnavailableException("npm cannot be run: " + e.getMessage());
    } finally {
      delete(temporary);
    }
  }

  private static void delete(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
