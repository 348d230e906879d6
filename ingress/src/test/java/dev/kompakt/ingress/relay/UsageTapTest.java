package dev.kompakt.ingress.relay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.bootstrap.upstream.UsageReadings;
import dev.kompakt.schemas.record.Usage;
import dev.kompakt.schemas.record.UsageReading;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UsageTapTest {
  private static final Instant NOW = Instant.parse("2026-11-20T10:00:00Z");

  private int ignored;
  private final UsageReadings readings = new UsageReadings(() -> NOW, () -> ignored++);

  private UsageTap pass(boolean events, String answer) {
    UsageTap tap = new UsageTap(events, readings);
    byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
    for (int at = 0; at < bytes.length; at += 7) {
      tap.passed(bytes, at, Math.min(7, bytes.length - at));
    }
    tap.ended();
    return tap;
  }

  @Test
  void shouldReadTheWindowsOfAnEventAndTheTokensOfTheLast() {
    // When
    UsageTap tap =
        pass(
            true,
            """
            event: codex.rate_limits
            data: {"type":"codex.rate_limits","plan_type":"plus","rate_limits":{"allowed":true,\
            "primary":{"used_percent":42.5,"window_minutes":300,"reset_at":1795172400},\
            "secondary":{"used_percent":7,"window_minutes":10080,"reset_after_seconds":600}}}

            data: {"type":"response.completed","response":{"usage":{"input_tokens":90,\
            "input_tokens_details":{"cached_tokens":30},"output_tokens":4,\
            "output_tokens_details":{"reasoning_tokens":1}}}}

            """);

    // Then
    assertThat(tap.usage()).isEqualTo(new Usage(90, 30, 4, 1));
    assertThat(readings.all())
        .containsExactly(
            new UsageReading(
                "primary", 42.5, Duration.ofHours(5), Instant.ofEpochSecond(1795172400), NOW),
            new UsageReading("secondary", 7, Duration.ofDays(7), NOW.plusSeconds(600), NOW));
    assertThat(ignored).isZero();
  }

  @Test
  void shouldReadTheTokensOfAnObject() {
    assertThat(pass(false, "{\"usage\":{\"input_tokens\":5,\"output_tokens\":2}}").usage())
        .isEqualTo(new Usage(5, 0, 2, 0));
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "1001", "1e999", "111111111111111111111111111111"})
  void shouldIgnoreAndCountWhatIsNoPercentage(String used) {
    // When
    pass(
        true,
        "data: {\"type\":\"codex.rate_limits\",\"rate_limits\":{\"primary\":{\"used_percent\":"
            + used
            + "}}}\n\n");

    // Then
    assertThat(readings.all()).isNull();
    assertThat(ignored).isEqualTo(1);
  }
}
