package dev.kompakt.ingress.publish;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.kompakt.schemas.id.TenantId;
import dev.kompakt.schemas.record.CompactionStatus;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/// Which content each `Idempotency-Key` stands for: known from the statuses that are followed, and
/// from what this process has taken in itself.
public final class IdempotencyKeys {
  private static final Duration KEPT = Duration.ofHours(24);
  private static final int MAX_KEYS = 200_000;

  private final Cache<String, Use> uses = Caffeine.newBuilder().maximumSize(MAX_KEYS).build();
  private final InstantSource clock;

  private record Use(String content, Instant until) {}

  public IdempotencyKeys(InstantSource clock) {
    this.clock = clock;
  }

  /// What a tenant's key is known by.
  public static String hash(TenantId tenant, String key) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      sha.update(tenant.value().getBytes(StandardCharsets.UTF_8));
      sha.update((byte) 0);
      sha.update(key.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(sha.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  /// Learns what a followed status says.
  public void learn(CompactionStatus status) {
    Instant until = status.acceptedAt().plus(KEPT);
    if (status.idempotencyKey() != null && clock.instant().isBefore(until)) {
      claim(status.idempotencyKey(), status.content(), until);
    }
  }

  /// Claims a key for some content.
  ///
  /// @param key its hash; null claims nothing and is granted
  /// @return whether the key stands for this content now
  boolean claim(@Nullable String key, String content) {
    return key == null || claim(key, content, clock.instant().plus(KEPT));
  }

  /// Takes back a claim whose request was not accepted after all.
  void release(@Nullable String key, String content) {
    if (key != null) {
      uses.asMap().computeIfPresent(key, (_, use) -> use.content().equals(content) ? null : use);
    }
  }

  private boolean claim(String key, String content, Instant until) {
    Instant now = clock.instant();
    Use use =
        uses.asMap()
            .merge(
                key,
                new Use(content, until),
                (known, claimed) -> known.until().isBefore(now) ? claimed : known);
    return use.content().equals(content);
  }
}
