package dev.kompakt.workers.quota;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.workers.Jobs;
import dev.kompakt.workers.quota.AdmissionQueue.TurnedAway;
import dev.kompakt.workers.quota.AdmissionQueueTest.Item;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// What an [AdmissionQueue] gives back because its account does not take it soon.
class TurningAwayTest {
  private static final Instant NOW = Jobs.NOW;
  private static final AccountId A = new AccountId("a");

  private final AdmissionQueue<Item> queue = new AdmissionQueue<>(10, 1, account -> Limits.of(2));

  @Test
  void shouldTurnAwayAtOnceWhatItsAccountIsKnownNotToTakeSoon() {
    // Given
    AdmissionQueue<Item> limited = new AdmissionQueue<>(10, 1, account -> new Limits(9, 3, null));
    for (int i = 0; i < 3; i++) {
      limited.add(new Item(Jobs.attempt(i), A), NOW);
      Item started = Objects.requireNonNull(limited.next(NOW));
      limited.over(started, new Spent(true, 5L, false), NOW.plusSeconds(10 + 4 * i));
    }
    Item soon = new Item(Jobs.attempt(10), A);
    Item stays = new Item(Jobs.attempt(11), A, 0, true);
    Item late = new Item(Jobs.attempt(12), A);
    Instant then = NOW.plusSeconds(66);
    List.of(soon, stays, late).forEach(item -> limited.add(item, then));

    // When
    List<TurnedAway<Item>> away = limited.turnAway(then);

    // Then
    assertThat(away).containsExactly(new TurnedAway<>(late, NOW.plusSeconds(78)));
    assertThat(limited.waiting()).isEqualTo(2);
  }

  @Test
  void shouldTurnAwayWhatHasWaitedTooLongForARunningCallToEnd() {
    // Given
    for (int i = 0; i < 4; i++) {
      queue.add(new Item(Jobs.attempt(i), A), NOW);
    }
    queue.next(NOW);
    queue.next(NOW);
    queue.add(new Item(Jobs.attempt(9), A, 0, true), NOW);

    // When
    boolean early = queue.turnAway(NOW.plusMillis(4_999)).isEmpty();
    List<TurnedAway<Item>> away = queue.turnAway(NOW.plusSeconds(5));

    // Then
    assertThat(early).isTrue();
    assertThat(away)
        .extracting(turned -> turned.item().attempt())
        .containsExactly(Jobs.attempt(2), Jobs.attempt(3));
    assertThat(away).extracting(TurnedAway::until).containsOnlyNulls();
  }

  @Test
  void shouldTurnAwayWhatCanNeverStartEvenIfItIsToStay() {
    // Given
    AdmissionQueue<Item> limited = new AdmissionQueue<>(10, 1, account -> new Limits(9, null, 100));
    Item huge = new Item(Jobs.attempt(1), A, 101, true);
    Item behind = new Item(Jobs.attempt(2), A, 50, false);
    limited.add(huge, NOW);
    limited.add(behind, NOW);

    // When
    List<TurnedAway<Item>> away = limited.turnAway(NOW);

    // Then
    assertThat(away).containsExactly(new TurnedAway<>(huge, null));
    assertThat(limited.next(NOW)).isEqualTo(behind);
  }

  @Test
  void shouldKeepASmallCallBehindALargeOneThatIsTurnedAway() {
    // Given
    AdmissionQueue<Item> limited = new AdmissionQueue<>(10, 1, account -> new Limits(9, null, 100));
    limited.add(new Item(Jobs.attempt(0), A, 60, false), NOW);
    Item running = Objects.requireNonNull(limited.next(NOW));
    limited.over(running, new Spent(true, 60L, false), NOW);
    Item large = new Item(Jobs.attempt(1), A, 60, false);
    Item small = new Item(Jobs.attempt(2), A, 20, false);
    limited.add(large, NOW);
    limited.add(small, NOW);

    // When
    List<TurnedAway<Item>> away = limited.turnAway(NOW);

    // Then
    assertThat(away).containsExactly(new TurnedAway<>(large, NOW.plusSeconds(60)));
    assertThat(limited.next(NOW)).isEqualTo(small);
  }

  @Test
  void shouldNotTurnAwayAnAttemptThatStillRunsHere() {
    // Given
    Item item = new Item(Jobs.attempt(1), A);
    queue.add(item, NOW);
    queue.next(NOW);

    // When
    queue.add(new Item(Jobs.attempt(1), A), NOW);

    // Then
    assertThat(queue.turnAway(NOW.plusSeconds(60))).isEmpty();
  }
}
