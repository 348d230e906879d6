package dev.kompakt.bootstrap.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.schemas.record.UsageReading;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UsageHeadersTest {
  private static final Instant NOW = Instant.parse("2026-11-20T10:00:00Z");

  @Test
  void shouldReadTheWindowsOfAPlan() {
    assertThat(
            read(
                Map.of(
                    "x-codex-primary-used-percent", "42.5",
                    "x-codex-primary-window-minutes", "300",
                    "x-codex-primary-reset-at", "1795172400",
                    "x-codex-secondary-used-percent", "100")))
        .containsExactly(
            new UsageReading(
                "primary", 42.5, Duration.ofHours(5), Instant.ofEpochSecond(1795172400), NOW),
            new UsageReading("secondary", 100, null, null, NOW));
  }

  @ParameterizedTest
  @CsvSource({"12ms, PT0.012S", "1s, PT1S", "6m0s, PT6M", "1h2m3.5s, PT1H2M3.5S"})
  void shouldReadThePlatformsLimits(String reset, Duration expected) {
    assertThat(
            read(
                Map.of(
                    "x-ratelimit-limit-tokens", "200000",
                    "x-ratelimit-remaining-tokens", "150000",
                    "x-ratelimit-reset-tokens", reset)))
        .containsExactly(new UsageReading("tokens", 25, null, NOW.plus(expected), NOW));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-1", "NaN", "Infinity", "1e9", "1001", "9999999999", "4 2", "٤٢"})
  void shouldTakeForUnsaidWhatIsNoPercentage(String used) {
    assertThat(read(Map.of("x-codex-primary-used-percent", used))).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"-5", "99999999999999", "1", "soon"})
  void shouldTakeForUnsaidAResetThatCannotBe(String reset) {
    assertThat(
            read(Map.of("x-codex-primary-used-percent", "10", "x-codex-primary-reset-at", reset)))
        .containsExactly(new UsageReading("primary", 10, null, null, NOW));
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "10, 11", "-10, 1", "10, ''", "'', 5", "x, 5"})
  void shouldTakeForUnsaidWhatIsNoLimit(String limit, String remaining) {
    assertThat(
            read(
                Map.of(
                    "x-ratelimit-limit-requests", limit,
                    "x-ratelimit-remaining-requests", remaining)))
        .isNull();
  }

  private static @Nullable List<UsageReading> read(Map<String, String> headers) {
    return UsageHeaders.read(name -> Optional.ofNullable(headers.get(name)), NOW);
  }
}
