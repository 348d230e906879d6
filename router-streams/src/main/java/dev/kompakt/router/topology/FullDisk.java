package dev.kompakt.router.topology;

import dev.kompakt.bootstrap.observe.RoleFailedException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// A file system without room. What was to be written is not lost: state is restored from its
/// changelogs.
final class FullDisk {
  /// What the JDK and RocksDB say alike.
  private static final String SIGN = "No space left on device";

  private FullDisk() {}

  /// Whether a failure comes of it.
  static boolean causes(Throwable failure) {
    for (@Nullable Throwable t = failure; t != null; t = t.getCause()) {
      if (String.valueOf(t.getMessage()).contains(SIGN)) {
        return true;
      }
    }
    return false;
  }

  /// The same failure, or where it comes of a full disk one that says so.
  static RuntimeException explained(RuntimeException failure, Path directory) {
    return causes(failure) ? new RoleFailedException(told(directory)) : failure;
  }

  /// What an operator is told.
  static String told(Path directory) {
    return "no room is left for the router's state in "
        + directory
        + "; make some and start it again: it goes on where it was";
  }
}
