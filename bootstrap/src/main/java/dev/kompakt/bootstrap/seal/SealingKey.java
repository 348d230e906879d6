package dev.kompakt.bootstrap.seal;

import static java.nio.file.StandardOpenOption.DSYNC;

import dev.kompakt.bootstrap.config.ConfigException;
import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.bootstrap.config.Secret;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/// The AES-256 key everything is sealed with. Sealed bytes are: key id (4), nonce (12), ciphertext
/// with tag (16). Thread-safe.
public final class SealingKey {
  /// Bytes that sealing adds.
  public static final int OVERHEAD_BYTES = 4 + 12 + 16;

  private static final String SETTING = "sealing.key";
  private static final int ID_BYTES = 4;
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final SecretKey key;
  private final byte[] id;

  /// Takes a key.
  ///
  /// @param key 32 bytes
  public SealingKey(byte[] key) {
    if (key.length != 32) {
      throw new IllegalArgumentException("a sealing key has 32 bytes, not " + key.length);
    }
    this.key = new SecretKeySpec(key, "AES");
    try {
      id = Arrays.copyOf(MessageDigest.getInstance("SHA-256").digest(key), ID_BYTES);
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  /// The configured key; a missing key file is made first if Kafka is embedded.
  ///
  /// @throws ConfigException if it is missing or malformed
  public static SealingKey load(KompaktConfig config) {
    if (isToBeMade(config)) {
      create(config.sealing().key().file());
    }
    if (config.sealing().key().isFile() && !Files.exists(config.sealing().key().file())) {
      Path file = config.sealing().key().file();
      throw new ConfigException(
          SETTING,
          "there is no key in "
              + file
              + "; `openssl rand -base64 32 > "
              + file
              + "` makes one, and every process needs the same");
    }
    try {
      return new SealingKey(Base64.getDecoder().decode(config.sealing().key().resolve(SETTING)));
    } catch (IllegalArgumentException e) {
      throw new ConfigException(
          SETTING, "is not 32 bytes in base64; `openssl rand -base64 32` makes one");
    }
  }

  /// Whether [#load] would make a key.
  public static boolean isToBeMade(KompaktConfig config) {
    Secret key = config.sealing().key();
    return key.isFile() && config.kafka().embedded() && !Files.exists(key.file());
  }

  /// The file appears whole, readable by its owner only.
  private static void create(Path file) {
    byte[] fresh = new byte[32];
    RANDOM.nextBytes(fresh);
    try {
      Files.createDirectories(file.getParent());
      Path written = Files.createTempFile(file.getParent(), "sealing", ".new");
      try {
        Files.writeString(written, Base64.getEncoder().encodeToString(fresh) + "\n", DSYNC);
        Files.createLink(file, written);
      } catch (FileAlreadyExistsException e) {
        // another process was first; its key is read
      } finally {
        Files.delete(written);
      }
    } catch (IOException e) {
      throw new ConfigException(
          SETTING, "cannot make the key file " + file + " (" + e.getClass().getSimpleName() + ")");
    }
  }

  /// A keyed hash of a text, 64 hex digits.
  String mark(String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key.getEncoded(), "HmacSHA256"));
      return HexFormat.of().formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every JDK has HMAC", e);
    }
  }

  /// Seals bytes, bound to their place.
  ///
  /// @param place authenticated with the bytes; the same is needed to open them
  public byte[] seal(byte[] plain, int offset, int length, String place) {
    byte[] nonce = new byte[NONCE_BYTES];
    RANDOM.nextBytes(nonce);
    try {
      Cipher cipher = cipher(Cipher.ENCRYPT_MODE, nonce, 0, place);
      byte[] sealed = new byte[length + OVERHEAD_BYTES];
      System.arraycopy(id, 0, sealed, 0, ID_BYTES);
      System.arraycopy(nonce, 0, sealed, ID_BYTES, NONCE_BYTES);
      cipher.doFinal(plain, offset, length, sealed, ID_BYTES + NONCE_BYTES);
      return sealed;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("sealing failed", e);
    }
  }

  /// Opens sealed bytes; null if they are forged, of another key or from another place.
  public byte @Nullable [] open(byte[] sealed, String place) {
    if (sealed.length < OVERHEAD_BYTES || !Arrays.equals(id, 0, ID_BYTES, sealed, 0, ID_BYTES)) {
      return null;
    }
    try {
      Cipher cipher = cipher(Cipher.DECRYPT_MODE, sealed, ID_BYTES, place);
      int from = ID_BYTES + NONCE_BYTES;
      return cipher.doFinal(sealed, from, sealed.length - from);
    } catch (AEADBadTagException e) {
      return null;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("opening failed", e);
    }
  }

  private Cipher cipher(int mode, byte[] nonce, int at, String place)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce, at, NONCE_BYTES));
    cipher.updateAAD(place.getBytes(StandardCharsets.UTF_8));
    return cipher;
  }
}
