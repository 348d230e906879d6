package dev.kompakt.schemas.id;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.time.Instant;

/// One replay: of one compaction and one failure of it. Derived from both, so that all who ask for
/// the same mean the same replay.
public record ReplayId(@JsonValue String value) {
  private static final Syntax SYNTAX = Syntax.of("replay id", "rpl_[0-9a-f]{40}");

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public ReplayId {
    SYNTAX.check(value);
  }

  /// The id of the replay that goes on from this failure.
  ///
  /// @param failedAt as the compaction's dead letter says
  public static ReplayId of(CompactionId compaction, Instant failedAt) {
    return new ReplayId(Derivation.of("rpl_", compaction.value(), failedAt.toString()));
  }

  @Override
  public String toString() {
    return value;
  }
}
