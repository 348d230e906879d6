package dev.kompakt.standalone.broker;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Another process uses the data directory.
public final class DirectoryInUseException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  DirectoryInUseException(Path directory, @Nullable Running by) {
    super(
        directory
            + " is used by "
            + (by == null ? "another process" : "the Kompakt of process " + by.pid())
            + (by == null || by.ingress() == null ? "" : ", which listens at " + by.ingress())
            + "; stop it, or set kafka.dataDir to another directory");
  }
}
