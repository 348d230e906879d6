package dev.kompakt.router.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.schemas.id.AccountId;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AccountBookTest {
  private static final Instant NOW = Instant.parse("2026-11-20T10:00:00Z");
  private static final AccountId A = new AccountId("a");
  private static final AccountId B = new AccountId("b");
  private static final AccountId C = new AccountId("c");

  private final Map<AccountId, Standing> known = new HashMap<>();
  private final AccountBook book = new AccountBook(List.of(A, B, C), known::get);

  private void know(AccountId account, int inFlight, int sentSecondsAgo) {
    known.put(account, new Standing(account, inFlight, NOW.minusSeconds(sentSecondsAgo), null, 0));
  }

  private static Pause pause(int seconds, Pause.Cause cause) {
    return new Pause(NOW.plusSeconds(seconds), cause);
  }

  @Test
  void shouldChooseTheOneWithLeastInFlight() {
    // Given
    know(A, 2, 100);
    know(B, 1, 1);
    know(C, 2, 50);

    // When
    Routing routing = book.choose(null, NOW);

    // Then
    assertThat(routing).isEqualTo(new Routing.Use(B));
  }

  @Test
  void shouldChooseTheOneLongestWithoutAJobWhenEquallyBusy() {
    // Given
    know(A, 1, 5);
    know(B, 1, 10);
    know(C, 1, 7);

    // When
    Routing routing = book.choose(null, NOW);

    // Then
    assertThat(routing).isEqualTo(new Routing.Use(B));
  }

  @Test
  void shouldTakeTheAvoidedOneWhenNoOtherIsFree() {
    // Given
    book.pause(A, pause(5, Pause.Cause.RATE_LIMITED));
    book.pause(B, pause(5, Pause.Cause.RATE_LIMITED));

    // When
    Routing routing = book.choose(C, NOW);

    // Then
    assertThat(routing).isEqualTo(new Routing.Use(C));
    assertThat(book.another(C, NOW)).isFalse();
  }

  @Test
  void shouldWaitForTheFirstToBeFreeWhenAllRest() {
    // Given
    book.pause(A, pause(9, Pause.Cause.RATE_LIMITED));
    book.pause(B, pause(5, Pause.Cause.QUOTA_EXHAUSTED));
    book.pause(C, pause(1, Pause.Cause.REFUSED));

    // When
    Routing routing = book.choose(null, NOW);

    // Then
    assertThat(routing).isEqualTo(new Routing.Wait(NOW.plusSeconds(5), Pause.Cause.RATE_LIMITED));
  }

  @Test
  void shouldSayThatQuotaIsUsedUpWhenThatHoldsForAll() {
    // Given
    book.pause(A, pause(9, Pause.Cause.QUOTA_EXHAUSTED));
    book.pause(B, pause(7, Pause.Cause.QUOTA_EXHAUSTED));
    book.pause(C, pause(1, Pause.Cause.REFUSED));

    // When
    Routing routing = book.choose(null, NOW);

    // Then
    assertThat(routing)
        .isEqualTo(new Routing.Wait(NOW.plusSeconds(7), Pause.Cause.QUOTA_EXHAUSTED));
  }

  @Test
  void shouldGoNowhereWhenAllAreRefused() {
    // Given
    List.of(A, B, C).forEach(account -> book.pause(account, pause(60, Pause.Cause.REFUSED)));

    // When
    Routing routing = book.choose(null, NOW);

    // Then
    assertThat(routing).isEqualTo(new Routing.Nowhere());
    assertThat(book.choose(null, NOW.plusSeconds(60))).isInstanceOf(Routing.Use.class);
  }

  @Test
  void shouldKeepTheLongerPauseWhenAShorterOneFollows() {
    // Given
    book.pause(A, pause(60, Pause.Cause.QUOTA_EXHAUSTED));

    // When
    book.pause(A, pause(1, Pause.Cause.RATE_LIMITED));

    // Then
    assertThat(book.of(A).pause()).isEqualTo(pause(60, Pause.Cause.QUOTA_EXHAUSTED));
    assertThat(book.of(A).strikes()).isEqualTo(1);
  }

  @Test
  void shouldTellOnlyTheAccountsThatChanged() {
    // When
    book.sent(B, NOW);
    book.ended(B);
    book.succeeded(C);

    // Then
    assertThat(book.changed()).containsExactly(new Standing(B, 0, NOW, null, 0));
  }
}
