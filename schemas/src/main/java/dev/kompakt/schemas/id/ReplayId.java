package dev.kompakt.schemas.id;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;

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
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      sha.update(compaction.value().getBytes(StandardCharsets.UTF_8));
      sha.update((byte) 0);
      sha.update(failedAt.toString().getBytes(StandardCharsets.UTF_8));
      return new ReplayId("rpl_" + HexFormat.of().formatHex(sha.digest(), 0, 20));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  @Override
  public String toString() {
    return value;
  }
}
