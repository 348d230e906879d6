package dev.kompakt.router.topology;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.apache.kafka.streams.Topology;

/// Which topology the local state is of, noted in a file beside it. Task directories are named by
/// numbers that mean something else in another topology, and what they hold is in the changelogs.
///
/// @see <a href="../../../../../../../../docs/adr/0018-upgrades.md">ADR 0018</a>
final class LocalState {
  private static final String NOTE = "topology";

  private final Path note;
  private final String fingerprint;

  LocalState(Path directory, Topology topology) {
    note = directory.resolve(NOTE);
    fingerprint = fingerprint(topology);
  }

  /// Whether it was this topology that ran here last.
  boolean ofThisTopology() {
    try {
      return Files.readString(note).equals(fingerprint);
    } catch (NoSuchFileException e) {
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// From now on it is of this topology; to be called once nothing of another is left.
  void adopt() {
    try {
      Path draft = Files.writeString(note.resolveSibling(NOTE + ".new"), fingerprint);
      Files.move(draft, note, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String fingerprint(Topology topology) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256")
              .digest(topology.describe().toString().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
