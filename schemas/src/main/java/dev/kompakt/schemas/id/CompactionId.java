package dev.kompakt.schemas.id;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

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
    return new CompactionId(Derivation.of("cmpn_", tenant.value(), content));
  }

  @Override
  public String toString() {
    return value;
  }
}
