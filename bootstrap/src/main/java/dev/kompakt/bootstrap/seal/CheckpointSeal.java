package dev.kompakt.bootstrap.seal;

import dev.kompakt.schemas.id.TenantId;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/// The `encrypted_content` of Kompakt's own compaction items: a summary sealed for one tenant.
/// Thread-safe.
public final class CheckpointSeal {
  /// What such content begins with.
  public static final String PREFIX = "kmp1.";

  private final SealingKey key;

  public CheckpointSeal(SealingKey key) {
    this.key = key;
  }

  public String seal(TenantId tenant, String summary) {
    byte[] text = summary.getBytes(StandardCharsets.UTF_8);
    return PREFIX
        + Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(key.seal(text, 0, text.length, place(tenant)));
  }

  /// The summary; null if the content is not ours, forged, or another tenant's.
  public @Nullable String open(TenantId tenant, String encryptedContent) {
    if (!encryptedContent.startsWith(PREFIX)) {
      return null;
    }
    try {
      byte[] opened =
          key.open(
              Base64.getUrlDecoder().decode(encryptedContent.substring(PREFIX.length())),
              place(tenant));
      return opened == null ? null : new String(opened, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /// What a name may be known by to clients: the same wherever the key is the same, and telling
  /// nothing of the name.
  public String mark(String name) {
    return key.mark("mark|" + name);
  }

  private static String place(TenantId tenant) {
    return "checkpoint|" + tenant;
  }
}
