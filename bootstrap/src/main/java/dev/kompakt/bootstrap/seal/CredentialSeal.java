package dev.kompakt.bootstrap.seal;

import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.topic.Topics;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/// Tokens as they lie in Kafka: sealed for one account. Thread-safe.
public final class CredentialSeal {
  private final SealingKey key;

  public CredentialSeal(SealingKey key) {
    this.key = key;
  }

  public String seal(AccountId account, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return Base64.getEncoder().encodeToString(key.seal(bytes, 0, bytes.length, place(account)));
  }

  /// The text; null if it was not sealed with this key, or for another account.
  public @Nullable String open(AccountId account, String sealed) {
    try {
      byte[] opened = key.open(Base64.getDecoder().decode(sealed), place(account));
      return opened == null ? null : new String(opened, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /// Tells a secret from others, 64 hex digits that say nothing of it.
  public String mark(AccountId account, String secret) {
    return key.mark(place(account) + "|" + secret);
  }

  private static String place(AccountId account) {
    return Topics.CREDENTIALS.name() + "|" + account;
  }
}
