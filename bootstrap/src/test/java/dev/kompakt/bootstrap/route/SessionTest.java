package dev.kompakt.bootstrap.route;

import static dev.kompakt.bootstrap.route.Accounts.A;
import static dev.kompakt.bootstrap.route.Accounts.B;
import static dev.kompakt.bootstrap.route.Accounts.C;
import static dev.kompakt.bootstrap.route.Accounts.NOW;
import static dev.kompakt.bootstrap.route.Accounts.busy;
import static dev.kompakt.bootstrap.route.Accounts.exhausted;
import static dev.kompakt.bootstrap.route.Accounts.heldBy;
import static dev.kompakt.bootstrap.route.Accounts.in;
import static dev.kompakt.bootstrap.route.Accounts.limited;
import static dev.kompakt.bootstrap.route.Accounts.ofSession;
import static dev.kompakt.bootstrap.route.Accounts.paused;
import static dev.kompakt.bootstrap.route.Accounts.pool;
import static dev.kompakt.bootstrap.route.Accounts.reading;
import static dev.kompakt.bootstrap.route.Accounts.status;
import static dev.kompakt.bootstrap.route.Accounts.week;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.record.AccountState;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Where a session's calls go.
class SessionTest {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration GRACE = Policy.DEFAULT.grace();

  @Test
  void shouldStayThoughAnotherAccountIsBetter() {
    Pool pool = pool(A, B);
    pool.learn(status(A, week(95, HOUR)));
    pool.note(busy(A, 3));

    assertThat(pool.choose(ofSession(A), NOW)).isEqualTo(stays(A));
  }

  @Test
  void shouldMoveWhenItsAccountIsOverTheThresholdAndAnotherIsNot() {
    Pool pool = pool(A, B);
    pool.learn(status(A, week(95.01, HOUR)));
    pool.learn(status(B, week(95, HOUR)));

    assertThat(pool.choose(ofSession(A), NOW)).isEqualTo(moves(B, Routing.Reason.SAFE));
  }

  @Test
  void shouldStayWhenAllAreOverTheThreshold() {
    Pool pool = pool(A, B);
    pool.learn(status(A, week(99, HOUR)));
    pool.learn(status(B, week(95.01, HOUR)));

    assertThat(pool.choose(ofSession(A), NOW)).isEqualTo(stays(A));
  }

  @Test
  void shouldStayWhenTheSafeOnesHaveNoRoom() {
    Pool pool = pool(A, B);
    pool.learn(status(A, week(99, HOUR)));
    pool.note(busy(B, 4));

    assertThat(pool.choose(ofSession(A), NOW)).isEqualTo(stays(A));
  }

  @Test
  void shouldNotMoveForWhatItHasInFlightItself() {
    Pool pool = pool(A, B);
    pool.learn(status(A, week(94, HOUR)));
    pool.note(busy(A, 4));

    assertThat(pool.choose(ofSession(A), NOW)).isEqualTo(stays(A));
  }

  @Test
  void shouldMoveWhenItsAccountIsDown() {
    Pool pool = pool(A, B);
    pool.learn(status(B, week(99, HOUR)));

    pool.learn(status(A, new AccountState.ReauthRequired(), NOW));
    assertThat(pool.choose(ofSession(A), NOW)).isEqualTo(moves(B, Routing.Reason.PRESSED));

    pool.learn(exhausted(A, HOUR));
    assertThat(pool.choose(ofSession(A), NOW)).isEqualTo(moves(B, Routing.Reason.PRESSED));
  }

  @Test
  void shouldMoveWhenItsAccountIsNoLongerConfigured() {
    assertThat(pool(B).choose(ofSession(A), NOW)).isEqualTo(moves(B, Routing.Reason.SAFE));
  }

  @Test
  void shouldMoveAwayFromWhereItJustFailed() {
    Ask failed = new Ask(A, false, Set.of(A), 0);

    assertThat(pool(A, B).choose(failed, NOW)).isEqualTo(moves(B, Routing.Reason.SAFE));
    assertThat(pool(A).choose(failed, NOW)).isEqualTo(moves(A, Routing.Reason.SAFE));
  }

  @Test
  void shouldMoveWhenTheCallIsTooLargeForItsAccount() {
    Pool pool =
        new Pool(List.of(new Member(A, 4, 1_000, Map.of()), Accounts.member(B)), Policy.DEFAULT);

    assertThat(pool.choose(new Ask(A, false, Set.of(), 1_001), NOW))
        .isEqualTo(moves(B, Routing.Reason.SAFE));
  }

  @Test
  void shouldWaitAWhileForAResetThatIsNear() {
    Pool pool = pool(A, B);

    pool.learn(limited(A, GRACE));
    assertThat(pool.choose(ofSession(A), NOW))
        .isEqualTo(new Routing.Wait(in(GRACE), Pause.Cause.RATE_LIMITED));
    assertThat(pool.choose(ofSession(A), in(GRACE))).isEqualTo(stays(A));

    pool.learn(exhausted(A, GRACE.plusMillis(1)));
    assertThat(pool.choose(ofSession(A), NOW)).isEqualTo(moves(B, Routing.Reason.SAFE));
    assertThat(pool.choose(ofSession(A), NOW.plusMillis(1)))
        .isEqualTo(new Routing.Wait(in(GRACE.plusMillis(1)), Pause.Cause.QUOTA_EXHAUSTED));
  }

  @Test
  void shouldNotWaitForAnAccountItWouldLeaveThen() {
    Pool pool = pool(A, B);
    AccountState.RateLimited soon = new AccountState.RateLimited(in(GRACE));

    pool.learn(status(A, soon, NOW, week(96, HOUR)));
    assertThat(pool.choose(ofSession(A), NOW)).isEqualTo(moves(B, Routing.Reason.SAFE));

    pool.learn(status(A, soon, NOW, reading("primary", 96, GRACE)));
    assertThat(pool.choose(ofSession(A), NOW))
        .isEqualTo(new Routing.Wait(in(GRACE), Pause.Cause.RATE_LIMITED));
  }

  @ParameterizedTest
  @EnumSource(names = {"REFUSED", "BUSY"})
  void shouldNotWaitForWhatIsNoReset(Pause.Cause cause) {
    Pool pool = pool(A, B);
    pool.note(paused(A, cause, GRACE));

    assertThat(pool.choose(ofSession(A), NOW)).isEqualTo(moves(B, Routing.Reason.SAFE));
  }

  @Test
  void shouldNotMoveWhatOnlyItsAccountCanRead() {
    Pool pool = pool(A, B, C);
    pool.learn(status(A, week(99, HOUR)));
    assertThat(pool.choose(heldBy(A), NOW)).isEqualTo(stays(A));
    assertThat(pool.choose(new Ask(A, true, Set.of(A), 0), NOW)).isEqualTo(stays(A));

    pool.learn(exhausted(A, HOUR));
    assertThat(pool.choose(heldBy(A), NOW))
        .isEqualTo(new Routing.Wait(in(HOUR), Pause.Cause.QUOTA_EXHAUSTED));

    pool.learn(status(A, new AccountState.Deactivated(), NOW));
    assertThat(pool.choose(heldBy(A), NOW))
        .isEqualTo(new Routing.Nowhere(Routing.Nowhere.Cause.NO_ACCOUNT));
    assertThat(pool.choose(heldBy(new AccountId("gone")), NOW))
        .isEqualTo(new Routing.Nowhere(Routing.Nowhere.Cause.NO_ACCOUNT));
  }

  @Test
  void shouldSayThatWhatIsHeldIsTooLarge() {
    Pool pool =
        new Pool(List.of(new Member(A, 4, 1_000, Map.of()), Accounts.member(B)), Policy.DEFAULT);

    assertThat(pool.choose(new Ask(A, true, Set.of(), 1_001), NOW))
        .isEqualTo(new Routing.Nowhere(Routing.Nowhere.Cause.TOO_LARGE));
  }

  @Test
  void shouldCountAChangedStandingOfItsAccount() {
    Pool pool = pool(A, B);
    Standing rests = paused(A, Pause.Cause.RATE_LIMITED, HOUR);

    assertThat(pool.choose(ofSession(A), Map.of(A, rests), NOW))
        .isEqualTo(moves(B, Routing.Reason.SAFE));
    assertThat(pool.choose(ofSession(A), NOW)).isEqualTo(stays(A));
  }

  private static Routing stays(AccountId account) {
    return new Routing.Use(account, Routing.Reason.SESSION);
  }

  private static Routing moves(AccountId account, Routing.Reason reason) {
    return new Routing.Use(account, reason);
  }
}
