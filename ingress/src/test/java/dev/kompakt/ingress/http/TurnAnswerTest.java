package dev.kompakt.ingress.http;

import static dev.kompakt.ingress.http.TurnPlane.COMPLETED;
import static dev.kompakt.ingress.http.TurnPlane.USER;
import static dev.kompakt.ingress.http.TurnPlane.turn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kompakt.schemas.id.TenantId;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.TurnFinished;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/// How a turn's answer is passed on, and what ends it early.
class TurnAnswerTest {
  private static final String TURN = "{\"model\":\"m\",\"stream\":true,\"input\":\"hi\"}";

  @AutoClose private final TurnPlane turns = TurnPlane.withSecondAtRest();
  private final Provider first = turns.first;

  @Test
  void shouldPassEachEventOnAsItComes() throws Exception {
    // Given
    CountDownLatch read = new CountDownLatch(1);
    first.then(
        Provider.events(
            Provider.inTurn(
                Provider.say("data: {\"type\":\"response.created\"}\n\n"),
                Provider.until(read),
                Provider.say(COMPLETED))));

    // When
    HttpResponse<InputStream> response = turns.open(TURN);
    byte[] begin = new byte[20];
    int got = response.body().readNBytes(begin, 0, begin.length);
    read.countDown();
    String rest = new String(response.body().readAllBytes(), StandardCharsets.UTF_8);

    // Then
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("content-type")).contains("text/event-stream");
    assertThat(new String(begin, 0, got, StandardCharsets.UTF_8)).startsWith("data: {\"type\"");
    assertThat(rest).endsWith(COMPLETED);
    TurnFinished turn = turns.reported(1).getFirst();
    assertThat(turn.usage()).isEqualTo(TurnPlane.USED);
    assertThat(turn.tenant()).isEqualTo(TenantId.LOCAL);
    assertThat(turn.refusal()).isNull();
  }

  @Test
  void shouldPassAnEventOfSixteenMebibytes() throws Exception {
    // Given
    String image = "A".repeat(16 << 20);
    String event =
        "data: {\"type\":\"response.output_item.done\",\"item\":{\"result\":\""
            + image
            + "\"}}\n\n";
    String last = COMPLETED.replace("[]", "[{\"result\":\"" + image + "\"}]");
    first.then(Provider.events(Provider.inTurn(Provider.say(event), Provider.say(last))));

    // When
    HttpResponse<String> response = turns.send(TURN);

    // Then
    assertThat(response.body().length()).isEqualTo(event.length() + last.length());
    assertThat(response.body().endsWith(last.substring(last.length() - 200))).isTrue();
    assertThat(turns.reported(1).getFirst().usage()).isEqualTo(TurnPlane.USED);
  }

  @Test
  void shouldNotCountAClientAsGoneWhenItClosesWithTheWholeAnswer() throws Exception {
    // Given
    String body = "{\"model\":\"m\",\"input\":\"hi\"}";

    // When
    for (int i = 0; i < 50; i++) {
      first.then(Provider.json(200, "{\"output\":[]}"));
      try (Wire wire = turns.plane.connect()) {
        assertThat(wire.post(Samples.RESPONSES, body).read().status()).isEqualTo(200);
      }
    }

    // Then
    TestPlane.eventually(() -> turns.plane.meter("kompakt_requests_in_flight") == 0);
    assertThat(turns.plane.meter("kompakt_clients_gone_total")).isZero();
  }

  @Test
  void shouldBreakTheBodyWhenUpstreamBreaks() throws Exception {
    // Given
    first.then(
        exchange -> {
          exchange.getResponseHeaders().set("content-type", "text/event-stream");
          exchange.sendResponseHeaders(200, 1_000);
          Provider.send(exchange, "data: {\"type\":\"response.created\"}\n\n");
        });

    // When, Then
    HttpResponse<InputStream> response = turns.open(TURN);
    assertThat(response.statusCode()).isEqualTo(200);
    assertThatThrownBy(() -> response.body().readAllBytes()).isInstanceOf(IOException.class);
    assertThat(turns.reported(1).getFirst().refusal()).isInstanceOf(Outcome.Transient.class);
    turns.plane.awaitMeter("kompakt_requests_in_flight", 0);
  }

  @Test
  void shouldStopTheCallWhenTheClientLeaves() throws Exception {
    // Given
    CountDownLatch broken = new CountDownLatch(1);
    first.then(
        Provider.events(
            exchange -> {
              try {
                for (int i = 0; i < 10_000; i++) {
                  Provider.send(exchange, "data: {\"n\":" + i + "}\n\n");
                  Thread.sleep(1);
                }
              } catch (IOException e) {
                broken.countDown();
              } catch (InterruptedException e) {
                throw new IOException(e);
              }
            }));

    // When
    HttpResponse<InputStream> response = turns.open(TURN);
    response.body().read();
    response.body().close();

    // Then
    assertThat(broken.await(10, TimeUnit.SECONDS)).isTrue();
    turns.plane.awaitMeter("kompakt_requests_in_flight", 0);
  }

  @Test
  void shouldStopTheCallWhenTheClientLeavesBeforeTheFirstByte() throws Exception {
    // Given
    CountDownLatch over = new CountDownLatch(1);
    first.then(Provider.until(over));
    var sent = turns.begin(USER);
    TestPlane.eventually(() -> !first.asked.isEmpty());

    // When
    sent.cancel(true);

    // Then
    turns.plane.awaitMeter("kompakt_requests_in_flight", 0);
    turns.plane.awaitMeter("kompakt_clients_gone_total", 1);
    over.countDown();
  }
}
