package dev.kompakt.bench.routing;

import dev.kompakt.schemas.history.PayloadRef;
import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.id.AttemptId;
import dev.kompakt.schemas.id.PayloadId;
import dev.kompakt.schemas.id.ProviderId;
import dev.kompakt.schemas.id.TenantId;
import dev.kompakt.schemas.id.TurnId;
import dev.kompakt.schemas.record.AttemptEvent.AttemptFinished;
import dev.kompakt.schemas.record.Mode;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.Report;
import dev.kompakt.schemas.record.TurnFinished;
import dev.kompakt.schemas.record.Usage;
import dev.kompakt.schemas.record.UsageReading;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/// Reports as ingresses and workers write them: nine turns, then an attempt of a compaction that
/// has ended. Over 100 accounts and 50 tenants; every turn tells of four windows.
final class SampleReports {
  private static final int ACCOUNTS = 100;
  private static final int TENANTS = 50;
  private static final int TURNS_PER_ATTEMPT = 9;
  private static final ProviderId PROVIDER = new ProviderId("openai");
  private static final String MODEL = "gpt-5.5";
  private static final Usage USAGE = new Usage(48_000, 41_000, 900, 300);
  private static final PayloadRef RESULT =
      new PayloadRef(new PayloadId("p_" + "0".repeat(32)), 3, List.of(41_233L), 5_200);

  private long made;

  /// A report and the key it is written under.
  record Keyed(String key, Report report) {}

  /// A config with these accounts.
  String config() {
    StringBuilder yaml = new StringBuilder();
    yaml.append("providers:\n");
    yaml.append("  - { id: openai, baseUrl: \"http://127.0.0.1:1/v1\", mode: native }\n");
    yaml.append("accounts:\n");
    for (int i = 0; i < ACCOUNTS; i++) {
      yaml.append("  - { id: team-")
          .append(i)
          .append(", provider: openai, apiKey: \"env:HOME\" }\n");
    }
    return yaml.toString();
  }

  Keyed next() {
    long n = made++;
    Instant now = Instant.now();
    AccountId account = new AccountId("team-" + n % ACCOUNTS);
    TenantId tenant = new TenantId("tenant-" + n % TENANTS);
    return n % (TURNS_PER_ATTEMPT + 1) == TURNS_PER_ATTEMPT
        ? attempt(n, now, account, tenant)
        : turn(n, now, account, tenant);
  }

  private static Keyed turn(long n, Instant now, AccountId account, TenantId tenant) {
    TurnFinished turn =
        new TurnFinished(
            new TurnId("turn_%032x".formatted(n)),
            1,
            now,
            tenant,
            PROVIDER,
            account,
            MODEL,
            200,
            160_000,
            USAGE,
            List.of(
                reading("primary", n, Duration.ofHours(5), now),
                reading("secondary", n / 7, Duration.ofDays(7), now),
                reading("requests", n * 3, Duration.ofMinutes(1), now),
                reading("tokens", n * 5, Duration.ofMinutes(1), now)),
            null,
            null);
    return new Keyed(turn.turn().value(), turn);
  }

  private static UsageReading reading(String window, long n, Duration length, Instant now) {
    return new UsageReading(window, n % 90, length, now.plus(length), now);
  }

  private static Keyed attempt(long n, Instant now, AccountId account, TenantId tenant) {
    AttemptId attempt = AttemptId.parse("cmpn_%040x/0#1".formatted(n));
    AttemptFinished finished =
        new AttemptFinished(
            attempt,
            now,
            "worker-1",
            PROVIDER,
            account,
            MODEL,
            Mode.SUMMARIZE,
            true,
            300_000 + n % 1_000,
            new Outcome.Succeeded(RESULT, USAGE),
            tenant,
            null);
    return new Keyed(attempt.compaction().value(), finished);
  }
}
