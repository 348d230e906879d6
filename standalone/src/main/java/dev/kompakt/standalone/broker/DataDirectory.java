package dev.kompakt.standalone.broker;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import dev.kompakt.bootstrap.config.ConfigException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// A directory that one process at a time keeps its records in. The lock is the system's, so it
/// ends with the process, however that ends; `running.json` tells others who holds it.
public final class DataDirectory implements AutoCloseable {
  /// Someone who only looks holds the lock for a moment.
  private static final int LOCK_ATTEMPTS = 10;

  private static final Duration BETWEEN_ATTEMPTS = Duration.ofMillis(50);
  private static final JsonMapper JSON = new JsonMapper();

  private final Path path;
  private final FileChannel lock;
  private final boolean leftByAKill;
  private Running running = Running.starting();

  private DataDirectory(Path path, FileChannel lock) {
    this.path = path;
    this.lock = lock;
    leftByAKill = Files.exists(file(path));
  }

  /// Takes the directory, which is made if it is missing.
  ///
  /// @throws DirectoryInUseException if another process has it
  /// @throws ConfigException if it cannot be made or written
  static DataDirectory take(Path path) {
    try {
      Files.createDirectories(path);
      for (int attempt = 1; attempt <= LOCK_ATTEMPTS; attempt++) {
        FileChannel lock = tryLock(path);
        if (lock != null) {
          DataDirectory taken = new DataDirectory(path, lock);
          taken.write();
          return taken;
        }
        Thread.sleep(BETWEEN_ATTEMPTS);
      }
      throw new DirectoryInUseException(path, read(path));
    } catch (IOException e) {
      throw unwritable(path, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BrokerFailedException("interrupted", e);
    }
  }

  /// Who uses the directory now; empty if nobody does, whatever a killed process left behind.
  public static Optional<Running> running(Path path) {
    Running told = read(path);
    if (told == null) {
      return Optional.empty();
    }
    try (FileChannel lock = tryLock(path)) {
      return lock == null ? Optional.of(told) : Optional.empty();
    } catch (IOException e) {
      return Optional.of(told);
    }
  }

  /// Says where this process listens.
  void announce(String broker, @Nullable String ingress, @Nullable String admin) {
    running = running.at(broker, ingress, admin);
    try {
      write();
    } catch (IOException e) {
      throw unwritable(path, e);
    }
  }

  /// Whether the process that had it last did not stop by itself.
  boolean leftByAKill() {
    return leftByAKill;
  }

  /// Where the broker's records lie.
  Path brokerLogs() {
    return path.resolve("broker");
  }

  /// The file that remembers the controller's port.
  Path controllerPort() {
    return path.resolve("controller.port");
  }

  private static ConfigException unwritable(Path path, IOException e) {
    return new ConfigException(
        "kafka.dataDir",
        path + " cannot be written (" + e.getClass().getSimpleName() + ": " + e.getMessage() + ")");
  }

  private static @Nullable FileChannel tryLock(Path path) throws IOException {
    FileChannel channel = FileChannel.open(path.resolve("lock"), CREATE, WRITE);
    try {
      FileLock lock = channel.tryLock();
      if (lock != null) {
        return channel;
      }
    } catch (OverlappingFileLockException e) {
      // held by this process
    }
    channel.close();
    return null;
  }

  private static @Nullable Running read(Path path) {
    Path file = file(path);
    try {
      return Files.exists(file) ? JSON.readValue(Files.readAllBytes(file), Running.class) : null;
    } catch (IOException | JacksonException e) {
      return null;
    }
  }

  private void write() throws IOException {
    // only the lock's holder writes, so one name does: what a kill left there is written over
    Path fresh = path.resolve("running.json.new");
    Files.write(fresh, JSON.writeValueAsBytes(running));
    Files.move(fresh, file(path), ATOMIC_MOVE);
  }

  private static Path file(Path path) {
    return path.resolve("running.json");
  }

  @Override
  public void close() {
    try (lock) {
      Files.deleteIfExists(file(path));
    } catch (IOException e) {
      // a stale file is recognised by the lock
    }
  }
}
