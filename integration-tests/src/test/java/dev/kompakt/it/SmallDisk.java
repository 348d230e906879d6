package dev.kompakt.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/// A file system of its own that can be filled up: tmpfs, which takes root. Unmounted when closed.
final class SmallDisk implements AutoCloseable {
  private static final String FILLER = "filler";

  private final Path directory;

  private SmallDisk(Path directory) {
    this.directory = directory;
  }

  /// Mounts one; skips the test, saying why, where that is not allowed.
  ///
  /// @param directory is made
  static SmallDisk mount(Path directory, int mebibytes) throws IOException {
    Files.createDirectories(directory);
    int code =
        run(
            "mount",
            "-t",
            "tmpfs",
            "-o",
            "size=" + mebibytes + "m",
            "kompakt-test",
            directory.toString());
    Assumptions.assumeTrue(code == 0, "skipped: this user may not mount a tmpfs");
    return new SmallDisk(directory);
  }

  /// Takes all that is left but this.
  void fill(long leaving) throws IOException {
    FileStore store = Files.getFileStore(directory);
    long bytes = store.getUsableSpace() - leaving;
    Files.write(directory.resolve(FILLER), new byte[Math.toIntExact(Math.max(bytes, 0))]);
  }

  /// Gives back what was taken.
  void clear() {
    try {
      Files.deleteIfExists(directory.resolve(FILLER));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Deletes everything.
  void empty() throws IOException {
    try (Stream<Path> entries = Files.walk(directory)) {
      for (Path entry : entries.sorted(Comparator.reverseOrder()).toList()) {
        if (!entry.equals(directory)) {
          Files.delete(entry);
        }
      }
    }
  }

  @Override
  public void close() {
    // lazily, should a process that was killed not be gone yet
    var _ = run("umount", "-l", directory.toString());
  }

  private static int run(String... command) {
    try {
      return new ProcessBuilder(command)
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
