package dev.kompakt.schemas.id;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// Ids derived from what they name, so that every process comes to the same.
final class Derivation {
  private static final int ID_BYTES = 20;

  private Derivation() {}

  /// The prefix and the first 40 hex digits of SHA-256 over both parts, with a zero byte between
  /// them.
  static String of(String prefix, String first, String second) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      sha.update(first.getBytes(StandardCharsets.UTF_8));
      sha.update((byte) 0);
      sha.update(second.getBytes(StandardCharsets.UTF_8));
      return prefix + HexFormat.of().formatHex(sha.digest(), 0, ID_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }
}
