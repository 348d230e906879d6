package dev.kompakt.bootstrap.route;

import static dev.kompakt.bootstrap.route.Accounts.A;
import static dev.kompakt.bootstrap.route.Accounts.B;
import static dev.kompakt.bootstrap.route.Accounts.C;
import static dev.kompakt.bootstrap.route.Accounts.NOW;
import static dev.kompakt.bootstrap.route.Accounts.exhausted;
import static dev.kompakt.bootstrap.route.Accounts.heldBy;
import static dev.kompakt.bootstrap.route.Accounts.in;
import static dev.kompakt.bootstrap.route.Accounts.limited;
import static dev.kompakt.bootstrap.route.Accounts.paused;
import static dev.kompakt.bootstrap.route.Accounts.pool;
import static dev.kompakt.bootstrap.route.Accounts.status;
import static dev.kompakt.bootstrap.route.Accounts.week;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.record.AccountState;
import dev.kompakt.schemas.record.UsageReading;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What keeps an account from being used, and what is said when that holds for all.
class ExhaustedTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration HOUR = Duration.ofHours(1);

  @Test
  void shouldTakeAPressedAccountBeforeABlockedOne() {
    Pool pool = pool(A, B);
    pool.learn(exhausted(A, MINUTE));
    pool.learn(status(B, week(99, HOUR)));

    assertThat(pool.choose(Ask.ANY, NOW)).isEqualTo(use(B, Routing.Reason.PRESSED));
  }

  @Test
  void shouldWaitForTheFirstThatIsRenewedWhenAllAreExhausted() {
    Pool pool = pool(A, B, C);
    pool.learn(exhausted(A, HOUR.multipliedBy(3)));
    pool.learn(exhausted(B, HOUR));
    pool.learn(exhausted(C, HOUR.multipliedBy(2)));

    assertThat(pool.choose(Ask.ANY, NOW)).isEqualTo(wait(HOUR, Pause.Cause.QUOTA_EXHAUSTED));
    assertThat(pool.choose(Ask.ANY, in(HOUR))).isEqualTo(use(B, Routing.Reason.SAFE));
  }

  @Test
  void shouldSayRateLimitedUnlessAllQuotasAreUsedUp() {
    Pool pool = pool(A, B);
    pool.learn(exhausted(A, MINUTE));
    pool.note(paused(B, Pause.Cause.BUSY, HOUR));

    assertThat(pool.choose(Ask.ANY, NOW)).isEqualTo(wait(MINUTE, Pause.Cause.RATE_LIMITED));
    assertThat(pool.choose(Ask.ANY, Map.of(B, paused(B, Pause.Cause.QUOTA_EXHAUSTED, HOUR)), NOW))
        .isEqualTo(wait(MINUTE, Pause.Cause.QUOTA_EXHAUSTED));
  }

  @Test
  void shouldRestUntilTheLastOfItsReasonsIsGone() {
    Pool pool = pool(A);
    pool.learn(limited(A, MINUTE));
    pool.note(paused(A, Pause.Cause.RATE_LIMITED, HOUR));

    assertThat(pool.choose(Ask.ANY, NOW)).isEqualTo(wait(HOUR, Pause.Cause.RATE_LIMITED));
  }

  @Test
  void shouldNotWaitForARefusedCredential() {
    Pool pool = pool(A, B);
    pool.note(paused(A, Pause.Cause.REFUSED, MINUTE));
    assertThat(pool.choose(heldBy(A), NOW)).isEqualTo(nowhere(Routing.Nowhere.Cause.NO_ACCOUNT));

    pool.learn(limited(B, HOUR));
    assertThat(pool.choose(Ask.ANY, NOW)).isEqualTo(wait(HOUR, Pause.Cause.RATE_LIMITED));

    pool.learn(status(B, new AccountState.Paused(), NOW));
    assertThat(pool.choose(Ask.ANY, NOW)).isEqualTo(nowhere(Routing.Nowhere.Cause.NO_ACCOUNT));
  }

  static List<AccountState> statesForGood() {
    return List.of(
        new AccountState.ReauthRequired(),
        new AccountState.Deactivated(),
        new AccountState.Paused());
  }

  @ParameterizedTest
  @MethodSource("statesForGood")
  void shouldGoNowhereWhenNoTimeChangesThat(AccountState state) {
    Pool pool = pool(A);
    pool.learn(status(A, state, NOW));

    assertThat(pool.choose(Ask.ANY, NOW)).isEqualTo(nowhere(Routing.Nowhere.Cause.NO_ACCOUNT));
    assertThat(pool.choose(new Ask(null, false, Set.of(), 1_000_000), NOW))
        .isEqualTo(nowhere(Routing.Nowhere.Cause.NO_ACCOUNT));
  }

  @Test
  void shouldGoNowhereWithoutAccounts() {
    assertThat(pool().choose(Ask.ANY, NOW)).isEqualTo(nowhere(Routing.Nowhere.Cause.NO_ACCOUNT));
  }

  @Test
  void shouldWaitForAnAccountThatTheCallFits() {
    Pool pool =
        new Pool(
            List.of(new Member(A, 4, 1_000, Map.of()), new Member(B, 4, null, Map.of())),
            Policy.DEFAULT);
    pool.note(paused(A, Pause.Cause.RATE_LIMITED, MINUTE));
    pool.learn(exhausted(B, HOUR));

    assertThat(pool.choose(new Ask(null, false, Set.of(), 1_001), NOW))
        .isEqualTo(wait(HOUR, Pause.Cause.QUOTA_EXHAUSTED));
  }

  @Test
  void shouldRestAtACeilingUntilTheWindowIsRenewed() {
    Pool pool = new Pool(List.of(new Member(A, 4, null, Map.of("secondary", 80))), Policy.DEFAULT);

    pool.learn(status(A, week(79.9, HOUR)));
    assertThat(pool.choose(Ask.ANY, NOW)).isEqualTo(use(A, Routing.Reason.SAFE));

    pool.learn(status(A, week(80, HOUR)));
    assertThat(pool.choose(Ask.ANY, NOW)).isEqualTo(wait(HOUR, Pause.Cause.QUOTA_EXHAUSTED));
    assertThat(pool.choose(Ask.ANY, in(HOUR))).isEqualTo(use(A, Routing.Reason.SAFE));
  }

  @Test
  void shouldNotRestForeverAtACeilingThatIsNotSaidToBeRenewed() {
    Pool pool = new Pool(List.of(new Member(A, 4, null, Map.of("requests", 80))), Policy.DEFAULT);
    pool.learn(status(A, new UsageReading("requests", 90, null, null, NOW)));

    assertThat(pool.choose(Ask.ANY, in(MINUTE)))
        .isEqualTo(wait(MINUTE.multipliedBy(5), Pause.Cause.QUOTA_EXHAUSTED));
    assertThat(pool.choose(Ask.ANY, in(MINUTE.multipliedBy(5))))
        .isEqualTo(use(A, Routing.Reason.SAFE));
  }

  @Test
  void shouldUseAnAccountAgainThatOthersFoundActiveSince() {
    Pool pool = pool(A);
    pool.note(paused(A, Pause.Cause.REFUSED, HOUR));

    pool.learn(status(A, new AccountState.Active(), NOW));
    assertThat(pool.choose(Ask.ANY, NOW)).isInstanceOf(Routing.Nowhere.class);

    pool.learn(status(A, new AccountState.Active(), NOW.plusMillis(1)));
    assertThat(pool.choose(Ask.ANY, NOW)).isEqualTo(use(A, Routing.Reason.SAFE));
  }

  @Test
  void shouldTakeWhereItJustFailedOnlyIfNoOtherIsFree() {
    Pool pool = pool(A, B);
    Ask failed = new Ask(null, false, Set.of(A), 0);

    pool.learn(status(B, week(99, HOUR)));
    assertThat(pool.choose(failed, NOW)).isEqualTo(use(B, Routing.Reason.PRESSED));

    pool.learn(limited(B, HOUR));
    assertThat(pool.choose(failed, NOW)).isEqualTo(use(A, Routing.Reason.SAFE));

    pool.learn(limited(A, MINUTE));
    assertThat(pool.choose(failed, NOW)).isEqualTo(wait(MINUTE, Pause.Cause.RATE_LIMITED));
  }

  private static Routing use(AccountId account, Routing.Reason reason) {
    return new Routing.Use(account, reason);
  }

  private static Routing wait(Duration time, Pause.Cause cause) {
    return new Routing.Wait(in(time), cause);
  }

  private static Routing nowhere(Routing.Nowhere.Cause cause) {
    return new Routing.Nowhere(cause);
  }
}
