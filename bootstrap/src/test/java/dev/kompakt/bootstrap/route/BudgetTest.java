package dev.kompakt.bootstrap.route;

import static dev.kompakt.bootstrap.route.Accounts.A;
import static dev.kompakt.bootstrap.route.Accounts.B;
import static dev.kompakt.bootstrap.route.Accounts.C;
import static dev.kompakt.bootstrap.route.Accounts.NOW;
import static dev.kompakt.bootstrap.route.Accounts.busy;
import static dev.kompakt.bootstrap.route.Accounts.in;
import static dev.kompakt.bootstrap.route.Accounts.pool;
import static dev.kompakt.bootstrap.route.Accounts.reading;
import static dev.kompakt.bootstrap.route.Accounts.status;
import static dev.kompakt.bootstrap.route.Accounts.week;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.record.UsageReading;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Which account a call without a session goes to.
class BudgetTest {
  private static final Duration DAY = Duration.ofDays(1);

  @Test
  void shouldBeSafeAtTheThresholdAndNotAbove() {
    Pool pool = pool(A);

    pool.learn(status(A, week(95, DAY)));
    assertThat(chosen(pool)).isEqualTo(use("a", Routing.Reason.SAFE));

    pool.learn(status(A, week(95.01, DAY)));
    assertThat(chosen(pool)).isEqualTo(use("a", Routing.Reason.PRESSED));
  }

  @Test
  void shouldCountTheFullestWindow() {
    Pool pool = pool(A, B);
    pool.learn(status(A, reading("primary", 0, Duration.ofHours(5)), week(96, DAY), week(3, DAY)));
    pool.learn(status(B, reading("primary", 94, Duration.ofHours(5)), week(94, DAY)));

    assertThat(chosen(pool)).isEqualTo(use("b", Routing.Reason.SAFE));
  }

  @Test
  void shouldTakeASafeAccountThoughPressedOnesAreIdle() {
    Pool pool = pool(A, B);
    pool.learn(status(A, week(96, Duration.ofHours(1))));
    pool.learn(status(B, week(60, Duration.ofDays(6))));
    pool.note(busy(B, 3));

    assertThat(chosen(pool)).isEqualTo(use("b", Routing.Reason.SAFE));
  }

  @Test
  void shouldTakeASafeAccountWithoutRoomBeforeAPressedOne() {
    Pool pool = pool(A, B);
    pool.learn(status(A, week(96, DAY)));
    pool.note(busy(B, 4));

    assertThat(chosen(pool)).isEqualTo(use("b", Routing.Reason.BUSY));
  }

  @Test
  void shouldCountTheUnknownAsSafe() {
    Pool pool = pool(A, B);
    pool.learn(status(A, week(96, DAY)));

    assertThat(chosen(pool)).isEqualTo(use("b", Routing.Reason.SAFE));
  }

  @Test
  void shouldCountAReadingAsNothingOnceItsWindowHasPassed() {
    Pool pool = pool(A, B);
    pool.learn(status(A, week(97, Duration.ofMinutes(10))));
    pool.learn(status(B, week(96, Duration.ofDays(2))));

    assertThat(pool.choose(Ask.ANY, in(Duration.ofMinutes(10)).minusMillis(1)))
        .isEqualTo(use("b", Routing.Reason.PRESSED));
    assertThat(pool.choose(Ask.ANY, in(Duration.ofMinutes(10))))
        .isEqualTo(use("a", Routing.Reason.SAFE));
  }

  @Test
  void shouldKnowTheEndOfAWindowByItsLength() {
    Pool pool = pool(A);
    pool.learn(status(A, new UsageReading("primary", 97, Duration.ofHours(5), null, NOW)));

    assertThat(chosen(pool)).isEqualTo(use("a", Routing.Reason.PRESSED));
    assertThat(pool.choose(Ask.ANY, in(Duration.ofHours(5))))
        .isEqualTo(use("a", Routing.Reason.SAFE));
  }

  @Test
  void shouldForgetAReadingWithoutAnyEndAfterAWhile() {
    Pool pool = pool(A);
    pool.learn(status(A, new UsageReading("requests", 97, null, null, null)));

    assertThat(chosen(pool)).isEqualTo(use("a", Routing.Reason.PRESSED));
    assertThat(pool.choose(Ask.ANY, in(Duration.ofMinutes(5))))
        .isEqualTo(use("a", Routing.Reason.SAFE));
  }

  @Test
  void shouldTakeTheLeastPressedWhenAllAreOverTheThreshold() {
    Pool pool =
        new Pool(
            List.of(Accounts.member(A), new Member(B, 1, null, Map.of()), Accounts.member(C)),
            Policy.DEFAULT);
    pool.learn(status(A, week(99, DAY)));
    pool.learn(status(B, week(97, Duration.ofDays(6))));
    pool.learn(status(C, week(98, Duration.ofHours(1))));

    assertThat(chosen(pool)).isEqualTo(use("b", Routing.Reason.PRESSED));
  }

  @Test
  void shouldCountWhatIsInFlightAsPressure() {
    Pool pool = pool(A, B);
    pool.learn(status(A, week(94, DAY)));
    pool.learn(status(B, week(96, DAY)));
    pool.note(busy(A, 1));

    assertThat(chosen(pool)).isEqualTo(use("b", Routing.Reason.PRESSED));
  }

  @Test
  void shouldCountWhatIsInFlightByTheRoomAnAccountHas() {
    Pool pool =
        new Pool(
            List.of(new Member(A, 100, null, Map.of()), new Member(B, 1, null, Map.of())),
            Policy.DEFAULT);
    pool.learn(status(B, week(96, DAY)));
    pool.note(busy(A, 90));

    assertThat(chosen(pool)).isEqualTo(use("a", Routing.Reason.SAFE));
  }

  @Test
  void shouldLetALongQueueSpillOverToAPressedAccount() {
    Pool pool = pool(A, B);
    pool.learn(status(B, week(96, DAY)));
    pool.note(busy(A, 39));

    assertThat(chosen(pool)).isEqualTo(use("b", Routing.Reason.PRESSED));
  }

  @Test
  void shouldUseUpTheQuotaThatIsRenewedFirst() {
    Pool pool = pool(A, B, C);
    pool.learn(status(A, week(10, Duration.ofDays(6))));
    pool.learn(status(B, week(90, Duration.ofHours(30))));
    pool.learn(status(C, week(10, Duration.ofDays(3))));

    assertThat(chosen(pool)).isEqualTo(use("b", Routing.Reason.SAFE));
  }

  @Test
  void shouldCountTheDaysToARenewalAnewAsTimePasses() {
    // Given both renewed within the same day counted from now, the emptier one is taken
    Pool pool = pool(A, B);
    pool.learn(status(A, week(80, Duration.ofHours(25))));
    pool.learn(status(B, week(10, Duration.ofHours(47))));
    assertThat(chosen(pool)).isEqualTo(use("b", Routing.Reason.SAFE));

    // When the first is renewed within a day and the other is not
    Routing later = pool.choose(Ask.ANY, in(Duration.ofHours(1)));

    // Then
    assertThat(later).isEqualTo(use("a", Routing.Reason.SAFE));
  }

  @Test
  void shouldWeighRoomByTheCapacityThatRemains() {
    // Given one with 80 % left and two calls, one with 20 % left and one call
    Pool pool = pool(A, B);
    pool.learn(status(A, week(80, DAY)));
    pool.learn(status(B, week(20, DAY)));
    pool.note(busy(A, 1));
    pool.note(busy(B, 2));

    assertThat(chosen(pool)).isEqualTo(use("b", Routing.Reason.SAFE));
  }

  @Test
  void shouldCountWhatACeilingLeavesAsWhatRemains() {
    Pool pool =
        new Pool(
            List.of(new Member(A, 4, null, Map.of("secondary", 50)), Accounts.member(B)),
            Policy.DEFAULT);
    pool.learn(status(A, week(45, DAY)));
    pool.learn(status(B, week(60, DAY)));

    assertThat(chosen(pool)).isEqualTo(use("b", Routing.Reason.SAFE));
  }

  @Test
  void shouldTakeEqualAccountsInTurnAndThenAsConfigured() {
    Pool pool = pool(A, B, C);
    assertThat(chosen(pool)).isEqualTo(use("a", Routing.Reason.SAFE));

    pool.note(Standing.fresh(A).sent(NOW).ended());
    pool.note(Standing.fresh(B).sent(NOW.minusSeconds(2)).ended());
    pool.note(Standing.fresh(C).sent(NOW.minusSeconds(1)).ended());
    assertThat(chosen(pool)).isEqualTo(use("b", Routing.Reason.SAFE));
  }

  @Test
  void shouldTakeAnAccountWhoseTokensAMinuteFitTheCall() {
    Pool pool =
        new Pool(
            List.of(new Member(A, 4, 1_000, Map.of()), new Member(B, 4, 2_000, Map.of())),
            Policy.DEFAULT);
    pool.note(busy(B, 4));

    assertThat(pool.choose(tokens(1_000), NOW)).isEqualTo(use("a", Routing.Reason.SAFE));
    assertThat(pool.choose(tokens(1_001), NOW)).isEqualTo(use("b", Routing.Reason.BUSY));
    assertThat(pool.choose(tokens(2_001), NOW))
        .isEqualTo(new Routing.Nowhere(Routing.Nowhere.Cause.TOO_LARGE));
  }

  @Test
  void shouldCountAChangedStandingInThePlaceOfTheOneNoted() {
    Pool pool = pool(A, B);
    pool.note(busy(A, 1));

    Routing routing = pool.choose(Ask.ANY, Map.of(A, Standing.fresh(A), B, busy(B, 2)), NOW);

    assertThat(routing).isEqualTo(use("a", Routing.Reason.SAFE));
    assertThat(chosen(pool)).isEqualTo(use("b", Routing.Reason.SAFE));
  }

  @Test
  void shouldFollowAClockThatIsSetBack() {
    Pool pool = pool(A, B);
    pool.learn(status(A, week(97, Duration.ofMinutes(10))));
    Instant late = in(Duration.ofMinutes(20));
    assertThat(pool.choose(Ask.ANY, late)).isEqualTo(use("a", Routing.Reason.SAFE));

    assertThat(chosen(pool)).isEqualTo(use("b", Routing.Reason.SAFE));
  }

  private static Routing chosen(Pool pool) {
    return pool.choose(Ask.ANY, NOW);
  }

  private static Ask tokens(long tokens) {
    return new Ask(null, false, Set.of(), tokens);
  }

  static Routing use(String account, Routing.Reason reason) {
    return new Routing.Use(new AccountId(account), reason);
  }
}
