package dev.kompakt.router.budget;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.schemas.record.AccountReport;
import dev.kompakt.schemas.record.AccountState;
import dev.kompakt.schemas.record.AccountState.Active;
import dev.kompakt.schemas.record.AccountState.Deactivated;
import dev.kompakt.schemas.record.AccountState.Paused;
import dev.kompakt.schemas.record.AccountState.QuotaExceeded;
import dev.kompakt.schemas.record.AccountState.RateLimited;
import dev.kompakt.schemas.record.AccountState.ReauthRequired;
import dev.kompakt.schemas.record.AccountStatus;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.Outcome.Unauthorized;
import dev.kompakt.schemas.record.Outcome.Unauthorized.Standing;
import dev.kompakt.schemas.record.Report;
import dev.kompakt.schemas.record.TurnFinished;
import dev.kompakt.schemas.record.UsageReading;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Thousands of lives of an account, told out of order and more than once by clocks that differ.
/// What must hold at every step, and one step after the other.
class FitnessSimulationTest {
  private static final int LIVES = 2_000;
  private static final int STEPS = 60;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void shouldHoldWhateverIsReported(long seed) {
    RandomReports reports = new RandomReports(new Random(seed));
    for (int life = 0; life < LIVES; life++) {
      Instant now = History.START;
      AccountStatus before = null;
      long calls = 0;
      reports.begin();
      for (int step = 0; step < STEPS; step++) {
        now = now.plus(reports.pause());
        Report report = reports.next(now);
        AccountStatus after = Objects.requireNonNull(Budget.account(before, report, now));
        String where = "seed %d, life %d, step %d: %s".formatted(seed, life, step, report);
        calls += report instanceof TurnFinished ? 1 : 0;
        assertThat(after.calls()).as(where).isEqualTo(calls);
        check(where, before, report, after, now);
        assertThat(stateAfter(after, report, now)).as(where).isEqualTo(after.stateAt(now));
        before = after;
      }
    }
  }

  private static AccountState stateAfter(AccountStatus known, Report report, Instant now) {
    return Objects.requireNonNull(Budget.account(known, report, now)).stateAt(now);
  }

  private static void check(
      String where,
      @Nullable AccountStatus before,
      Report report,
      AccountStatus after,
      Instant now) {
    AccountState was = before == null ? new Active() : before.stateAt(now);
    AccountState is = after.stateAt(now);
    Outcome refusal = refusal(report);
    if (!is.equals(was)) {
      assertThat(until(is)).as(where).isBetween(now.plusNanos(1), now.plus(Fitness.LONGEST));
      assertThat(after.since()).as(where).isNotNull().isBeforeOrEqualTo(now);
      assertThat(may(was, report, refusal, is)).as("%s: %s to %s", where, was, is).isTrue();
    }
    if (before != null && before.since() != null) {
      assertThat(after.since()).as(where).isAfterOrEqualTo(before.since());
    }
    boolean lifted =
        is instanceof Active || (is instanceof RateLimited && was instanceof QuotaExceeded);
    if (before != null && rests(was) && lifted && !operators(report)) {
      assertThat(readings(after)).as(where).allMatch(r -> r.usedAt(now) < Fitness.FULL);
      assertThat(after.since()).as(where).isAfter(before.since());
    }
    if (report instanceof AccountReport.PauseAsked) {
      assertThat(is).as(where).isEqualTo(new Paused());
    }
    if (report instanceof AccountReport.ResumeAsked) {
      assertThat(is).as(where).isEqualTo(new Active());
    }
    endsOnce(where, after, is, now);
  }

  /// As time passes, nothing happens but that a rest ends.
  private static void endsOnce(String where, AccountStatus status, AccountState is, Instant now) {
    Instant end = until(is);
    assertThat(status.stateAt(end.minusNanos(1))).as(where).isEqualTo(is);
    assertThat(status.stateAt(rests(is) ? end : now.plus(Duration.ofDays(9))))
        .as(where)
        .isEqualTo(rests(is) ? new Active() : is);
  }

  /// Whether this report may make that of it.
  private static boolean may(
      AccountState was, Report report, @Nullable Outcome refusal, AccountState is) {
    return switch (is) {
      case Paused _ -> report instanceof AccountReport.PauseAsked;
      case RateLimited _ ->
          refusal instanceof Outcome.RateLimited && (was instanceof Active || rests(was));
      case QuotaExceeded _ ->
          refusal instanceof Outcome.QuotaExhausted && (was instanceof Active || rests(was));
      case ReauthRequired _ ->
          refusal instanceof Unauthorized(_, Standing standing)
              && standing == Standing.REAUTH_REQUIRED
              && (was instanceof Active || rests(was));
      case Deactivated _ ->
          refusal instanceof Unauthorized(_, Standing standing)
              && standing == Standing.DEACTIVATED
              && !(was instanceof Paused);
      case Active _ ->
          switch (was) {
            case Paused _ -> report instanceof AccountReport.ResumeAsked;
            case Deactivated _ -> operators(report);
            case ReauthRequired _ ->
                operators(report) || report instanceof AccountReport.CredentialRenewed;
            case RateLimited _, QuotaExceeded _, Active _ -> true;
          };
    };
  }

  private static boolean operators(Report report) {
    return report instanceof AccountReport.ResumeAsked
        || (report instanceof AccountReport.Probed probed && probed.refusal() == null);
  }

  private static boolean rests(AccountState state) {
    return state instanceof RateLimited || state instanceof QuotaExceeded;
  }

  /// When it ends; far ahead for what does not end by itself.
  private static Instant until(AccountState state) {
    return switch (state) {
      case RateLimited(Instant until) -> until;
      case QuotaExceeded(Instant until) -> until;
      case Active _, ReauthRequired _, Deactivated _, Paused _ ->
          History.START.plus(Duration.ofDays(300));
    };
  }

  private static @Nullable Outcome refusal(Report report) {
    return switch (report) {
      case TurnFinished turn -> turn.refusal();
      case AccountReport.Probed probed -> probed.refusal();
      default -> null;
    };
  }

  private static List<UsageReading> readings(AccountStatus status) {
    return status.readings() == null ? List.of() : status.readings();
  }
}
