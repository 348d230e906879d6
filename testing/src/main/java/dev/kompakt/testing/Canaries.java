package dev.kompakt.testing;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;

/// Words planted in what comes in during tests, to be looked for where neither a secret nor payload
/// text may be. They are of plain letters, which no escaping changes.
public final class Canaries {
  /// In every secret a test chooses itself: keys of accounts, of clients and of operators.
  public static final String SECRET = "canarysecret";

  /// In what clients and providers say: histories, turns, summaries, messages of errors.
  public static final String TEXT = "canarytext";

  /// What deployments seal with: 32 bytes in Base64, which hides the word in them.
  public static final String SEALING_KEY =
      Base64.getEncoder()
          .encodeToString((SECRET + "-of-32-bytes-to-seal").getBytes(StandardCharsets.US_ASCII));

  /// All that is to be looked for, each with what it may be called where it must not be shown
  /// itself.
  public static final Map<String, String> ALL =
      Map.of(SECRET, "a secret", SEALING_KEY, "the sealing key", TEXT, "payload text");

  private Canaries() {}
}
