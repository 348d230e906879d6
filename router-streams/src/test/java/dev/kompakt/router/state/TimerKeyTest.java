package dev.kompakt.router.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.router.decide.TimerKind;
import dev.kompakt.schemas.id.CompactionId;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class TimerKeyTest {
  private static final CompactionId ID = new CompactionId("cmpn_" + "f".repeat(40));
  private static final Instant DUE = Instant.parse("2026-11-20T10:00:00.123Z");

  @Test
  void shouldReadWhatItWrote() {
    for (TimerKind timer : TimerKind.values()) {
      TimerKey key = new TimerKey(DUE, timer, ID);
      assertThat(TimerKey.decode(key.encode())).isEqualTo(key);
    }
  }

  @Test
  void shouldSortByDueTime() {
    // Given
    TimerKey later = new TimerKey(DUE.plusMillis(1), TimerKind.DEADLINE, ID);
    TimerKey sooner = new TimerKey(DUE, TimerKind.RETRY, ID);

    // Then
    assertThat(sooner.encode()).isLessThan(later.encode());
    assertThat(TimerKey.bound(DUE)).isLessThan(sooner.encode());
    assertThat(TimerKey.bound(DUE.plusMillis(1))).isBetween(sooner.encode(), later.encode());
  }

  @Test
  void shouldNeverBeDueEarly() {
    // When
    TimerKey read = TimerKey.decode(new TimerKey(DUE.plusNanos(1), TimerKind.RETRY, ID).encode());

    // Then
    assertThat(read.due()).isEqualTo(DUE.plusMillis(1));
  }
}
