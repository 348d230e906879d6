package dev.kompakt.it;

import static dev.kompakt.it.Client.compactionItems;
import static dev.kompakt.it.Client.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.testing.Canaries;
import dev.kompakt.testing.Deployment;
import dev.kompakt.testing.FakeUpstream;
import dev.kompakt.testing.Reply;
import dev.kompakt.testing.audit.Audit;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// A provider that answers, but with no result: each answer is tried again and none becomes one.
/// The provider is of mode `summarize`, so that an answer's text is judged too.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class UpstreamFaultSuite {
  private FakeUpstream upstream;
  private Deployment deployment;
  private Client client;

  abstract Deployment deploy(Path home, String config);

  @BeforeAll
  void start(@TempDir Path home) {
    upstream = FakeUpstream.start(Audit::receipt);
    deployment =
        deploy(
            home,
            Configs.provider(upstream, "summarize", "{ firstAfter: 30s, every: 10s }")
                + """
                upstream: { connectTimeout: 1s, headerTimeout: 1s, idleTimeout: 1s, totalTimeout: 3s, maxResponseBytes: 2MiB }
                """);
    client = new Client(deployment.data());
  }

  @AfterAll
  void stop() {
    try (var _ = upstream;
        var _ = deployment) {
      assertThat(Audit.violations(deployment, upstream)).isEmpty();
    }
  }

  @BeforeEach
  void forget() {
    upstream.reset();
  }

  private static String fresh() {
    return """
    {"model":"gpt-5.5","input":[{"type":"message","role":"user","content":\
    [{"type":"input_text","text":"question %s"}]}]}"""
        .formatted(UUID.randomUUID() + Canaries.TEXT);
  }

  static Stream<Arguments> faults() {
    return Stream.of(
        Arguments.of("garbage", Reply.garbage()),
        Arguments.of("HTML under 200", Reply.html()),
        Arguments.of("an error under 200", Reply.errorUnder200()),
        Arguments.of("truncated", Reply.truncated()),
        Arguments.of("cut", Reply.cut(40)),
        Arguments.of("reset", Reply.reset(40)),
        Arguments.of("closed before headers", Reply.closedBeforeHeaders()),
        Arguments.of("empty summary", Reply.wrong(Reply.Twist.EMPTY_SUMMARY)),
        Arguments.of("incomplete", Reply.wrong(Reply.Twist.INCOMPLETE)),
        Arguments.of("never completed", Reply.wrong(Reply.Twist.NEVER_COMPLETED)),
        Arguments.of("huge", Reply.huge(4 << 20)),
        Arguments.of("no headers", Reply.neverAnswered()),
        Arguments.of("silent after headers", Reply.silentAfterHeaders()),
        Arguments.of("dripping", Reply.drip(Duration.ofMillis(300))),
        Arguments.of("502", Reply.badGateway()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("faults")
  void shouldTryAgainAndAnswerTrulyWhenTheProviderMisbehavesOnce(String name, Reply fault) {
    // Given
    upstream.then(fault);

    // When
    HttpResponse<String> response = client.compact(fresh());

    // Then
    assertThat(response.statusCode()).as(name + ": " + response.body()).isEqualTo(200);
    assertThat(compactionItems(json(response))).as(name).hasSize(1);
    assertThat(upstream.count()).as(name).isEqualTo(2);
  }

  @Test
  void shouldKeepTheStatusWhenItFailsEarly() {
    // Given
    upstream.then(Reply.invalidRequest());

    // When
    HttpResponse<String> response = client.compact(fresh());

    // Then
    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(json(response).path("error").path("code").asString()).isEqualTo("invalid_value");
    assertThat(json(response).path("error").path("type").asString())
        .isEqualTo("invalid_request_error");
  }

  @Test
  void shouldUseTheOtherAccountWhenOneIsRateLimited() {
    // Given
    upstream.then(Reply.rateLimited(Duration.ofSeconds(30)));

    // When
    HttpResponse<String> response = client.compact(fresh());

    // Then
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    assertThat(upstream.calls().stream().map(c -> c.authorization()).distinct()).hasSize(2);
  }

  @Test
  void shouldNotFollowARedirect() {
    // Given
    try (FakeUpstream elsewhere = FakeUpstream.start()) {
      upstream.then(Reply.redirect(elsewhere.baseUrl()));

      // When
      HttpResponse<String> response = client.compact(fresh());

      // Then
      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(elsewhere.count()).isZero();
    }
  }
}
