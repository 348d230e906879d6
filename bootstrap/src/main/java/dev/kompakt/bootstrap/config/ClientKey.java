package dev.kompakt.bootstrap.config;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/// A client's key: `kmpk_`, the key's id, `_`, 32 random bytes, and a checksum of all before it, so
/// that a key mistyped can be told from one unknown without looking any up.
///
/// @see <a href="../../../../../../../../docs/adr/0010-client-keys.md">ADR 0010</a>
public final class ClientKey {
  private static final String DIGITS =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  private static final int ID_DIGITS = 12;
  private static final int SECRET_BYTES = 32;
  private static final int SECRET_DIGITS = 43;
  private static final int CHECK_DIGITS = 6;
  private static final String PREFIX = "kmpk_";
  private static final Pattern ID = Pattern.compile("[0-9A-Za-z]{" + ID_DIGITS + "}");
  private static final Pattern SYNTAX =
      Pattern.compile(
          "(" + PREFIX + "(" + ID + ")_[0-9A-Za-z]{" + SECRET_DIGITS + "})([0-9A-Za-z]{6})");
  private static final BigInteger BASE = BigInteger.valueOf(DIGITS.length());

  private final String id;
  private final String text;

  private ClientKey(String id, String text) {
    this.id = id;
    this.text = text;
  }

  /// Makes a new one.
  public static ClientKey create(SecureRandom random) {
    byte[] idBytes = new byte[8];
    byte[] secret = new byte[SECRET_BYTES];
    random.nextBytes(idBytes);
    random.nextBytes(secret);
    String id = digits(new BigInteger(1, idBytes), ID_DIGITS);
    String head = PREFIX + id + "_" + digits(new BigInteger(1, secret), SECRET_DIGITS);
    return new ClientKey(id, head + check(head));
  }

  /// Whether the text claims to be a key of Kompakt's making.
  public static boolean claims(String text) {
    return text.startsWith(PREFIX);
  }

  /// The key this text is; null if it is none, or mistyped.
  public static @Nullable ClientKey parse(String text) {
    Matcher matcher = SYNTAX.matcher(text);
    return matcher.matches() && check(matcher.group(1)).equals(matcher.group(3))
        ? new ClientKey(matcher.group(2), text)
        : null;
  }

  /// Whether the text has the form of a key's id.
  static boolean isKeyId(String text) {
    return ID.matcher(text).matches();
  }

  /// SHA-256 of a key.
  public static byte[] sha256(String key) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  /// The key's name, which is no secret.
  public String id() {
    return id;
  }

  /// The key itself, to be shown once.
  public String reveal() {
    return text;
  }

  /// What is stored of it.
  public String sha256() {
    return HexFormat.of().formatHex(sha256(text));
  }

  private static String check(String head) {
    CRC32 crc = new CRC32();
    crc.update(head.getBytes(StandardCharsets.US_ASCII));
    return digits(BigInteger.valueOf(crc.getValue()), CHECK_DIGITS);
  }

  private static String digits(BigInteger number, int length) {
    char[] digits = new char[length];
    BigInteger rest = number;
    for (int i = length - 1; i >= 0; i--) {
      BigInteger[] parts = rest.divideAndRemainder(BASE);
      digits[i] = DIGITS.charAt(parts[1].intValue());
      rest = parts[0];
    }
    return new String(digits);
  }

  @Override
  public String toString() {
    return "key " + id;
  }
}
