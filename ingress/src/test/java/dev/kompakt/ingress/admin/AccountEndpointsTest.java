package dev.kompakt.ingress.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kompakt.bootstrap.admin.AdminEndpoint;
import dev.kompakt.bootstrap.config.ConfigLoader;
import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.record.AccountReport;
import dev.kompakt.schemas.record.AccountState;
import dev.kompakt.schemas.record.AccountStatus;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.Usage;
import dev.kompakt.schemas.record.UsageReading;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class AccountEndpointsTest {
  private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");
  private static final List<KompaktConfig.Account> ACCOUNTS =
      ConfigLoader.load(
              null,
              Map.of(),
              Map.of(
                  "providers",
                  "[{id: openai, baseUrl: 'http://127.0.0.1:1', mode: native}]",
                  "accounts",
                  "[{id: a, provider: openai, apiKey: 'env:A', quota: {requestsPerMinute: 60}},"
                      + " {id: b, provider: openai, apiKey: 'env:B'}]"))
          .accounts();

  private final Map<AccountId, AccountStatus> known = new ConcurrentHashMap<>();

  private static AccountStatus status(String id, AccountState state, UsageReading... readings) {
    AccountId account = new AccountId(id);
    return new AccountStatus(
        account,
        ACCOUNTS.getFirst().provider(),
        3,
        new Usage(10, 0, 5, 0),
        NOW,
        List.of(readings),
        state,
        NOW.minusSeconds(60));
  }

  private JsonNode list(Map<String, String> parameters) {
    return read(new AccountList(ACCOUNTS, known::get, () -> NOW).answer(parameters)).get("data");
  }

  private static JsonNode read(AdminEndpoint.Reply reply) {
    return new JsonMapper().readTree(reply.body());
  }

  @Test
  void shouldTellOfEveryAccountOfTheConfigWhenNothingWasHeardOfIt() {
    // When
    JsonNode accounts = list(Map.of());

    // Then
    assertThat(accounts.valueStream().map(a -> a.get("id").asString())).containsExactly("a", "b");
    assertThat(accounts.get(0).get("state").asString()).isEqualTo("active");
    assertThat(accounts.get(0).get("quota").get("requests_per_minute").asInt()).isEqualTo(60);
    assertThat(accounts.get(1).get("quota").get("requests_per_minute").isNull()).isTrue();
  }

  @Test
  void shouldTellTheStateAsItIsNowWhenItsTimeHasPassed() {
    // Given
    AccountId a = new AccountId("a");
    known.put(a, status("a", new AccountState.RateLimited(NOW.plusSeconds(30))));
    JsonNode limited = list(Map.of()).get(0);
    known.put(
        a,
        status(
            "a",
            new AccountState.RateLimited(NOW),
            new UsageReading("primary", 80, Duration.ofHours(5), NOW.minusSeconds(1), NOW),
            new UsageReading("secondary", 40.5, null, NOW.plusSeconds(60), NOW)));

    // When
    JsonNode back = list(Map.of()).get(0);

    // Then
    assertThat(limited.get("state").asString()).isEqualTo("rate_limited");
    assertThat(limited.get("until").asLong()).isEqualTo(NOW.plusSeconds(30).getEpochSecond());
    assertThat(back.get("state").asString()).isEqualTo("active");
    assertThat(back.get("until").isNull()).isTrue();
    assertThat(back.get("windows").get("primary").get("used_percent").asDouble()).isZero();
    assertThat(back.get("windows").get("secondary").get("used_percent").asDouble()).isEqualTo(40.5);
  }

  @Test
  void shouldListOnlyThoseAskedForWhenNarrowedDown() {
    // Given
    known.put(new AccountId("b"), status("b", new AccountState.Paused()));

    // When
    JsonNode paused = list(Map.of("state", "paused"));
    JsonNode elsewhere = list(Map.of("provider", "other"));

    // Then
    assertThat(paused.valueStream().map(a -> a.get("id").asString())).containsExactly("b");
    assertThat(elsewhere).isEmpty();
    assertThatThrownBy(() -> list(Map.of("stat", "paused")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'stat'");
  }

  /// A router that takes reports in at once.
  private void router(AccountReport report) {
    AccountState state =
        switch (report) {
          case AccountReport.PauseAsked _ -> new AccountState.Paused();
          case AccountReport.ResumeAsked _,
              AccountReport.Probed _,
              AccountReport.UsagePolled _,
              AccountReport.CredentialRenewed _ ->
              new AccountState.Active();
        };
    known.put(report.account(), status(report.account().value(), state));
  }

  private AdminEndpoint action(AccountAction.Deed deed, Predicate<AccountState> shows) {
    return new AccountAction(ACCOUNTS, known::get, deed, shows, () -> NOW);
  }

  private AdminEndpoint pause() {
    return action(
        account -> {
          router(new AccountReport.PauseAsked(account.id(), account.provider(), NOW));
          return null;
        },
        AccountState.Paused.class::isInstance);
  }

  @Test
  void shouldAnswerWithTheNewStateWhenTheRouterHasTakenItIn() {
    // When
    AdminEndpoint.Reply paused = pause().answer(Map.of("id", "b"));

    // Then
    assertThat(paused.status()).isEqualTo(200);
    assertThat(read(paused).get("state").asString()).isEqualTo("paused");
    assertThat(read(paused).get("refusal").isNull()).isTrue();
  }

  @Test
  void shouldTellWhyTheAccountRefusedWhenItWasTried() {
    // Given
    Outcome refusal = new Outcome.RateLimited(Duration.ofSeconds(3));
    AdminEndpoint probe =
        action(
            account -> {
              router(
                  new AccountReport.Probed(account.id(), account.provider(), NOW, null, refusal));
              return refusal;
            },
            _ -> true);

    // When
    JsonNode tried = read(probe.answer(Map.of("id", "a")));

    // Then
    assertThat(tried.get("refusal").asString()).isEqualTo("rate_limited");
  }

  @Test
  void shouldNotBeFoundWhenTheConfigHasNoSuchAccount() {
    assertThatThrownBy(() -> pause().answer(Map.of("id", "c")))
        .isInstanceOf(NoSuchElementException.class);
    assertThat(known).isEmpty();
  }
}
