package dev.kompakt.ingress.http;

import static dev.kompakt.ingress.http.TurnPlane.COMPLETED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.schemas.record.AccountState;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.TurnFinished;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/// What becomes of a turn that fails before its first byte.
class TurnRefusalTest {
  private static final String TURN = "{\"model\":\"m\",\"stream\":true,\"input\":\"hi\"}";

  @AutoClose private final TurnPlane turns = TurnPlane.withSecondAtRest();
  private final Provider first = turns.first;
  private final Provider second = turns.second;

  @Test
  void shouldTryAgainBeforeTheFirstByte() throws Exception {
    // Given
    first.then(
        Provider.json(413, "{}"),
        Provider.json(429, "{\"error\":{\"type\":\"requests\"}}", "retry-after-ms", "150"),
        Provider.json(500, "{}"),
        Provider.json(529, "{}"),
        Provider.events(Provider.say(COMPLETED)));

    // When
    HttpResponse<String> response = turns.send(TURN);

    // Then
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).isEqualTo(COMPLETED);
    assertThat(first.asked).hasSize(5);
    TurnFinished limited = turns.reported(5).get(1);
    assertThat(limited.refusal()).isInstanceOf(Outcome.RateLimited.class);
    assertThat(limited.status()).isEqualTo(429);
  }

  @Test
  void shouldGoToAnotherAccountWhenOneIsRefused() throws Exception {
    // Given
    turns.wake("b");
    first.then(Provider.json(401, "{}"));
    second.then(Provider.json(401, "{}"));

    // When
    HttpResponse<String> one = turns.send(TURN, "session-id", "s");
    first.then(Provider.json(200, "{\"from\":\"first\"}"));
    second.then(Provider.json(200, "{\"from\":\"second\"}"));
    HttpResponse<String> other = turns.send(TURN, "session-id", "s2");

    // Then
    assertThat(one.statusCode()).isEqualTo(503);
    assertThat(one.body()).contains("upstream_unauthorized");
    assertThat(first.asked.size() + second.asked.size()).isEqualTo(2);
    assertThat(other.statusCode()).as("both rest").isIn(429, 503);
  }

  @Test
  void shouldCountATurnThatAFaultOfOursEnds() throws Exception {
    // Given
    try (TurnPlane broken =
        TurnPlane.withSecondAtRest(
            "providers",
            "[{id: one, baseUrl: 'http://127.0.0.1:99999', mode: native},"
                + " {id: two, baseUrl: 'http://127.0.0.1:99999', mode: native}]")) {
      // When
      HttpResponse<String> response = broken.send(TURN);

      // Then
      assertThat(response.statusCode()).isEqualTo(500);
      broken.plane.awaitMeter("kompakt_turns_total{outcome=\"failed\"}", 1);
      assertThat(broken.plane.meter("kompakt_turns_total")).isEqualTo(1);
    }
  }

  @Test
  void shouldTellOfASizeThatIsRefusedForGoodAs400() throws Exception {
    // Given
    first.then(Provider.json(413, "{}"), Provider.json(413, "{}"));

    // When
    HttpResponse<String> response = turns.send(TURN);

    // Then
    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(response.body()).contains("context_length_exceeded");
    assertThat(first.asked).hasSize(2);
  }

  @Test
  void shouldPassUpstreamsOwnErrorOn() throws Exception {
    // Given
    String error =
        "{\"error\":{\"message\":\"no\",\"type\":\"invalid_request_error\",\"code\":\"unknown_parameter\",\"param\":\"x\"}}";
    first.then(Provider.json(400, error, "x-request-id", "up1"));

    // When
    HttpResponse<String> response = turns.send(TURN);

    // Then
    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(response.body()).isEqualTo(error);
    assertThat(first.asked).hasSize(1);
  }

  @Test
  void shouldSayHowLongTheLimitLasts() throws Exception {
    // Given
    turns.tell("b", new AccountState.Paused());
    String error =
        "{\"error\":{\"type\":\"usage_limit_reached\",\"plan_type\":\"pro\",\"resets_in_seconds\":7200}}";
    first.then(Provider.json(429, error));

    // When
    HttpResponse<String> response = turns.send(TURN);

    // Then
    assertThat(response.statusCode()).isEqualTo(429);
    assertThat(response.body()).isEqualTo(error);
    assertThat(response.headers().firstValue("retry-after")).contains("60");
    assertThat(first.asked).hasSize(1);
  }

  @Test
  void shouldAskUpstreamOnceHoweverOftenAFailedTurnIsTriedAgain() throws Exception {
    // Given
    for (int i = 0; i < 5; i++) {
      first.then(Provider.json(500, "{\"error\":{\"message\":\"no\"}}"));
    }

    // When
    HttpResponse<String> failed = turns.send(TURN);
    int calls = first.asked.size();
    HttpResponse<String> again = turns.send(TURN);

    // Then
    assertThat(failed.statusCode()).isEqualTo(500);
    assertThat(again.statusCode()).isEqualTo(500);
    assertThat(first.asked).hasSize(calls);
  }
}
