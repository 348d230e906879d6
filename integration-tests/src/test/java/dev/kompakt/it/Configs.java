package dev.kompakt.it;

import dev.kompakt.testing.Canaries;
import dev.kompakt.testing.FakeUpstream;

/// Config files of the suites.
final class Configs {
  private Configs() {}

  /// One provider of this mode with two accounts, each with its key in a file.
  static String provider(FakeUpstream upstream, String mode, String keepalive) {
    return provider(upstream, mode, keepalive, 4);
  }

  /// The same, with so many calls at once for each account.
  static String provider(FakeUpstream upstream, String mode, String keepalive, int concurrency) {
    return """
    ingress: { keepalive: %s, bodyIdle: 2s, bodyDeadline: 60s }
    providers:
      - { id: fake, baseUrl: "%s", mode: %s }
    accounts:
      - { id: team-a, provider: fake, apiKey: "file:%s", quota: { concurrency: %d } }
      - { id: team-b, provider: fake, apiKey: "file:%s", quota: { concurrency: %d } }
    """
        .formatted(
            keepalive, upstream.baseUrl(), mode, key("a"), concurrency, key("b"), concurrency);
  }

  /// A file holding a key, made anew for this JVM.
  static java.nio.file.Path key(String name) {
    try {
      java.nio.file.Path file = java.nio.file.Files.createTempFile("kompakt-key-" + name, "");
      file.toFile().deleteOnExit();
      return java.nio.file.Files.writeString(file, Canaries.SECRET + name);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
