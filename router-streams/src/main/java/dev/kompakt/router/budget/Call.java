package dev.kompakt.router.budget;

import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.id.ProviderId;
import dev.kompakt.schemas.id.TenantId;
import dev.kompakt.schemas.record.AccountReport;
import dev.kompakt.schemas.record.AttemptEvent.AttemptFinished;
import dev.kompakt.schemas.record.AttemptEvent.AttemptStarted;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.Report;
import dev.kompakt.schemas.record.TurnFinished;
import dev.kompakt.schemas.record.Usage;
import dev.kompakt.schemas.record.UsageReading;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One upstream call that has ended, whoever made it and for what.
///
/// @param report tells this report from all others, the same each time it is delivered
/// @param tenant null if it was not told
/// @param at by the clock of whoever reported
/// @param outcome null if it is of no concern to the account
public record Call(
    String report,
    AccountId account,
    ProviderId provider,
    @Nullable TenantId tenant,
    Instant at,
    Usage usage,
    List<UsageReading> readings,
    @Nullable Outcome outcome) {
  public Call {
    readings = List.copyOf(readings);
  }

  /// The call that is reported; null if none was made, or none has ended.
  public static @Nullable Call of(Report event) {
    return switch (event) {
      case AttemptStarted _, AccountReport _ -> null;
      case AttemptFinished attempt -> of(attempt);
      case TurnFinished turn ->
          new Call(
              turn.turn() + "#" + turn.call(),
              turn.account(),
              turn.provider(),
              turn.tenant(),
              turn.at(),
              turn.usage(),
              orNone(turn.readings()),
              turn.refusal());
    };
  }

  private static @Nullable Call of(AttemptFinished attempt) {
    AccountId account = attempt.account();
    if (!attempt.called() || account == null) {
      return null;
    }
    return new Call(
        attempt.attempt() + "|" + attempt.worker() + "|" + attempt.at(),
        account,
        attempt.provider(),
        attempt.tenant(),
        attempt.at(),
        attempt.outcome() instanceof Outcome.Succeeded(_, Usage usage) ? usage : Usage.NONE,
        orNone(attempt.readings()),
        attempt.outcome());
  }

  private static List<UsageReading> orNone(@Nullable List<UsageReading> readings) {
    return readings == null ? List.of() : readings;
  }
}
