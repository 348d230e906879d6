package dev.kompakt.schemas.id;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;

/// One ordinary turn that was passed through to an account, `turn_` and 32 hex digits chosen at
/// random.
public record TurnId(@JsonValue String value) {
  /// What every turn's id begins with, and no compaction's.
  public static final String PREFIX = "turn_";

  private static final Syntax SYNTAX = Syntax.of("turn id", PREFIX + "[0-9a-f]{32}");

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public TurnId {
    SYNTAX.check(value);
  }

  public static TurnId random() {
    byte[] bytes = new byte[16];
    ThreadLocalRandom.current().nextBytes(bytes);
    return new TurnId(PREFIX + HexFormat.of().formatHex(bytes));
  }

  @Override
  public String toString() {
    return value;
  }
}
