package dev.kompakt.bootstrap.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.Outcome.Malformed.Fault;
import dev.kompakt.schemas.record.Outcome.TooLarge.Unit;
import dev.kompakt.schemas.record.Outcome.Transient.Cause;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClassificationTest {
  private static final long WIRE = 1_000_000;
  private static final Instant NOW = Instant.parse("2026-11-20T10:00:00Z");
  private static final DateTimeFormatter DATE = DateTimeFormatter.RFC_1123_DATE_TIME;
  private static final Outcome BYTES = new Outcome.TooLarge(Unit.BYTES, WIRE, null);
  private static final Outcome TOKENS = new Outcome.TooLarge(Unit.TOKENS, WIRE / 4, null);

  @ParameterizedTest
  @MethodSource
  void shouldClassifyStatuses(int status, String body, Outcome expected) {
    assertThat(status(status, body, Map.of())).isEqualTo(expected);
  }

  static Stream<Arguments> shouldClassifyStatuses() {
    return Stream.of(
        Arguments.of(413, "<html>413</html>", BYTES),
        Arguments.of(413, error("tokens", "rate_limit_exceeded", "x"), TOKENS),
        Arguments.of(400, error("invalid_request_error", "context_length_exceeded", "x"), TOKENS),
        Arguments.of(400, error("", "model_max_prompt_tokens_exceeded", "x"), TOKENS),
        Arguments.of(400, error("", "max_prompt_tokens_exceeded", "x"), TOKENS),
        Arguments.of(
            400, "{\"error\":{\"message\":\"prompt token count of 9 exceeds the limit\"}}", TOKENS),
        Arguments.of(
            400,
            "{\"error\":{\"message\":\"This model's maximum context length is 8 tokens\"}}",
            TOKENS),
        Arguments.of(400, "{\"detail\":\"Your input exceeds the context window\"}", TOKENS),
        Arguments.of(400, "{\"error\":\"context window exceeded\"}", TOKENS),
        Arguments.of(
            400,
            error("", "invalid_value", "max_output_tokens 16384 exceeds context window cap"),
            new Outcome.Rejected(400, "invalid_value", null)),
        Arguments.of(
            400,
            "{\"error\":{\"code\":\"string_above_max_length\",\"param\":\"input[3].content\"}}",
            BYTES),
        Arguments.of(
            400,
            "{\"error\":{\"code\":\"string_above_max_length\",\"param\":\"instructions\"}}",
            new Outcome.Rejected(400, "string_above_max_length", "instructions")),
        Arguments.of(
            400,
            "{\"error\":{\"type\":\"invalid_request_error\",\"code\":\"unknown_parameter\","
                + "\"param\":\"input[0].x\",\"message\":\"secret text\"}}",
            new Outcome.Rejected(400, "unknown_parameter", "input0.x")),
        Arguments.of(400, "not json", new Outcome.Rejected(400, null, null)),
        Arguments.of(
            422,
            error("invalid_request_error", "", "x"),
            new Outcome.Rejected(422, "invalid_request_error", null)),
        Arguments.of(401, error("", "invalid_api_key", "x"), new Outcome.Unauthorized(401, null)),
        Arguments.of(403, "<html>", new Outcome.Unauthorized(403, null)),
        Arguments.of(402, "{}", new Outcome.QuotaExhausted(null)),
        Arguments.of(
            404,
            error("", "model_not_found", "x"),
            new Outcome.Rejected(404, "model_not_found", null)),
        Arguments.of(405, "", new Outcome.Rejected(405, null, null)),
        Arguments.of(408, "", new Outcome.Transient(Cause.SERVER_ERROR, 408, null)),
        Arguments.of(409, "", new Outcome.Transient(Cause.SERVER_ERROR, 409, null)),
        Arguments.of(425, "", new Outcome.Transient(Cause.SERVER_ERROR, 425, null)),
        Arguments.of(500, "", new Outcome.Transient(Cause.SERVER_ERROR, 500, null)),
        Arguments.of(502, "<html>", new Outcome.Transient(Cause.SERVER_ERROR, 502, null)),
        Arguments.of(
            500,
            error("server_error", "slow_down", "x"),
            new Outcome.Transient(Cause.OVERLOADED, 500, null)),
        Arguments.of(503, "", new Outcome.Transient(Cause.OVERLOADED, 503, null)),
        Arguments.of(504, "", new Outcome.Transient(Cause.SERVER_ERROR, 504, null)),
        Arguments.of(529, "", new Outcome.Transient(Cause.OVERLOADED, 529, null)),
        Arguments.of(599, "", new Outcome.Transient(Cause.SERVER_ERROR, 599, null)),
        Arguments.of(301, "", new Outcome.Malformed(Fault.REDIRECT)),
        Arguments.of(307, "", new Outcome.Malformed(Fault.REDIRECT)));
  }

  @ParameterizedTest
  @MethodSource
  void shouldTellAUsedUpQuotaFromARateLimit(
      Map<String, String> headers, String body, Outcome expected) {
    assertThat(status(429, body, headers)).isEqualTo(expected);
  }

  static Stream<Arguments> shouldTellAUsedUpQuotaFromARateLimit() {
    return Stream.of(
        Arguments.of(Map.of(), "", new Outcome.RateLimited(Duration.ofSeconds(5))),
        Arguments.of(
            Map.of("retry-after", "17"),
            error("requests", "rate_limit_exceeded", "x"),
            new Outcome.RateLimited(Duration.ofSeconds(17))),
        Arguments.of(
            Map.of("retry-after", "0"), "", new Outcome.RateLimited(Duration.ofMillis(100))),
        Arguments.of(
            Map.of(),
            error("tokens", "rate_limit_exceeded", "Please try again in 1.2s."),
            new Outcome.RateLimited(Duration.ofMillis(1200))),
        Arguments.of(
            Map.of(),
            error(
                "tokens", "rate_limit_exceeded", "Request too large for gpt: Limit 3, Requested 9"),
            TOKENS),
        Arguments.of(
            Map.of("retry-after", "1"),
            error("insufficient_quota", "insufficient_quota", "x"),
            new Outcome.QuotaExhausted(null)),
        Arguments.of(
            Map.of(),
            "{\"error\":{\"type\":\"usage_limit_reached\",\"resets_at\":"
                + NOW.plusSeconds(300).getEpochSecond()
                + "}}",
            new Outcome.QuotaExhausted(NOW.plusSeconds(300))),
        Arguments.of(
            Map.of(),
            "{\"error\":{\"type\":\"usage_limit_reached\",\"resets_in_seconds\":60}}",
            new Outcome.QuotaExhausted(NOW.plusSeconds(60))),
        Arguments.of(
            Map.of("date", DATE.format(NOW.minusSeconds(300).atOffset(ZoneOffset.UTC))),
            "{\"error\":{\"type\":\"usage_limit_reached\",\"resets_in_seconds\":60}}",
            new Outcome.QuotaExhausted(NOW.plusSeconds(60))),
        Arguments.of(
            Map.of("date", DATE.format(NOW.minusSeconds(300).atOffset(ZoneOffset.UTC))),
            "{\"error\":{\"type\":\"usage_limit_reached\",\"resets_at\":"
                + NOW.minusSeconds(240).getEpochSecond()
                + "}}",
            new Outcome.QuotaExhausted(NOW.plusSeconds(60))),
        Arguments.of(
            Map.of(),
            "{\"error\":{\"type\":\"usage_limit_reached\",\"resets_at\":"
                + NOW.getEpochSecond()
                + "}}",
            new Outcome.RateLimited(Duration.ofSeconds(5))),
        Arguments.of(
            Map.of(),
            "{\"error\":{\"type\":\"usage_limit_reached\",\"resets_in_seconds\":-59}}",
            new Outcome.RateLimited(Duration.ofSeconds(5))),
        Arguments.of(
            Map.of(),
            "{\"error\":{\"type\":\"usage_limit_reached\",\"resets_in_seconds\":-60}}",
            new Outcome.QuotaExhausted(null)),
        Arguments.of(
            Map.of(),
            "{\"error\":{\"type\":\"usage_limit_reached\",\"resets_at\":-7}}",
            new Outcome.QuotaExhausted(null)),
        Arguments.of(
            Map.of(),
            "{\"error\":{\"type\":\"usage_limit_reached\",\"resets_at\":9e99}}",
            new Outcome.QuotaExhausted(null)),
        Arguments.of(
            Map.of(), error("usage_not_included", "", "x"), new Outcome.Unauthorized(429, null)));
  }

  @ParameterizedTest
  @MethodSource
  void shouldClassifyErrorsThatComeInsideAStream(String code, Outcome expected) {
    // Given
    ErrorBody error = ErrorBody.of(bytes(error("", code, "x")), NOW);

    // When
    Outcome outcome = of(Map.of()).late(error);

    // Then
    assertThat(outcome).isEqualTo(expected);
  }

  static Stream<Arguments> shouldClassifyErrorsThatComeInsideAStream() {
    return Stream.of(
        Arguments.of("server_error", new Outcome.Transient(Cause.SERVER_ERROR, 500, null)),
        Arguments.of("never_heard_of", new Outcome.Transient(Cause.SERVER_ERROR, 500, null)),
        Arguments.of("server_is_overloaded", new Outcome.Transient(Cause.OVERLOADED, 503, null)),
        Arguments.of("slow_down", new Outcome.Transient(Cause.OVERLOADED, 503, null)),
        Arguments.of("rate_limit_exceeded", new Outcome.RateLimited(Duration.ofSeconds(5))),
        Arguments.of("insufficient_quota", new Outcome.QuotaExhausted(null)),
        Arguments.of("usage_not_included", new Outcome.Unauthorized(429, null)),
        Arguments.of("context_length_exceeded", TOKENS),
        Arguments.of("invalid_prompt", new Outcome.Rejected(400, "invalid_prompt", null)),
        Arguments.of(
            "invalid_encrypted_content",
            new Outcome.Rejected(400, "invalid_encrypted_content", null)),
        Arguments.of("cyber_policy", new Outcome.Rejected(400, "cyber_policy", null)),
        Arguments.of("invalid_api_key", new Outcome.Unauthorized(401, null)));
  }

  @Test
  void shouldHonourTheWaitOfAServerError() {
    assertThat(status(503, "", Map.of("retry-after", "7")))
        .isEqualTo(new Outcome.Transient(Cause.OVERLOADED, 503, Duration.ofSeconds(7)));
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 404, 429, 500})
  void shouldKeepNoTextOfTheProvider(int status) {
    // Given
    String secret = "the user's file says: hunter2 ☠";
    String body =
        "{\"error\":{\"message\":\"%s\",\"code\":\"%s\",\"param\":\"%s\",\"type\":\"%s\"}}"
            .formatted(secret, secret.repeat(9), secret, secret);

    // When
    String outcome = status(status, body, Map.of()).toString();

    // Then
    assertThat(outcome).doesNotContain(secret).doesNotContain(" says", "☠").hasSizeLessThan(250);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"resets_at\":-7}",
        "{\"resets_at\":9e99}",
        "{\"resets_at\":4102444800}",
        "{\"resets_in_seconds\":-60}",
        "{\"resets_in_seconds\":31708800}",
        "{\"resets_in_seconds\":99999999999999999999}"
      })
  void shouldIgnoreAndCountAResetThatCannotBe(String said) {
    // Given
    AtomicInteger ignored = new AtomicInteger();
    Classification classes =
        new Classification(WIRE, _ -> Optional.empty(), NOW, ignored::incrementAndGet);
    String error = said.replace("{", "{\"type\":\"usage_limit_reached\",");

    // When
    Outcome outcome = classes.status(429, ErrorBody.of(bytes("{\"error\":" + error + "}"), NOW));

    // Then
    assertThat(outcome).isEqualTo(new Outcome.QuotaExhausted(null));
    assertThat(ignored).hasValue(1);
  }

  @ParameterizedTest
  @CsvSource({"-5, 1", "NaN, 1", "soon, 1", "'', 0", "7, 0"})
  void shouldCountAWaitThatCannotBe(String retryAfter, int expected) {
    // Given
    AtomicInteger ignored = new AtomicInteger();
    Classification classes =
        new Classification(
            WIRE,
            name -> name.equals("retry-after") ? Optional.of(retryAfter) : Optional.empty(),
            NOW,
            ignored::incrementAndGet);

    // When
    Outcome outcome = classes.status(429, ErrorBody.of(bytes("{}"), NOW));

    // Then
    assertThat(outcome).isInstanceOf(Outcome.RateLimited.class);
    assertThat(ignored).hasValue(expected);
  }

  private static Outcome status(int status, String body, Map<String, String> headers) {
    Classification classes = of(headers);
    return classes.status(status, ErrorBody.of(bytes(body), classes.theirs()));
  }

  private static Classification of(Map<String, String> headers) {
    return new Classification(WIRE, name -> Optional.ofNullable(headers.get(name)), NOW, () -> {});
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String error(String type, @Nullable String code, String message) {
    return "{\"error\":{\"message\":\"%s\",\"type\":\"%s\",\"code\":\"%s\",\"param\":null}}"
        .formatted(message, type, code);
  }
}
