package dev.kompakt.ingress.answer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.schemas.record.Failure;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class ApiErrorTest {
  @ParameterizedTest
  @CsvSource({"429, -3, 1", "429, 0, 1", "429, 7, 7", "503, 61, 60", "429, 86400, 60"})
  void shouldNotAskClientsToWaitLongerThanTheyWould(int status, int given, int told) {
    assertThat(new ApiError(status, "t", "c", "m", null, given).retryAfterSeconds())
        .isEqualTo(told);
  }

  @ParameterizedTest
  @CsvSource({"429, 5", "503, 5", "500,"})
  void shouldSayHowLongToWaitWhereWaitingHelps(int status, Integer told) {
    assertThat(new ApiError(status, "t", "c", "m", null, null).retryAfterSeconds()).isEqualTo(told);
  }

  @Test
  void shouldSayWhenQuotaIsRenewed() {
    // Given
    Instant resetsAt = Instant.now().plus(Duration.ofHours(3));
    Failure failure = new Failure(429, "usage_limit_reached", "c", "m", 60, resetsAt);

    // When
    JsonNode error = ApiError.of(failure).retryAfter(30).node();

    // Then
    assertThat(error.path("type").asString()).isEqualTo("usage_limit_reached");
    assertThat(error.path("resets_at").asLong()).isEqualTo(resetsAt.getEpochSecond());
    assertThat(error.path("resets_in_seconds").asLong()).isBetween(10_700L, 10_800L);
    assertThat(new ApiError(429, "t", "c", "m", null, 1).node().has("resets_at")).isFalse();
  }
}
