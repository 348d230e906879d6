package dev.kompakt.standalone.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Instant;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class ReplayCommandTest {
  private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");

  @TempDir Path home;

  @Test
  void shouldAskForIdsOrASelectionAndNotBoth() {
    // When
    Run none = Run.in(home, "replay");
    Run both = Run.in(home, "replay", "cmpn_1", "--cause", "rejected");
    Run many =
        Run.in(
            home,
            Stream.concat(Stream.of("replay"), IntStream.range(0, 201).mapToObj(i -> "cmpn_" + i))
                .toArray(String[]::new));

    // Then
    assertThat(none.exitCode()).isEqualTo(2);
    assertThat(none.err()).contains("--cause");
    assertThat(both.exitCode()).isEqualTo(2);
    assertThat(both.err()).contains("not both");
    assertThat(many.exitCode()).isEqualTo(2);
    assertThat(many.err()).contains("200");
  }

  @Test
  void shouldSayThatNobodyAnswers() {
    // When
    Run replay = Run.in(home, "replay", "cmpn_1", "--set", "admin.listen=127.0.0.1:1");
    Run list = Run.in(home, "dead-letter", "list", "--set", "admin.listen=127.0.0.1:1");

    // Then
    assertThat(replay.exitCode()).isEqualTo(6);
    assertThat(list.exitCode()).isEqualTo(6);
    assertThat(list.out()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "90s, 2026-11-20T11:58:30Z",
    "30m, 2026-11-20T11:30:00Z",
    "2h, 2026-11-20T10:00:00Z",
    "7d, 2026-11-13T12:00:00Z",
    "2026-11-01T00:00:00Z, 2026-11-01T00:00:00Z"
  })
  void shouldReadTimes(String text, Instant time) {
    assertThat(new FailureFilter.Moment(() -> NOW).convert(text)).isEqualTo(time);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "yesterday", "2w", "-1h", "9999999h"})
  void shouldRefuseWhatIsNoTime(String text) {
    assertThatThrownBy(() -> new FailureFilter.Moment(() -> NOW).convert(text))
        .isInstanceOf(TypeConversionException.class)
        .hasMessageContaining("2h");
  }
}
