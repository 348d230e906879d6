package dev.kompakt.ingress.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kompakt.bootstrap.config.ConfigLoader;
import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.bootstrap.route.Standing;
import dev.kompakt.ingress.publish.IdempotencyKeys;
import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.id.ProviderId;
import dev.kompakt.schemas.id.TenantId;
import dev.kompakt.schemas.record.AccountState;
import dev.kompakt.schemas.record.AccountStatus;
import dev.kompakt.schemas.record.Usage;
import dev.kompakt.schemas.record.UsageReading;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class RoutingExplanationTest {
  private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");
  private static final KompaktConfig CONFIG =
      ConfigLoader.load(
          null,
          Map.of(),
          Map.of(
              "providers",
              "[{id: p, baseUrl: 'http://127.0.0.1:1', mode: native},"
                  + " {id: q, baseUrl: 'http://127.0.0.1:1', mode: native}]",
              "accounts",
              "[{id: a, provider: p, apiKey: 'env:A', quota: {concurrency: 2}},"
                  + " {id: b, provider: p, apiKey: 'env:B'}, {id: c, provider: q, apiKey: 'env:C'}]"));

  private final Map<AccountId, AccountStatus> known = new HashMap<>();
  private final Map<AccountId, Standing> standings = new HashMap<>();
  private final Map<String, AccountId> sessions = new HashMap<>();
  private final RoutingExplanation explanation =
      new RoutingExplanation(
          CONFIG,
          known::get,
          account -> standings.getOrDefault(account, Standing.fresh(account)),
          sessions::get,
          () -> NOW);

  private JsonNode explain(Map<String, String> parameters) {
    return new JsonMapper().readTree(explanation.answer(parameters).body());
  }

  private void status(String id, AccountState state, double used) {
    AccountId account = new AccountId(id);
    known.put(
        account,
        new AccountStatus(
            account,
            new ProviderId("p"),
            1,
            Usage.NONE,
            NOW,
            List.of(
                new UsageReading("secondary", used, Duration.ofDays(7), NOW.plusSeconds(900), NOW)),
            state,
            NOW));
  }

  @Test
  void shouldSayWhyEachWasChosenOrPassedOver() {
    // Given
    status("a", new AccountState.Active(), 97);
    status("b", new AccountState.RateLimited(NOW.plusSeconds(30)), 10);

    // When
    JsonNode explained = explain(Map.of("provider", "p"));

    // Then
    assertThat(explained.get("decision").asString()).isEqualTo("use");
    assertThat(explained.get("account").asString()).isEqualTo("a");
    assertThat(explained.get("reason").asString()).isEqualTo("pressed");
    JsonNode first = explained.get("accounts").get(0);
    assertThat(first.get("why").asString()).contains("97", "secondary");
    JsonNode second = explained.get("accounts").get(1);
    assertThat(second.get("grade").asString()).isEqualTo("resting");
    assertThat(second.get("until").asLong()).isEqualTo(NOW.plusSeconds(30).getEpochSecond());
  }

  @Test
  void shouldJudgeForTheSessionAndByWhatIsInFlightHere() {
    // Given
    AccountId a = new AccountId("a");
    standings.put(a, Standing.fresh(a).sent(NOW));
    sessions.put(IdempotencyKeys.hash(new TenantId("alice"), "s"), a);

    // When
    JsonNode anybody = explain(Map.of("provider", "p"));
    JsonNode alice = explain(Map.of("provider", "p", "session", "s", "tenant", "alice"));
    JsonNode other = explain(Map.of("provider", "p", "session", "s"));

    // Then
    assertThat(anybody.get("account").asString()).isEqualTo("b");
    assertThat(alice.get("account").asString()).isEqualTo("a");
    assertThat(alice.get("reason").asString()).isEqualTo("session");
    assertThat(other.get("account").asString()).isEqualTo("b");
    assertThat(alice.get("accounts").get(1).get("in_flight").asInt()).isEqualTo(1);
  }

  @Test
  void shouldTellWhenToComeAgainWhenAllRest() {
    // Given
    status("a", new AccountState.QuotaExceeded(NOW.plusSeconds(600)), 100);
    status("b", new AccountState.QuotaExceeded(NOW.plusSeconds(300)), 100);

    // When
    JsonNode explained = explain(Map.of("provider", "p"));

    // Then
    assertThat(explained.get("decision").asString()).isEqualTo("wait");
    assertThat(explained.get("reason").asString()).isEqualTo("quota_exhausted");
    assertThat(explained.get("until").asLong()).isEqualTo(NOW.plusSeconds(300).getEpochSecond());
  }

  @ParameterizedTest
  @CsvSource({"tokens,-1", "tokens,many", "held,maybe", "held,true", "who,me"})
  void shouldRefuseWhenAParameterIsWrong(String name, String value) {
    assertThatThrownBy(() -> explanation.answer(Map.of(name, value)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(name);
  }
}
