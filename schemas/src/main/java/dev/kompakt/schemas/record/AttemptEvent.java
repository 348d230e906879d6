package dev.kompakt.schemas.record;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.id.AttemptId;
import dev.kompakt.schemas.id.ProviderId;
import dev.kompakt.schemas.id.TenantId;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What workers report of attempts; keyed by compaction.
public sealed interface AttemptEvent extends Report {
  AttemptId attempt();

  /// Acknowledged before the call is made, so that whoever takes over the lane counts it against
  /// the account's quota until `deadline`.
  @JsonTypeName("attempt_started")
  record AttemptStarted(
      AttemptId attempt,
      Instant at,
      String worker,
      AccountId account,
      long wireBytes,
      long estimatedTokens,
      Instant deadline)
      implements AttemptEvent {}

  /// The attempt's one outcome; later ones of the same attempt are ignored.
  ///
  /// @param called whether an upstream call was made
  /// @param wireBytes request bytes on the wire, 0 where no call was made and none was sized
  /// @param tenant whose compaction it was; null in records of before it was told
  /// @param readings what upstream said of the account's quota; null for nothing
  @JsonTypeName("attempt_finished")
  record AttemptFinished(
      AttemptId attempt,
      Instant at,
      String worker,
      ProviderId provider,
      @Nullable AccountId account,
      String model,
      Mode mode,
      boolean called,
      long wireBytes,
      Outcome outcome,
      @Nullable TenantId tenant,
      @Nullable List<UsageReading> readings)
      implements AttemptEvent {
    public AttemptFinished {
      readings = readings == null ? null : List.copyOf(readings);
    }
  }
}
