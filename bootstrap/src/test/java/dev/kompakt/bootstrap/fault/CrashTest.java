package dev.kompakt.bootstrap.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class CrashTest {
  private static Crash crash(String text) {
    return Objects.requireNonNull(Crash.parse(text));
  }

  @ParameterizedTest
  @EnumSource(CrashPoint.class)
  void shouldBeDueTheFirstTimeItsPointIsPassed(CrashPoint point) {
    assertThat(crash(point.text()).due(point)).isTrue();
  }

  @Test
  void shouldBeDueTheNthTimeAndOnlyThen() {
    Crash crash = crash("worker-answered:3");

    assertThat(crash.due(CrashPoint.WORKER_ANSWERED)).isFalse();
    assertThat(crash.due(CrashPoint.WORKER_STARTED)).isFalse();
    assertThat(crash.due(CrashPoint.WORKER_ANSWERED)).isFalse();
    assertThat(crash.due(CrashPoint.WORKER_ANSWERED)).isTrue();
    assertThat(crash.due(CrashPoint.WORKER_ANSWERED)).isFalse();
  }

  @Test
  void shouldHoldWhereThatIsAskedAndElseEnd() {
    // Given
    Crash held = crash("worker-answered:2:hold");

    // Then
    assertThat(held.holds()).isTrue();
    assertThat(held.due(CrashPoint.WORKER_ANSWERED)).isFalse();
    assertThat(held.due(CrashPoint.WORKER_ANSWERED)).isTrue();
    assertThat(crash("worker-answered:hold").holds()).isTrue();
    assertThat(crash("worker-answered:2").holds()).isFalse();
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(strings = "")
  void shouldBeNoneWhereNothingIsAsked(String text) {
    assertThat(Crash.parse(text)).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "worker-answerd",
        "worker-answered:0",
        "worker-answered:",
        "WORKER_ANSWERED",
        ":1",
        "worker-answered:hold:1",
        "worker-answered:99999999999"
      })
  void shouldRefuseWhatIsNoPointAndListThem(String text) {
    assertThatThrownBy(() -> CrashPoint.check(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("`" + text + "`")
        .hasMessageContaining("segment-sent, ")
        .hasMessageEndingWith("compact-renamed");
  }
}
