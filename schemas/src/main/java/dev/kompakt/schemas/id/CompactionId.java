package dev.kompakt.schemas.id;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// One compaction. Derived from tenant and canonical content, so that an identical request meets
/// the same compaction on every replica.
public record CompactionId(@JsonValue String value) {
  private static final Syntax SYNTAX = Syntax.of("compaction id", "cmpn_[0-9a-f]{40}");

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public CompactionId {
    SYNTAX.check(value);
  }

  /// The id of what `tenant` asks for with this content.
  ///
  /// @param content SHA-256 of the canonical request, as lower-case hex
  public static CompactionId of(TenantId tenant, String content) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      sha.update(tenant.value().getBytes(StandardCharsets.UTF_8));
      sha.update((byte) 0);
      sha.update(content.getBytes(StandardCharsets.UTF_8));
      return new CompactionId("cmpn_" + HexFormat.of().formatHex(sha.digest(), 0, 20));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  @Override
  public String toString() {
    return value;
  }
}
