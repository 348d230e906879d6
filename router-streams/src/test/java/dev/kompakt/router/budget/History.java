package dev.kompakt.router.budget;

import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.id.ProviderId;
import dev.kompakt.schemas.id.TenantId;
import dev.kompakt.schemas.id.TurnId;
import dev.kompakt.schemas.record.AccountReport;
import dev.kompakt.schemas.record.AccountState;
import dev.kompakt.schemas.record.AccountStatus;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.Report;
import dev.kompakt.schemas.record.TurnFinished;
import dev.kompakt.schemas.record.Usage;
import dev.kompakt.schemas.record.UsageReading;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// An account, and what is reported of it in the order it comes in. Times are seconds from a start.
final class History {
  static final Instant START = Instant.parse("2026-11-20T10:00:00Z");

  private static final AccountId ACCOUNT = new AccountId("team-a");
  private static final ProviderId PROVIDER = new ProviderId("openai");

  private @Nullable AccountStatus status;
  private Instant now = START;

  static Instant at(double seconds) {
    return START.plusMillis(Math.round(seconds * 1000));
  }

  static UsageReading reading(String window, double used, double said) {
    return new UsageReading(window, used, Duration.ofHours(5), at(18_000), at(said));
  }

  /// The router's clock stands there from now on.
  History until(double seconds) {
    now = at(seconds);
    return this;
  }

  /// Comes in now, or when it was said if that is later.
  History comes(Report report) {
    now = report.at().isAfter(now) ? report.at() : now;
    status = Budget.account(status, report, now);
    return this;
  }

  History call(double said, @Nullable Outcome refusal, UsageReading... readings) {
    return comes(
        new TurnFinished(
            new TurnId("turn_" + "0".repeat(32)),
            1,
            at(said),
            new TenantId("alice"),
            PROVIDER,
            ACCOUNT,
            "gpt-5.5",
            refusal == null ? 200 : 429,
            39_000,
            Usage.NONE,
            List.of(readings),
            refusal,
            null));
  }

  History polled(double said, UsageReading... readings) {
    return comes(new AccountReport.UsagePolled(ACCOUNT, PROVIDER, at(said), List.of(readings)));
  }

  History probed(double said, @Nullable Outcome refusal) {
    return comes(new AccountReport.Probed(ACCOUNT, PROVIDER, at(said), null, refusal));
  }

  History paused(double said) {
    return comes(new AccountReport.PauseAsked(ACCOUNT, PROVIDER, at(said)));
  }

  History resumed(double said) {
    return comes(new AccountReport.ResumeAsked(ACCOUNT, PROVIDER, at(said)));
  }

  History renewed(double said) {
    return comes(new AccountReport.CredentialRenewed(ACCOUNT, PROVIDER, at(said)));
  }

  AccountStatus status() {
    return Objects.requireNonNull(status, "nothing was reported");
  }

  Instant now() {
    return now;
  }

  AccountState state() {
    return status().stateAt(now);
  }
}
