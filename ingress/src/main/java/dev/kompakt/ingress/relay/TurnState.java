package dev.kompakt.ingress.relay;

import dev.kompakt.schemas.id.AccountId;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/// Upstream's turn state together with the account it came from, as clients get it and send it
/// back: `kt1.<16 hex digits>.<what upstream said>`. So a turn goes on where it began, on any
/// replica.
///
/// @param account a hash of the account's id
/// @param value what upstream said
record TurnState(String account, String value) {
  private static final String PREFIX = "kt1.";
  private static final int HASH_CHARACTERS = 16;
  private static final int VALUE_AT = PREFIX.length() + HASH_CHARACTERS + 1;

  /// Takes a header apart; null if it is none of ours.
  static @Nullable TurnState parse(@Nullable String header) {
    return header != null
            && header.startsWith(PREFIX)
            && header.length() > VALUE_AT
            && header.charAt(VALUE_AT - 1) == '.'
        ? new TurnState(header.substring(PREFIX.length(), VALUE_AT - 1), header.substring(VALUE_AT))
        : null;
  }

  static TurnState of(AccountId account, String value) {
    return new TurnState(hash(account), value);
  }

  boolean isOf(AccountId other) {
    return account.equals(hash(other));
  }

  private static String hash(AccountId account) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256")
              .digest(("kompakt turn state\0" + account).getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, HASH_CHARACTERS / 2);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  @Override
  public String toString() {
    return PREFIX + account + "." + value;
  }
}
