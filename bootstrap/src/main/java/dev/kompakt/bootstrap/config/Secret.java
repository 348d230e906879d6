package dev.kompakt.bootstrap.config;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.regex.Pattern;

/// A secret by reference: `env:NAME` or `file:PATH`. Its value is read by [#resolve], and shown by
/// nothing here.
public final class Secret {
  /// What is told about anything else.
  static final String SYNTAX =
      "a secret is given as env:NAME or file:PATH, never in the config itself";

  private static final Pattern REFERENCE = Pattern.compile("env:[A-Za-z_][A-Za-z0-9_]*|file:.+");
  private static final int MAX_BYTES = 64 * 1024;

  private final String reference;

  private Secret(String reference) {
    this.reference = reference;
  }

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static Secret parse(String text) {
    if (!isReference(text)) {
      throw new IllegalArgumentException(SYNTAX);
    }
    return new Secret(text);
  }

  /// Whether the text has the form of a reference to a secret.
  public static boolean isReference(String text) {
    return REFERENCE.matcher(text).matches();
  }

  /// What a setting that may be a secret stands for: what it refers to, or itself.
  ///
  /// @param key the setting, for the error
  /// @throws ConfigException if it refers to something that is not there
  public static String reveal(String value, String key) {
    return isReference(value) ? new Secret(value).resolve(key) : value;
  }

  /// Whether it lies in a file.
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
  /// @param key the setting that refers to it, for the error
  /// @throws ConfigException if it is not there, saying what to set
  public String resolve(String key) {
    String value = isFile() ? read(key) : variable(key);
    if (value.isEmpty()) {
      throw new ConfigException(key, "the secret in " + reference + " is empty");
    }
    return value;
  }

  private String read(String key) {
    try (InputStream in = Files.newInputStream(file())) {
      byte[] bytes = in.readNBytes(MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) {
        throw new ConfigException(key, "the secret's file " + file() + " is larger than 64 KiB");
      }
      return new String(bytes, StandardCharsets.UTF_8).strip();
    } catch (NoSuchFileException e) {
      throw new ConfigException(key, "the secret's file " + file() + " is not there");
    } catch (IOException e) {
      throw new ConfigException(
          key,
          "cannot read the secret's file " + file() + " (" + e.getClass().getSimpleName() + ")");
    }
  }

  private String variable(String key) {
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
