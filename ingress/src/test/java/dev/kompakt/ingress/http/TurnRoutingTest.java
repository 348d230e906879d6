package dev.kompakt.ingress.http;

import static dev.kompakt.ingress.http.TurnPlane.OPEN;
import static dev.kompakt.ingress.http.TurnPlane.THOUGHT;
import static dev.kompakt.ingress.http.TurnPlane.USER;
import static dev.kompakt.ingress.http.TurnPlane.error;
import static dev.kompakt.ingress.http.TurnPlane.hash;
import static dev.kompakt.ingress.http.TurnPlane.turn;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.schemas.record.AccountState;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.TurnFinished;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Where a turn goes when accounts have no room or are refused, and what its client is told when
/// there is none.
class TurnRoutingTest {
  @AutoClose private final TurnPlane turns = TurnPlane.oneTurnEach();
  private final Provider first = turns.first;
  private final Provider second = turns.second;

  /// Holds a call until the test goes on.
  private static Provider.Script heldBy(CountDownLatch latch) {
    return Provider.inTurn(Provider.until(latch), Provider.json(200, "{}"));
  }

  private CompletableFuture<HttpResponse<String>> occupy(Provider provider, CountDownLatch latch) {
    int before = provider.asked.size();
    provider.then(heldBy(latch));
    turns.bind(provider == first ? "a" : "b");
    CompletableFuture<HttpResponse<String>> sent = turns.begin(USER);
    TestPlane.eventually(() -> provider.asked.size() > before);
    return sent;
  }

  @Test
  void shouldCountWhichAccountsWereChosenWhyAndWhatTheyRefused() throws Exception {
    // Given
    CountDownLatch latch = new CountDownLatch(1);
    first.then(Provider.json(429, "{}", "retry-after", "30"));
    second.then(heldBy(latch));
    turns.bind("a");

    // When
    CompletableFuture<HttpResponse<String>> sent = turns.begin(USER);
    TestPlane.eventually(() -> !second.asked.isEmpty());
    String during = turns.plane.meters.scrape();
    latch.countDown();
    sent.join();

    // Then
    assertThat(during)
        .contains(
            "kompakt_account_chosen_total{account=\"a\",reason=\"session\"} 1.0",
            "kompakt_account_refused_total{account=\"a\",reason=\"rate_limited\"} 1.0",
            "kompakt_account_chosen_total{account=\"b\",reason=\"safe\"} 1.0",
            "kompakt_account_in_flight{account=\"a\"} 0.0",
            "kompakt_account_in_flight{account=\"b\"} 1.0");
    turns.plane.awaitMeter("kompakt_account_in_flight{account=\"b\"}", 0);
  }

  @Test
  void shouldWaitForAnAccountThatIsFreeInAMoment() throws Exception {
    // Given
    turns.bind("a");
    first.then(Provider.json(429, "{}", "retry-after-ms", "300"));

    // When
    HttpResponse<String> response = turns.sendInSession(THOUGHT, USER);

    // Then
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(first.asked).hasSize(2);
    assertThat(second.asked).isEmpty();
  }

  @Test
  void shouldTryAnAccountThatHasRoomBeforeItWaits() throws Exception {
    // Given
    CountDownLatch over = new CountDownLatch(1);
    var occupying = occupy(first, over);

    // When
    HttpResponse<String> beside = turns.sendInSession(USER);
    over.countDown();
    occupying.get(20, TimeUnit.SECONDS);
    turns.plane.awaitMeter(OPEN, 0);
    turns.sendInSession(USER);

    // Then
    assertThat(beside.statusCode()).isEqualTo(200);
    assertThat(second.asked).hasSize(1);
    assertThat(first.asked).as("the session did not move for that").hasSize(2);
    assertThat(turns.reported(3))
        .allSatisfy(
            turn ->
                assertThat(turn.session())
                    .isEqualTo(turn.account().value().equals("a") ? hash("s") : null));
  }

  @Test
  void shouldGiveRoomToWhoWaitsWhenACallEnds() throws Exception {
    // Given
    CountDownLatch over = new CountDownLatch(1);
    CountDownLatch overToo = new CountDownLatch(1);
    var occupying = occupy(first, over);
    var occupyingToo = occupy(second, overToo);
    var waiting = turns.client.sendAsync(turns.request(turn(USER)), BodyHandlers.ofString());
    TestPlane.eventually(() -> turns.plane.meter(OPEN) == 3);

    // When
    overToo.countDown();

    // Then
    assertThat(waiting.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
    assertThat(second.asked).hasSize(2);
    over.countDown();
    assertThat(occupying.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
    assertThat(occupyingToo.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
  }

  @Test
  void shouldRefuseAtLastWhenAllAreFullAndBlameNoAccount() throws Exception {
    // Given
    CountDownLatch over = new CountDownLatch(1);
    var occupying = occupy(first, over);
    var occupyingToo = occupy(second, over);

    // When
    HttpResponse<String> refused = turns.send(turn(USER));
    over.countDown();
    occupying.get(20, TimeUnit.SECONDS);
    occupyingToo.get(20, TimeUnit.SECONDS);
    turns.plane.awaitMeter(OPEN, 0);
    turns.send(turn(USER));
    turns.send(turn(USER));

    // Then
    assertThat(refused.statusCode()).isEqualTo(429);
    assertThat(error(refused).path("code").asString()).isEqualTo("gateway_overloaded");
    assertThat(refused.headers().firstValue("retry-after")).contains("2");
    assertThat(first.asked).hasSize(2);
    assertThat(second.asked).hasSize(2);
  }

  @Test
  void shouldSayWhenTheFirstAccountIsFreeWhenTheQuotaOfAllIsUsedUp() throws Exception {
    // Given
    Instant resets = Instant.now().plus(Duration.ofMinutes(90));
    turns.useUp("a", Duration.ofDays(3));
    second.then(
        Provider.json(
            429,
            "{\"error\":{\"type\":\"usage_limit_reached\",\"resets_at\":"
                + resets.plus(Duration.ofDays(5)).getEpochSecond()
                + "}}"));
    turns.send(turn(USER));

    // When
    turns.tell("a", new AccountState.QuotaExceeded(resets));
    HttpResponse<String> response = turns.send(turn(USER, USER));

    // Then
    assertThat(response.statusCode()).isEqualTo(429);
    JsonNode error = error(response);
    assertThat(error.path("type").asString()).isEqualTo("usage_limit_reached");
    assertThat(error.path("resets_at").asLong()).isEqualTo(resets.getEpochSecond());
    assertThat(error.path("resets_in_seconds").asLong()).isBetween(5_300L, 5_400L);
    assertThat(response.headers().firstValue("retry-after")).contains("60");
    assertThat(first.asked).isEmpty();
    assertThat(second.asked).as("one call tells of it").hasSize(1);
  }

  @Test
  void shouldSayThatNoAccountCanBeUsed() throws Exception {
    // Given
    turns.tell("a", new AccountState.ReauthRequired());
    turns.tell("b", new AccountState.Deactivated());

    // When
    HttpResponse<String> response = turns.send(turn(USER));

    // Then
    assertThat(response.statusCode()).isEqualTo(503);
    assertThat(error(response).path("code").asString()).isEqualTo("no_account");
    assertThat(response.headers().firstValue("retry-after")).contains("60");
  }

  @Test
  void shouldNotBlameAnAccountForAMistakeOfTheClients() throws Exception {
    // Given
    turns.bind("a");
    first.then(Provider.json(400, "{\"error\":{\"code\":\"unknown_parameter\"}}"));

    // When
    HttpResponse<String> refused = turns.sendInSession(USER, USER);
    HttpResponse<String> next = turns.sendInSession(USER);

    // Then
    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(next.statusCode()).isEqualTo(200);
    assertThat(first.asked).hasSize(2);
    assertThat(second.asked).as("it is not tried on every account").isEmpty();
  }

  @Test
  void shouldReportAKeyThatIsRefusedForGood() throws Exception {
    // Given
    turns.bind("a");
    first.then(Provider.json(401, "{}"));

    // When
    HttpResponse<String> response = turns.sendInSession(USER);

    // Then
    assertThat(response.statusCode()).isEqualTo(200);
    TurnFinished refused = turns.reported(2).getFirst();
    assertThat(refused.refusal())
        .isEqualTo(new Outcome.Unauthorized(401, Outcome.Unauthorized.Standing.REAUTH_REQUIRED));
    assertThat(refused.session()).isNull();
    assertThat(first.asked).hasSize(1);
    assertThat(second.asked).hasSize(1);
  }

  @Test
  void shouldReportAnAccountThatTheProviderHasClosed() throws Exception {
    // Given
    turns.bind("a");
    first.then(Provider.json(401, "{\"error\":{\"code\":\"account_deactivated\"}}"));

    // When
    HttpResponse<String> response = turns.sendInSession(USER);

    // Then
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(turns.reported(2).getFirst().refusal())
        .isEqualTo(new Outcome.Unauthorized(401, Outcome.Unauthorized.Standing.DEACTIVATED));
    assertThat(first.asked).as("no other credential would do").hasSize(1);
  }

  @Test
  void shouldAskTheNextProviderForModelsWhenTheFirstHasNoAccountToAskWith() throws Exception {
    // Given
    first.then(Provider.json(200, "{\"data\":[{\"id\":\"of-one\"}]}"));
    second.then(Provider.json(200, "{\"data\":[{\"id\":\"of-two\"}]}"));

    // When
    String one = turns.get("/v1/models").body();
    String again = turns.get("/v1/models").body();
    turns.tell("a", new AccountState.Paused());
    String two = turns.get("/v1/models").body();

    // Then
    assertThat(one).contains("of-one").isEqualTo(again);
    assertThat(two).contains("of-two");
    assertThat(first.asked).hasSize(1);
  }
}
