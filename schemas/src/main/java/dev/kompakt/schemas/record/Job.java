package dev.kompakt.schemas.record;

import dev.kompakt.schemas.history.PayloadRef;
import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.id.AttemptId;
import dev.kompakt.schemas.id.ProviderId;
import dev.kompakt.schemas.id.TenantId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// One attempt to be made by a worker; the records of `kompakt.jobs`.
///
/// @param account whose quota it uses and whose lane it is on; null for [Mode#LOCAL]
/// @param envelope the request's other fields as one JSON object
/// @param deadline when the attempt must have ended
/// @param stays whether it waits for its account however long that takes, because no other could
///   take it; null for no
public record Job(
    AttemptId attempt,
    TenantId tenant,
    ProviderId provider,
    @Nullable AccountId account,
    Mode mode,
    String model,
    PayloadRef envelope,
    Work work,
    Instant at,
    Instant deadline,
    @Nullable Boolean stays) {
  public Job {
    if ((account == null) != (mode == Mode.LOCAL)) {
      throw new IllegalArgumentException(
          "job " + attempt + ": mode " + mode + ", account " + account);
    }
  }

  /// The record's key: the account, so that it stays on its lane; jobs without one spread by
  /// compaction.
  public String lane() {
    return account == null ? attempt.compaction().value() : account.value();
  }
}
