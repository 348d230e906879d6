package dev.kompakt.schemas.id;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/// One execution of a job, written `<job>#<number>`. Numbers count up from 1.
public record AttemptId(JobId job, int number) {
  public AttemptId {
    if (number < 1) {
      throw new IllegalArgumentException("attempt number " + number + " is below 1");
    }
  }

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static AttemptId parse(String text) {
    int hash = text.indexOf('#');
    if (hash < 0) {
      throw new IllegalArgumentException("attempt id '" + text + "' has no '#'");
    }
    return new AttemptId(
        JobId.parse(text.substring(0, hash)),
        Syntax.number("attempt id", text.substring(hash + 1)));
  }

  /// The compaction this attempt works for.
  public CompactionId compaction() {
    return job.compaction();
  }

  @JsonValue
  @Override
  public String toString() {
    return job + "#" + number;
  }
}
