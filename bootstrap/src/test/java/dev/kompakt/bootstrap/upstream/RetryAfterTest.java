package dev.kompakt.bootstrap.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetryAfterTest {
  private static final Instant NOW = Instant.parse("2026-11-20T10:00:00Z");

  @ParameterizedTest
  @CsvSource({
    "0, PT0S",
    "1, PT1S",
    "1.5, PT1.5S",
    "' 20 ', PT20S",
    "3600, PT1H",
    "999999999999, PT1H",
    "'Fri, 20 Nov 2026 10:00:30 GMT', PT30S",
    "'Sat, 20 Nov 2027 10:00:00 GMT', PT1H"
  })
  void shouldReadSecondsAndDates(String value, Duration expected) {
    assertThat(of(Map.of("retry-after", value), null)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "'Fri, 20 Nov 2026 10:05:00 GMT', 'Fri, 20 Nov 2026 10:05:30 GMT', PT30S",
    "'Fri, 20 Nov 2026 09:55:00 GMT', 'Fri, 20 Nov 2026 09:55:30 GMT', PT30S",
    "'Fri, 20 Nov 2026 09:55:00 GMT', 'Fri, 20 Nov 2026 09:54:59 GMT', ",
    "'Fri, 20 Nov 2026 09:59:58 GMT', 'Fri, 20 Nov 2026 10:00:30 GMT', PT30S",
    "'Thu, 01 Jan 1970 00:00:00 GMT', 'Fri, 20 Nov 2026 10:00:30 GMT', PT30S",
    "'no date', 'Fri, 20 Nov 2026 10:00:30 GMT', PT30S",
    "'Fri, 20 Nov 2026 10:05:00 GMT', 30, PT30S"
  })
  void shouldReadADateAgainstTheServersOwn(String date, String after, @Nullable Duration expected) {
    assertThat(of(Map.of("date", date, "retry-after", after), null)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-1",
        "NaN",
        "Infinity",
        "1e9",
        "0x10",
        "1d",
        "soon",
        "99999999999999999999",
        "Fri, 20 Nov 2026 09:59:59 GMT",
        "Fri, 99 Nov 2026 10:00:00 GMT"
      })
  void shouldTakeForUnsaidWhatIsNoWait(String value) {
    assertThat(of(Map.of("retry-after", value), null)).isNull();
  }

  @Test
  void shouldPreferMillisecondsAndFallBackToTheMessage() {
    assertThat(of(Map.of("retry-after-ms", "250", "retry-after", "9"), "try again in 5s"))
        .isEqualTo(Duration.ofMillis(250));
    assertThat(of(Map.of("retry-after-ms", "x", "retry-after", "9"), "try again in 5s"))
        .isEqualTo(Duration.ofSeconds(9));
    assertThat(of(Map.of("retry-after", "-5"), "Rate limit. Please try again in 1.2s."))
        .isEqualTo(Duration.ofMillis(1200));
  }

  @ParameterizedTest
  @CsvSource({
    "Please try again in 20ms., PT0.02S",
    "please Try Again in 1m2.5s, PT1M2.5S",
    "try again in 6m0s, PT6M",
    "try again in 99h, PT1H"
  })
  void shouldReadTheMessage(String message, Duration expected) {
    assertThat(of(Map.of(), message)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"try again in a while", "try again in -1s", "try again in 99999999999s"})
  void shouldTakeForUnsaidAMessageWithoutAWait(String message) {
    assertThat(of(Map.of(), message)).isNull();
  }

  private static @Nullable Duration of(Map<String, String> headers, @Nullable String message) {
    return RetryAfter.of(name -> Optional.ofNullable(headers.get(name)), message, NOW);
  }
}
