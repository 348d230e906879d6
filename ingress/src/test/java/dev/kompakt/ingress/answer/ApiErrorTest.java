package dev.kompakt.ingress.answer;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
}
