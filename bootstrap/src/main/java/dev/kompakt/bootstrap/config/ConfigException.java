package dev.kompakt.bootstrap.config;

/// The configuration cannot be used; the message names the full key and what to do. Exit code 78.
public final class ConfigException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ConfigException(String key, String problem) {
    super(key + ": " + problem);
  }
}
