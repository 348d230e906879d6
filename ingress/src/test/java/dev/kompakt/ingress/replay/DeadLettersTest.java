package dev.kompakt.ingress.replay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.schemas.record.DeadLetter;
import dev.kompakt.schemas.record.DeadLetter.Cause;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class DeadLettersTest {
  private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");

  private final DeadLetters letters = new DeadLetters();

  @Test
  void shouldKnowTheLatestOfACompactionBesideRecordsNobodyCouldRead() {
    // Given
    DeadLetter first = Letters.letter(1, Cause.REJECTED, NOW);
    DeadLetter again = Letters.letter(1, Cause.TIMED_OUT, NOW.plusSeconds(1));
    DeadLetter other = Letters.letter(2, Cause.REJECTED, NOW);
    DeadLetter unreadable = DeadLetter.unreadable(NOW, first.compaction(), "kompakt.outcomes-1@77");

    // When
    letters.take(first);
    letters.take(other);
    letters.take(unreadable);
    letters.take(again);

    // Then
    assertThat(letters.newest()).containsExactly(again, unreadable, other);
    assertThat(letters.find(DeadLetters.name(first))).contains(again);
    assertThat(letters.find("kompakt.outcomes-1@77")).contains(unreadable);
  }

  @Test
  void shouldLetTheOldestGoWhenThereAreTooMany() {
    // When
    for (int i = 0; i <= DeadLetters.MOST; i++) {
      letters.take(Letters.letter(i, Cause.REJECTED, NOW.plusMillis(i)));
    }

    // Then
    assertThat(letters.newest()).hasSize(DeadLetters.MOST);
    assertThat(letters.newest().getFirst().at()).isEqualTo(NOW.plusMillis(DeadLetters.MOST));
    assertThat(letters.newest().getLast().at()).isEqualTo(NOW.plusMillis(1));
  }
}
