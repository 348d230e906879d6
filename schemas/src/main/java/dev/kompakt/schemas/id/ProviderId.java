package dev.kompakt.schemas.id;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/// A provider as the config names it.
public record ProviderId(@JsonValue String value) {
  private static final Syntax SYNTAX = Syntax.of("provider id", "[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public ProviderId {
    SYNTAX.check(value);
  }

  @Override
  public String toString() {
    return value;
  }
}
