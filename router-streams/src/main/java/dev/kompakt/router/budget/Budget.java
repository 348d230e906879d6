package dev.kompakt.router.budget;

import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.id.ProviderId;
import dev.kompakt.schemas.record.AccountReport;
import dev.kompakt.schemas.record.AccountStatus;
import dev.kompakt.schemas.record.AttemptEvent;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.Report;
import dev.kompakt.schemas.record.TenantUsage;
import dev.kompakt.schemas.record.TurnFinished;
import dev.kompakt.schemas.record.Usage;
import dev.kompakt.schemas.record.UsageReading;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Folds reports into what is known of an account, and calls into the use of their tenant. The
/// caller sees to it that each report is folded once.
public final class Budget {
  private Budget() {}

  /// The account after a report; `known` itself if no call of it has ended by that.
  ///
  /// @param known null if nothing is
  /// @param now by the router's clock. A reporter's clock that is ahead counts as this
  public static @Nullable AccountStatus account(
      @Nullable AccountStatus known, Report report, Instant now) {
    return switch (report) {
      case AttemptEvent _, TurnFinished _ -> {
        Call call = Call.of(report);
        yield call == null ? known : called(known, call, now);
      }
      case AccountReport said -> told(known, said, now);
    };
  }

  private static AccountStatus called(@Nullable AccountStatus known, Call call, Instant now) {
    AccountStatus before = known == null ? fresh(call.account(), call.provider(), now) : known;
    List<UsageReading> readings = Windows.merge(before.readings(), call.readings(), now);
    Fitness fitness = Fitness.of(before, now).lifted(readings, now);
    Outcome outcome = call.outcome();
    if (outcome != null) {
      fitness = fitness.refused(outcome, sooner(call.at(), now), readings, now);
    }
    return next(
        before, before.calls() + 1, before.usage().plus(call.usage()), readings, fitness, now);
  }

  private static AccountStatus told(
      @Nullable AccountStatus known, AccountReport said, Instant now) {
    AccountStatus before = known == null ? fresh(said.account(), said.provider(), now) : known;
    Instant at = sooner(said.at(), now);
    Fitness fitness = Fitness.of(before, now);
    List<UsageReading> readings = before.readings() == null ? List.of() : before.readings();
    switch (said) {
      case AccountReport.PauseAsked _ -> fitness = fitness.paused(at);
      case AccountReport.ResumeAsked _ -> fitness = fitness.resumed(at);
      case AccountReport.CredentialRenewed _ -> fitness = fitness.renewed(at);
      case AccountReport.UsagePolled polled ->
          readings = Windows.merge(readings, polled.readings(), now);
      case AccountReport.Probed probed -> {
        List<UsageReading> read = probed.readings();
        readings = Windows.merge(readings, read == null ? List.of() : read, now);
        fitness =
            probed.refusal() == null
                ? fitness.answered(at)
                : fitness.lifted(readings, now).refused(probed.refusal(), at, readings, now);
      }
    }
    return next(before, before.calls(), before.usage(), readings, fitness, now);
  }

  private static AccountStatus next(
      AccountStatus before,
      long calls,
      Usage usage,
      List<UsageReading> readings,
      Fitness fitness,
      Instant now) {
    Fitness after = fitness.lifted(readings, now);
    return new AccountStatus(
        before.account(),
        before.provider(),
        calls,
        usage,
        now,
        readings.isEmpty() ? null : readings,
        after.stored(),
        after.since());
  }

  private static AccountStatus fresh(AccountId account, ProviderId provider, Instant now) {
    return new AccountStatus(account, provider, 0, Usage.NONE, now, null, null, null);
  }

  private static Instant sooner(Instant at, Instant now) {
    return at.isAfter(now) ? now : at;
  }

  /// The tenant's day after a call; null if that adds nothing.
  ///
  /// @param known null if this is the first
  public static @Nullable TenantUsage tenant(@Nullable TenantUsage known, Call call, Instant now) {
    if (call.tenant() == null) {
      return null;
    }
    LocalDate day = LocalDate.ofInstant(call.at(), ZoneOffset.UTC);
    if (known == null || known.day().isBefore(day)) {
      return new TenantUsage(call.tenant(), day, 1, call.usage(), now);
    }
    return known.day().equals(day)
        ? new TenantUsage(
            call.tenant(), day, known.calls() + 1, known.usage().plus(call.usage()), now)
        : null;
  }
}
