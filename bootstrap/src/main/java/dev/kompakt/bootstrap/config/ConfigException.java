package dev.kompakt.bootstrap.config;

import java.util.List;

/// The configuration cannot be used; the message names the full key and what to do. Exit code 78.
public final class ConfigException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String key;
  private final List<String> problems;

  public ConfigException(String key, String problem) {
    this(key, List.of(problem));
  }

  /// One for all that is wrong.
  ///
  /// @param problems at least one
  public ConfigException(String key, List<String> problems) {
    super(key + ": " + String.join("; ", problems));
    this.key = key;
    this.problems = List.copyOf(problems);
  }

  /// The setting that is wrong, or where it comes from.
  public String key() {
    return key;
  }

  /// What is wrong with it.
  public List<String> problems() {
    return problems;
  }
}
