package dev.kompakt.bootstrap.config;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A secret by reference: `env:NAME` or `file:PATH`. Its value is read once, by [#resolve], and
/// shown by nothing here.
public final class Secret {
  private final String reference;

  private Secret(String reference) {
    this.reference = reference;
  }

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static Secret parse(String text) {
    if (!text.matches("(env:[A-Za-z_][A-Za-z0-9_]*|file:.+)")) {
      throw new IllegalArgumentException(
          "a secret is given as env:NAME or file:PATH, never in the config itself");
    }
    return new Secret(text);
  }

  /// The file it lies in, if it is in one.
  public boolean isFile() {
    return reference.startsWith("file:");
  }

  /// The path of a `file:` secret.
  public Path file() {
    return Paths.expand(reference.substring("file:".length()));
  }

  /// Where it is to be found, which is no secret.
  public String reference() {
    return reference;
  }

  /// The secret itself, stripped of surrounding whitespace.
  ///
  /// @throws ConfigException if it is not there, saying what to set
  public String resolve(String key) {
    if (isFile()) {
      try {
        return Files.readString(file()).strip();
      } catch (IOException e) {
        throw new ConfigException(key, "cannot read the secret's file " + file());
      }
    }
    String name = reference.substring("env:".length());
    String value = System.getenv(name);
    if (value == null || value.isBlank()) {
      throw new ConfigException(key, "the environment variable " + name + " is not set");
    }
    return value.strip();
  }

  @Override
  public String toString() {
    return "***";
  }
}
