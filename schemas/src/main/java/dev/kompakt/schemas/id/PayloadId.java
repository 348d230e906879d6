package dev.kompakt.schemas.id;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.UUID;

/// One stored payload; the key of its segments on `kompakt.payloads`.
public record PayloadId(@JsonValue String value) {
  private static final Syntax SYNTAX = Syntax.of("payload id", "p_[0-9a-f]{32}");

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public PayloadId {
    SYNTAX.check(value);
  }

  /// A fresh random id.
  public static PayloadId random() {
    return new PayloadId("p_" + UUID.randomUUID().toString().replace("-", ""));
  }

  @Override
  public String toString() {
    return value;
  }
}
