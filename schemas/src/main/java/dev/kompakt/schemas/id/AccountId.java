package dev.kompakt.schemas.id;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/// An account as the config names it; the key of `kompakt.jobs`, so each account belongs to one
/// lane.
public record AccountId(@JsonValue String value) {
  private static final Syntax SYNTAX = Syntax.of("account id", "[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public AccountId {
    SYNTAX.check(value);
  }

  @Override
  public String toString() {
    return value;
  }
}
