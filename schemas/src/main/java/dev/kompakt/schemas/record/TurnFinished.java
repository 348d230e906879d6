package dev.kompakt.schemas.record;

import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.id.ProviderId;
import dev.kompakt.schemas.id.TenantId;
import dev.kompakt.schemas.id.TurnId;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One upstream call made for an ordinary turn has ended; keyed by turn.
///
/// @param call counts the calls of this turn from 1
/// @param status of the response; 0 if there was none
/// @param wireBytes request bytes on the wire
/// @param readings what upstream said of the account's quota; null for nothing
/// @param refusal why there was no answer to pass on; null if there was one
/// @param session SHA-256 of the client's session, hex, which stays with this account from now on;
///   null if none does
@JsonTypeName("turn_finished")
public record TurnFinished(
    TurnId turn,
    int call,
    Instant at,
    TenantId tenant,
    ProviderId provider,
    AccountId account,
    String model,
    int status,
    long wireBytes,
    Usage usage,
    @Nullable List<UsageReading> readings,
    @Nullable Outcome refusal,
    @Nullable String session)
    implements Report {
  public TurnFinished {
    readings = readings == null ? null : List.copyOf(readings);
  }
}
