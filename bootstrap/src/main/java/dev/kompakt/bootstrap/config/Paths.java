package dev.kompakt.bootstrap.config;

import java.nio.file.Path;

/// Paths as people write them in the config.
public final class Paths {
  private Paths() {}

  /// The path, absolute, with a leading `~` as the home directory.
  public static Path expand(String text) {
    String home = System.getProperty("user.home");
    String path = text.equals("~") || text.startsWith("~/") ? home + text.substring(1) : text;
    return Path.of(path).toAbsolutePath().normalize();
  }
}
