package dev.kompakt.schemas.topic;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InstantReaderTest {
  @Test
  void shouldReadWhatIsWritten() {
    Random random = new Random(7);
    for (int i = 0; i < 20_000; i++) {
      int[] steps = {1, 1_000, 1_000_000, 10_000_000, 1_000_000_000};
      int step = steps[random.nextInt(steps.length)];
      Instant instant =
          Instant.ofEpochSecond(
              random.nextLong(-62_000_000_000L, 253_000_000_000L),
              random.nextInt(1_000_000_000) / step * (long) step);
      assertThat(InstantReader.parse(instant.toString())).isEqualTo(instant);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2026-11-20T10:00:00.5Z",
        "2024-02-29T23:59:59.123456789Z",
        "0000-01-01T00:00:00Z"
      })
  void shouldReadWhatAFormatterReads(String text) {
    assertThat(InstantReader.parse(text)).isEqualTo(Instant.parse(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Z",
        "2026-11-20T10:00:00",
        "2026-11-20T10:00:00.Z",
        "2026-11-20 10:00:00Z",
        "2026-11-20T10:00:00,5Z",
        "2026-11-20T10:00:00.1234567890Z",
        "2026-11-20T10:00:00+00:00",
        "2026-02-30T10:00:00Z",
        "2026-13-01T10:00:00Z",
        "2026-11-20T24:00:00Z",
        "2026-11-20T10:60:00Z",
        "2026-12-31T23:59:60Z",
        "+2026-11-2T10:00:00Z",
        "202६-11-20T10:00:00Z",
        "-026-11-20T10:00:00Z"
      })
  void shouldLeaveEverythingElse(String text) {
    assertThat(InstantReader.parse(text)).isNull();
  }
}
