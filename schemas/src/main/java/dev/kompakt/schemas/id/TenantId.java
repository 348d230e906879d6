package dev.kompakt.schemas.id;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/// Who a submission belongs to: the id of the client's key, or [#LOCAL] where none is asked for.
public record TenantId(@JsonValue String value) {
  private static final Syntax SYNTAX = Syntax.of("tenant id", "[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

  /// The tenant of callers on loopback when no client keys are configured.
  public static final TenantId LOCAL = new TenantId("local");

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public TenantId {
    SYNTAX.check(value);
  }

  @Override
  public String toString() {
    return value;
  }
}
