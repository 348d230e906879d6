package dev.kompakt.schemas.id;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/// One job of a compaction, written `<compaction>/<number>`. Numbers count up from 0 and are never
/// used twice within a compaction.
public record JobId(CompactionId compaction, int number) {
  public JobId {
    if (number < 0) {
      throw new IllegalArgumentException("job number " + number + " is negative");
    }
  }

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static JobId parse(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      throw new IllegalArgumentException("job id '" + text + "' has no '/'");
    }
    return new JobId(
        new CompactionId(text.substring(0, slash)),
        Syntax.number("job id", text.substring(slash + 1)));
  }

  @JsonValue
  @Override
  public String toString() {
    return compaction + "/" + number;
  }
}
