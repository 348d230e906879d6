package dev.kompakt.ingress.http;

import static dev.kompakt.ingress.http.TurnPlane.THOUGHT;
import static dev.kompakt.ingress.http.TurnPlane.USER;
import static dev.kompakt.ingress.http.TurnPlane.error;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.schemas.record.AccountState;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/// Turns with ciphertext that only the account that made it can read.
class TurnCiphertextTest {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String COMPACTED =
      "{\"type\":\"compaction\",\"encrypted_content\":\"gAAAA\"}";

  @AutoClose private final TurnPlane turns = TurnPlane.oneTurnEach();
  private final Provider first = turns.first;
  private final Provider second = turns.second;

  @Test
  void shouldKeepCiphertextAtItsMakerThoughThatIsOverTheThreshold() throws Exception {
    // Given
    turns.bind("a");
    turns.use("a", 97);

    // When
    turns.sendInSession(THOUGHT, USER);

    // Then
    assertThat(JSON.readTree(first.asked.getFirst().body()).path("input")).hasSize(2);
    assertThat(second.asked).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"TU", "UTTUT", "T", "TUTU"})
  void shouldLeaveOutReasoningThatOnlyAnAccountCanReadWhichIsDown(String input) throws Exception {
    // Given
    turns.bind("a");
    turns.useUp("a", Duration.ofHours(1));
    String[] items =
        input.chars().mapToObj(kind -> kind == 'T' ? THOUGHT : USER).toArray(String[]::new);

    // When
    HttpResponse<String> response = turns.sendInSession(items);

    // Then
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    Provider.Asked asked = second.asked.getFirst();
    assertThat(JSON.readTree(asked.body()).path("input"))
        .hasSize(input.replace("T", "").length())
        .allSatisfy(item -> assertThat(item).isEqualTo(JSON.readTree(USER)));
    assertThat(asked.header("content-length")).isEqualTo(Integer.toString(asked.body().length()));
  }

  @Test
  void shouldNotSendACompactionToWhoCannotReadIt() throws Exception {
    // Given
    turns.bind("a");
    turns.useUp("a", Duration.ofHours(1));

    // When
    HttpResponse<String> later = turns.sendInSession(COMPACTED, THOUGHT, USER);
    turns.tell("a", new AccountState.Deactivated());
    HttpResponse<String> never = turns.sendInSession(COMPACTED, THOUGHT, USER);

    // Then
    assertThat(later.statusCode()).isEqualTo(429);
    assertThat(error(later).path("type").asString()).isEqualTo("usage_limit_reached");
    assertThat(error(later).path("resets_in_seconds").asLong()).isBetween(3_500L, 3_600L);
    assertThat(never.statusCode()).isEqualTo(400);
    assertThat(error(never).path("code").asString()).isEqualTo("history_unreadable");
    assertThat(second.asked).isEmpty();
  }

  @Test
  void shouldNotCallAHistoryUnreadableWhoseAccountWasRefusedAMomentAgo() throws Exception {
    // Given
    turns.bind("a");
    first.then(Provider.json(401, "{}"));

    // When
    HttpResponse<String> refused = turns.sendInSession(COMPACTED, USER);
    HttpResponse<String> next = turns.sendInSession(COMPACTED, USER, USER);

    // Then
    assertThat(refused.statusCode()).isEqualTo(503);
    assertThat(next.statusCode()).isEqualTo(503);
    assertThat(error(next).path("code").asString()).isEqualTo("no_account");
    assertThat(second.asked).isEmpty();
  }

  @Test
  void shouldLeaveOutReasoningWhenTheAccountSaysThatItCannotReadIt() throws Exception {
    // Given
    String unreadable = "{\"error\":{\"code\":\"invalid_encrypted_content\"}}";
    turns.bind("a");
    first.then(Provider.json(400, unreadable));

    // When
    HttpResponse<String> response = turns.sendInSession(THOUGHT, USER);
    first.then(Provider.json(400, unreadable));
    HttpResponse<String> hopeless = turns.sendInSession(COMPACTED, USER);

    // Then
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(JSON.readTree(first.asked.get(1).body()).path("input")).hasSize(1);
    assertThat(hopeless.statusCode()).isEqualTo(400);
    assertThat(hopeless.body()).isEqualTo(unreadable);
    assertThat(first.asked).hasSize(3);
    assertThat(second.asked).isEmpty();
  }
}
