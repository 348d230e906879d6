package dev.kompakt.bootstrap.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.schemas.record.UsageReading;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
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

  private int ignored;

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
  @CsvSource({
    "12ms, PT0.012S",
    "350ms, PT0.35S",
    "1s, PT1S",
    "1h2m, PT1H2M",
    "6m0s, PT6M",
    "1h2m3.5s, PT1H2M3.5S"
  })
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

  @Test
  void shouldReadAResetThatIsSaidInSeconds() {
    assertThat(
            read(
                Map.of(
                    "x-codex-secondary-used-percent", "3",
                    "x-codex-secondary-window-minutes", "10080",
                    "x-codex-secondary-reset-after-seconds", "600")))
        .containsExactly(
            new UsageReading("secondary", 3, Duration.ofDays(7), NOW.plusSeconds(600), NOW));
  }

  @ParameterizedTest
  @ValueSource(longs = {-300, 0, 300})
  void shouldReadAResetByTheProvidersClock(long ahead) {
    // Given
    Instant theirs = NOW.plusSeconds(ahead);

    // When
    List<UsageReading> readings =
        read(
            Map.of(
                "date",
                DateTimeFormatter.RFC_1123_DATE_TIME.format(theirs.atOffset(ZoneOffset.UTC)),
                "x-codex-primary-used-percent",
                "10",
                "x-codex-primary-reset-at",
                Long.toString(theirs.plusSeconds(600).getEpochSecond())));

    // Then
    assertThat(readings)
        .containsExactly(new UsageReading("primary", 10, null, NOW.plusSeconds(600), NOW));
  }

  @ParameterizedTest
  @CsvSource({
    "x-codex-primary-used-percent, -1",
    "x-codex-primary-used-percent, NaN",
    "x-codex-primary-used-percent, 1001",
    "x-codex-primary-reset-at, 4102444800",
    "x-codex-primary-reset-at, -1",
    "x-codex-primary-window-minutes, -300",
    "x-codex-primary-window-minutes, 9999999",
    "x-ratelimit-remaining-tokens, 11",
    "x-ratelimit-remaining-tokens, -1",
    "x-ratelimit-reset-tokens, soon",
    "x-ratelimit-reset-tokens, 9999h",
    "x-ratelimit-limit-tokens, 1e9"
  })
  void shouldCountWhatItIgnores(String name, String value) {
    // Given
    Map<String, String> headers = new HashMap<>();
    headers.put("x-codex-primary-used-percent", "10");
    headers.put("x-codex-primary-window-minutes", "300");
    headers.put("x-codex-primary-reset-at", "1795172400");
    headers.put("x-ratelimit-limit-tokens", "10");
    headers.put("x-ratelimit-remaining-tokens", "5");
    headers.put("x-ratelimit-reset-tokens", "1h2m");
    read(headers);
    assertThat(ignored).isZero();

    // When
    headers.put(name, value);
    read(headers);

    // Then
    assertThat(ignored).isEqualTo(1);
  }

  private @Nullable List<UsageReading> read(Map<String, String> headers) {
    UsageReadings readings = new UsageReadings(() -> NOW, () -> ignored++);
    UsageHeaders.read(name -> Optional.ofNullable(headers.get(name)), readings);
    return readings.all();
  }
}
