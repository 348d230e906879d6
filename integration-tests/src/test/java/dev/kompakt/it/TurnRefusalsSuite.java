package dev.kompakt.it;

import static dev.kompakt.it.Client.json;
import static dev.kompakt.it.TurnsSuite.KEEPALIVE;
import static dev.kompakt.it.TurnsSuite.turn;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.testing.Call;
import dev.kompakt.testing.Deployment;
import dev.kompakt.testing.FakeUpstream;
import dev.kompakt.testing.Reply;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// What a client of ordinary turns is told when accounts are used up or refused. Each test uses up
/// accounts of its own.
abstract class TurnRefusalsSuite {
  abstract Deployment deploy(Path home, String config);

  @Test
  void shouldMoveSessionsWhenTheirAccountIsUsedUpAndSayWhenAllAre(@TempDir Path home) {
    try (FakeUpstream limited = FakeUpstream.start();
        Deployment apart = deploy(home, Configs.provider(limited, "native", KEEPALIVE))) {
      // Given
      Client own = new Client(apart.data());
      Instant later = Instant.now().plus(Duration.ofHours(3)).truncatedTo(ChronoUnit.SECONDS);
      Instant sooner = later.minus(Duration.ofHours(1));
      String[] session = {"session-id", "one"};
      own.post("/v1/responses", turn("begin"), session);
      String began = limited.calls().getFirst().authorization();
      limited.answering(
          call ->
              call.authorization().equals(began)
                  ? Reply.usageLimitReached(sooner)
                  : Reply.success());

      // When
      HttpResponse<String> moved = own.post("/v1/responses", turn("go on"), session);
      HttpResponse<String> stayed = own.post("/v1/responses", turn("and on"), session);
      limited.answering(_ -> Reply.usageLimitReached(later));
      HttpResponse<String> last = own.post("/v1/responses", turn("too much"), session);
      HttpResponse<String> none = own.post("/v1/responses", turn("still too much"), session);

      // Then
      assertThat(moved.statusCode()).as(moved.body()).isEqualTo(200);
      assertThat(stayed.statusCode()).as(stayed.body()).isEqualTo(200);
      assertThat(limited.calls().stream().map(call -> call.authorization().equals(began)))
          .containsExactly(true, true, false, false, false);
      for (HttpResponse<String> refused : List.of(last, none)) {
        JsonNode error = json(refused).path("error");
        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(429);
        assertThat(error.path("type").asString()).isEqualTo("usage_limit_reached");
        assertThat(error.path("resets_at").asLong()).isEqualTo(sooner.getEpochSecond());
        assertThat(error.path("resets_in_seconds").asLong()).isBetween(7_000L, 7_200L);
        assertThat(refused.headers().firstValue("retry-after")).contains("60");
      }
    }
  }

  @Test
  void shouldNeverTellAClientThatItsKeyIsWrongWhenItIsOurs(@TempDir Path home) {
    try (FakeUpstream strict = FakeUpstream.start();
        Deployment apart = deploy(home, Configs.provider(strict, "native", KEEPALIVE))) {
      // Given
      Client own = new Client(apart.data());
      strict.then(Reply.unauthorized());

      // When
      HttpResponse<String> saved = own.post("/v1/responses", turn("one key is bad"));
      strict.answering(_ -> Reply.unauthorized());
      HttpResponse<String> lost = own.post("/v1/responses", turn("all keys are bad"));

      // Then
      assertThat(saved.statusCode()).as(saved.body()).isEqualTo(200);
      assertThat(strict.calls().stream().map(Call::authorization).distinct()).hasSize(2);
      assertThat(lost.statusCode()).isEqualTo(503);
      assertThat(json(lost).path("error").path("code").asString())
          .isEqualTo("upstream_unauthorized");
      assertThat(Integer.parseInt(lost.headers().firstValue("retry-after").orElseThrow()))
          .isBetween(1, 60);
    }
  }
}
