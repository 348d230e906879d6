package dev.kompakt.bootstrap.config;

import static dev.kompakt.bootstrap.config.ConfigBinder.YAML;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import tools.jackson.core.JacksonException;

/// The file of client keys that `kompakt key` writes and every ingress follows. Holds hashes, no
/// keys.
public final class ClientsFile {
  private static final int MAX_BYTES = 16 << 20;
  private static final int MOST = 10_000;
  private static final Set<PosixFilePermission> PRIVATE =
      PosixFilePermissions.fromString("rw-------");
  private static final String HEAD =
      """
      # Client keys of Kompakt, by their hashes. Written by `kompakt key create` and `kompakt key
      # revoke`; may be edited too. Every ingress follows it within two seconds.
      """;

  /// A file lock keeps other processes out, and fails within one.
  private static final Object WRITING = new Object();

  private final Path path;

  /// The form of the file.
  private record Entries(@JsonProperty(required = true) List<Client> clients) {}

  public ClientsFile(Path path) {
    this.path = path;
  }

  public Path path() {
    return path;
  }

  public boolean exists() {
    return Files.exists(path);
  }

  /// The keys in it; none if it is not there.
  ///
  /// @throws ConfigException if it cannot be understood
  public List<Client> read() {
    if (!exists()) {
      return List.of();
    }
    try (InputStream in = Files.newInputStream(path)) {
      byte[] bytes = in.readNBytes(MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) {
        throw new ConfigException(path.toString(), "is larger than 16 MiB");
      }
      List<Client> clients =
          List.copyOf(
              YAML.readValue(new String(bytes, StandardCharsets.UTF_8), Entries.class).clients());
      checkUnique(path.toString(), clients);
      return clients;
    } catch (IOException e) {
      throw new ConfigException(
          path.toString(), "cannot be read (" + e.getClass().getSimpleName() + ")");
    } catch (JacksonException e) {
      ConfigException refused = ConfigBinder.refusal(e);
      throw new ConfigException(path.toString(), String.valueOf(refused.getMessage()));
    }
  }

  /// Changes it as a whole, and nobody else at the same time; makes it and its directory where they
  /// are missing. Only its owner may read it.
  ///
  /// @throws ConfigException if what is there cannot be understood
  public void change(UnaryOperator<List<Client>> change) {
    synchronized (WRITING) {
      changeAlone(change);
    }
  }

  private void changeAlone(UnaryOperator<List<Client>> change) {
    Path directory = path.resolveSibling(".").toAbsolutePath().normalize();
    try {
      Files.createDirectories(directory);
      Path lock = directory.resolve(path.getFileName() + ".lock");
      try (FileChannel channel =
              FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock _ = channel.lock()) {
        List<Client> changed = change.apply(read());
        checkUnique(path.toString(), changed);
        write(directory, HEAD + YAML.writeValueAsString(new Entries(changed)));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + path, e);
    }
  }

  private void write(Path directory, String text) throws IOException {
    Path made =
        Files.createTempFile(
            directory, ".clients", ".new", PosixFilePermissions.asFileAttribute(PRIVATE));
    try {
      try (FileChannel out = FileChannel.open(made, StandardOpenOption.WRITE)) {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
          out.write(bytes);
        }
        out.force(true);
      }
      Files.move(made, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(made);
    }
  }

  static void checkUnique(String where, List<Client> clients) {
    if (clients.size() > MOST) {
      throw new ConfigException(where, "has more than " + MOST + " keys");
    }
    Bounds.unique(where, clients.stream().map(Client::keyId).toList());
  }
}
