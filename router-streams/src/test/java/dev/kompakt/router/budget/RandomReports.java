package dev.kompakt.router.budget;

import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.id.ProviderId;
import dev.kompakt.schemas.id.TenantId;
import dev.kompakt.schemas.id.TurnId;
import dev.kompakt.schemas.record.AccountReport;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.Outcome.Unauthorized.Standing;
import dev.kompakt.schemas.record.Report;
import dev.kompakt.schemas.record.TurnFinished;
import dev.kompakt.schemas.record.Usage;
import dev.kompakt.schemas.record.UsageReading;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// What may be reported of an account: late, early by a clock that is ahead, and again.
final class RandomReports {
  private static final AccountId ACCOUNT = new AccountId("team-a");
  private static final ProviderId PROVIDER = new ProviderId("openai");
  private static final List<String> WINDOWS =
      List.of("primary", "secondary", "requests", "tokens", "monthly");

  private final Random random;
  private final List<Report> told = new ArrayList<>();

  RandomReports(Random random) {
    this.random = random;
  }

  void begin() {
    told.clear();
  }

  /// How long nothing comes in.
  Duration pause() {
    return Duration.ofMillis(random.nextInt(random.nextInt(10) == 0 ? 4_000_000 : 40_000));
  }

  Report next(Instant now) {
    if (!told.isEmpty() && random.nextInt(8) == 0) {
      return told.get(random.nextInt(told.size()));
    }
    Report report = fresh(now.minusMillis(random.nextInt(-5_000, random.nextInt(1, 90_000))), now);
    told.add(report);
    return report;
  }

  private Report fresh(Instant at, Instant now) {
    return switch (random.nextInt(24)) {
      case 0 -> new AccountReport.PauseAsked(ACCOUNT, PROVIDER, at);
      case 1 -> new AccountReport.ResumeAsked(ACCOUNT, PROVIDER, at);
      case 2 ->
          new AccountReport.Probed(
              ACCOUNT, PROVIDER, at, readings(at), random.nextBoolean() ? null : refusal(at, now));
      case 3 -> new AccountReport.CredentialRenewed(ACCOUNT, PROVIDER, at);
      case 4, 5, 6, 7 -> new AccountReport.UsagePolled(ACCOUNT, PROVIDER, at, readings(at));
      default ->
          new TurnFinished(
              new TurnId("turn_%032x".formatted(random.nextLong())),
              1,
              at,
              new TenantId("alice"),
              PROVIDER,
              ACCOUNT,
              "gpt-5.5",
              200,
              39_000,
              Usage.NONE,
              random.nextBoolean() ? null : readings(at),
              random.nextBoolean() ? null : refusal(at, now),
              null);
    };
  }

  private List<UsageReading> readings(Instant at) {
    List<UsageReading> readings = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      readings.add(
          new UsageReading(
              WINDOWS.get(random.nextInt(WINDOWS.size())),
              random.nextInt(4) == 0 ? 100 : random.nextInt(101),
              random.nextBoolean() ? null : Duration.ofMinutes(1 + random.nextInt(20_000)),
              random.nextInt(3) == 0 ? null : at.plusSeconds(random.nextInt(-100, 20_000)),
              random.nextInt(20) == 0 ? null : at.minusMillis(random.nextInt(3_000))));
    }
    return readings;
  }

  private @Nullable Outcome refusal(Instant at, Instant now) {
    return switch (random.nextInt(12)) {
      case 0, 1, 2 -> new Outcome.RateLimited(Duration.ofMillis(random.nextInt(3_600_000)));
      case 3, 4 -> new Outcome.QuotaExhausted(at.plusSeconds(random.nextInt(-60, 600_000)));
      case 5 -> new Outcome.QuotaExhausted(random.nextBoolean() ? null : now.plusSeconds(1L << 36));
      case 6 -> new Outcome.Unauthorized(401, Standing.REAUTH_REQUIRED);
      case 7 -> new Outcome.Unauthorized(403, random.nextBoolean() ? null : Standing.DEACTIVATED);
      case 8 -> new Outcome.Rejected(400, null, null);
      case 9 -> new Outcome.Unsupported(404);
      case 10 -> new Outcome.Declined(null);
      default -> new Outcome.Transient(Outcome.Transient.Cause.OVERLOADED, 503, null);
    };
  }
}
