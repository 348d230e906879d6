package dev.kompakt.bootstrap.config;

/// The configuration cannot be used; the message names the full key and what to do. Exit code 78.
public final class ConfigException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String key;

  public ConfigException(String key, String problem) {
    super(key + ": " + problem);
    this.key = key;
  }

  /// The setting that is wrong, or where it comes from.
  public String key() {
    return key;
  }
}
