package dev.kompakt.router.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.bootstrap.route.Ask;
import dev.kompakt.bootstrap.route.Member;
import dev.kompakt.bootstrap.route.Pause;
import dev.kompakt.bootstrap.route.Policy;
import dev.kompakt.bootstrap.route.Pool;
import dev.kompakt.bootstrap.route.Routing;
import dev.kompakt.bootstrap.route.Standing;
import dev.kompakt.schemas.id.AccountId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AccountBookTest {
  private static final Instant NOW = Instant.parse("2026-11-20T10:00:00Z");
  private static final AccountId A = new AccountId("a");
  private static final AccountId B = new AccountId("b");

  private final Pool known =
      new Pool(
          List.of(new Member(A, 4, null, Map.of()), new Member(B, 4, null, Map.of())),
          Policy.DEFAULT);
  private final AccountBook book = new AccountBook(known);

  private static Pause pause(int seconds, Pause.Cause cause) {
    return new Pause(NOW.plusSeconds(seconds), cause, NOW);
  }

  @Test
  void shouldCountWhatTheDecisionItselfSent() {
    // Given
    book.sent(A, NOW);

    // When
    Routing routing = book.choose(Ask.ANY, NOW);

    // Then
    assertThat(routing).isEqualTo(new Routing.Use(B, Routing.Reason.SAFE));
    assertThat(known.standing(A)).as("what is known stays").isEqualTo(Standing.fresh(A));
  }

  @Test
  void shouldGoOnFromWhatWasNoted() {
    // Given
    known.note(new Standing(A, 3, NOW, null, 2));

    // When
    book.sent(A, NOW);
    book.pause(A, pause(5, Pause.Cause.RATE_LIMITED));

    // Then
    assertThat(book.changed())
        .containsExactly(new Standing(A, 4, NOW, pause(5, Pause.Cause.RATE_LIMITED), 3));
  }

  @Test
  void shouldTakeTheTriedOneWhenNoOtherIsFree() {
    // When
    book.pause(A, pause(5, Pause.Cause.RATE_LIMITED));

    // Then
    assertThat(book.choose(new Ask(null, false, Set.of(B), 0), NOW))
        .isInstanceOfSatisfying(Routing.Use.class, use -> assertThat(use.account()).isEqualTo(B));
    assertThat(book.another(B, NOW)).isFalse();
    assertThat(book.another(A, NOW)).isTrue();
  }

  @Test
  void shouldTellOnlyTheAccountsThatChanged() {
    // When
    book.sent(B, NOW);
    book.ended(B);
    book.succeeded(A);

    // Then
    assertThat(book.changed()).containsExactly(new Standing(B, 0, NOW, null, 0));
  }
}
