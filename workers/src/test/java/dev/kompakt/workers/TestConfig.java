package dev.kompakt.workers;

import dev.kompakt.bootstrap.config.ConfigLoader;
import dev.kompakt.bootstrap.config.KompaktConfig;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/// A config with one provider and one account.
public final class TestConfig {
  public static final String SECRET = "sk-test-1";

  private TestConfig() {}

  /// Loads it.
  ///
  /// @param upstream lines of `upstream`, in YAML flow style
  public static KompaktConfig of(Path directory, URI base, String upstream) throws IOException {
    Path secret = Files.writeString(directory.resolve("secret"), SECRET + "\n");
    Path file =
        Files.writeString(
            directory.resolve("kompakt.yaml"),
            """
            providers:
              - { id: openai, baseUrl: "%s", mode: native, rejectedTools: [web_search, tool_search] }
            accounts:
              - { id: a, provider: openai, apiKey: "file:%s" }
            upstream: { %s }
            """
                .formatted(base, secret, upstream));
    return ConfigLoader.load(file, Map.of(), Map.of());
  }
}
