package dev.kompakt.ingress.http;

import static dev.kompakt.ingress.http.TurnPlane.USER;
import static dev.kompakt.ingress.http.TurnPlane.hash;
import static dev.kompakt.ingress.http.TurnPlane.turn;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.schemas.record.TurnFinished;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Which account the turns of a session go to.
class TurnSessionsTest {
  @AutoClose private final TurnPlane turns = TurnPlane.oneTurnEach();
  private final Provider first = turns.first;
  private final Provider second = turns.second;

  @ParameterizedTest
  @ValueSource(strings = {"a", "b"})
  void shouldGoWhereTheRouterHasBoundTheSession(String account) throws Exception {
    // Given
    turns.bind(account);

    // When
    for (int i = 0; i < 4; i++) {
      turns.sendInSession(USER);
    }

    // Then
    assertThat((account.equals("a") ? first : second).asked).hasSize(4);
    assertThat(turns.reported(4))
        .allSatisfy(turn -> assertThat(turn.session()).isEqualTo(hash("s")));
  }

  @Test
  void shouldSpreadNewSessionsAndKeepEachWhereItBegan() throws Exception {
    // When
    for (int i = 0; i < 12; i++) {
      turns.send(turn(USER), "session-id", "s" + i % 4);
    }

    // Then
    assertThat(first.asked).hasSize(6);
    assertThat(second.asked).hasSize(6);
    assertThat(first.asked.stream().map(asked -> asked.header("session-id")).distinct()).hasSize(2);
  }

  @Test
  void shouldTakeThePromptCacheKeyForTheSessionIfThereIsNoOther() throws Exception {
    // Given
    turns.bind("b");
    String turn = turn(USER).replace("{\"model\"", "{\"prompt_cache_key\":\"s\",\"model\"");

    // When
    for (int i = 0; i < 3; i++) {
      turns.send(turn);
    }
    turns.send(turn, "session-id", "another");

    // Then
    assertThat(turns.reported(4))
        .extracting(TurnFinished::session)
        .containsExactly(hash("s"), hash("s"), hash("s"), hash("another"));
    assertThat(second.asked.size()).isGreaterThanOrEqualTo(3);
  }

  @Test
  void shouldForgetABindingThatWasNotUsedForLong() throws Exception {
    // Given
    turns.bind("b", Instant.now().minus(Duration.ofDays(31)));

    // When
    turns.sendInSession(USER);

    // Then
    assertThat(first.asked).as("the first of the config").hasSize(1);
  }

  @Test
  void shouldFollowItsOwnChoiceUntilTheRouterKnowsOfIt() throws Exception {
    // Given
    turns.bind("a", Instant.now().minusSeconds(60));
    turns.useUp("a", Duration.ofHours(1));
    turns.sendInSession(USER);

    // When
    turns.wake("a");
    turns.sendInSession(USER);

    // Then
    assertThat(second.asked).hasSize(2);
    assertThat(first.asked).isEmpty();
  }

  @Test
  void shouldMoveASessionWhenItsAccountIsOverTheThresholdAndAnotherIsNot() throws Exception {
    // Given
    turns.bind("a");
    turns.use("a", 97);
    turns.use("b", 98);

    // When
    turns.sendInSession(USER);
    turns.use("b", 50);
    turns.sendInSession(USER);

    // Then
    assertThat(first.asked).as("while all are over it").hasSize(1);
    assertThat(second.asked).hasSize(1);
  }

  @Test
  void shouldNotMoveATurnThatHasBegunThoughItsAccountIsOverTheThreshold() throws Exception {
    // Given
    turns.bind("a");
    first.then(Provider.json(200, "{}", "x-codex-turn-state", "began"));
    String state =
        turns.sendInSession(USER).headers().firstValue("x-codex-turn-state").orElseThrow();
    turns.use("a", 97);
    turns.bind("b");

    // When
    turns.send(turn(USER), "session-id", "s", "x-codex-turn-state", state);

    // Then
    assertThat(first.asked).hasSize(2);
    assertThat(first.asked.getLast().header("x-codex-turn-state")).isEqualTo("began");
  }

  @Test
  void shouldGoOnElsewhereWithoutTheTurnStateWhenItsAccountIsDown() throws Exception {
    // Given
    turns.bind("a");
    first.then(Provider.json(200, "{}", "x-codex-turn-state", "began"));
    String state =
        turns.sendInSession(USER).headers().firstValue("x-codex-turn-state").orElseThrow();
    turns.useUp("a", Duration.ofHours(1));

    // When
    HttpResponse<String> response =
        turns.send(turn(USER), "session-id", "s", "x-codex-turn-state", state);

    // Then
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(second.asked.getFirst().header("x-codex-turn-state")).isEmpty();
  }

  @Test
  void shouldBringATurnBackToWhereItBegan() throws Exception {
    // Given
    first.then(Provider.json(200, "{}", "x-codex-turn-state", "from-first"));
    second.then(Provider.json(200, "{}", "x-codex-turn-state", "from-second"));
    String state = turns.send(turn(USER)).headers().firstValue("x-codex-turn-state").orElseThrow();
    Provider began = first.asked.isEmpty() ? second : first;

    // When
    for (int i = 0; i < 4; i++) {
      turns.send(turn(USER), "x-codex-turn-state", state, "session-id", "s" + i);
    }

    // Then
    assertThat(began.asked).hasSize(5);
    assertThat(began.asked.getLast().header("x-codex-turn-state"))
        .isEqualTo(began == first ? "from-first" : "from-second");
    assertThat(state).doesNotContain("\"a\"").startsWith("kt1.");
  }

  @Test
  void shouldKeepASessionAtItsAccountAndMoveItWhenThatRests() throws Exception {
    // Given
    for (int i = 0; i < 3; i++) {
      turns.send(turn(USER), "session-id", "one session");
    }
    Provider home = first.asked.isEmpty() ? second : first;
    assertThat(home.asked).hasSize(3);

    // When
    turns.rest(home == first ? "a" : "b");
    turns.send(turn(USER), "session-id", "one session");

    // Then
    assertThat(home.asked).hasSize(3);
    assertThat(first.asked.size() + second.asked.size()).isEqualTo(4);
  }
}
