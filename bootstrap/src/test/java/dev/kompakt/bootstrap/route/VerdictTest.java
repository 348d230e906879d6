package dev.kompakt.bootstrap.route;

import static dev.kompakt.bootstrap.route.Accounts.A;
import static dev.kompakt.bootstrap.route.Accounts.B;
import static dev.kompakt.bootstrap.route.Accounts.C;
import static dev.kompakt.bootstrap.route.Accounts.NOW;
import static dev.kompakt.bootstrap.route.Accounts.busy;
import static dev.kompakt.bootstrap.route.Accounts.exhausted;
import static dev.kompakt.bootstrap.route.Accounts.limited;
import static dev.kompakt.bootstrap.route.Accounts.paused;
import static dev.kompakt.bootstrap.route.Accounts.pool;
import static dev.kompakt.bootstrap.route.Accounts.reading;
import static dev.kompakt.bootstrap.route.Accounts.status;
import static dev.kompakt.bootstrap.route.Accounts.week;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.schemas.record.AccountState;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What is said of each account.
class VerdictTest {
  private static final Duration HOUR = Duration.ofHours(1);

  @Test
  void shouldSayWhyAnAccountMayBeUsed() {
    Pool pool = pool(A);
    assertThat(words(pool)).isEqualTo("safe: use not known");

    pool.learn(status(A, reading("primary", 12.5, HOUR), week(3, HOUR)));
    pool.note(busy(A, 2));
    assertThat(words(pool)).isEqualTo("safe: 12.5 % of primary used, 2 in flight, worth 5 %");

    pool.note(busy(A, 4));
    assertThat(words(pool))
        .isEqualTo(
            "under the threshold, but full: 12.5 % of primary used, 4 in flight, worth 10 %");
  }

  @Test
  void shouldSayWhichWindowIsOverTheThreshold() {
    Pool pool = pool(A);
    pool.learn(status(A, reading("primary", 12, HOUR), week(97, HOUR)));

    assertThat(words(pool)).isEqualTo("over the threshold: 97 % of secondary used");
  }

  @Test
  void shouldSayWhatItRestsFor() {
    Pool pool = pool(A);

    pool.learn(limited(A, HOUR));
    assertThat(words(pool)).isEqualTo("rate limited until 2026-11-20T11:00:00Z");
    pool.learn(exhausted(A, HOUR));
    assertThat(words(pool)).isEqualTo("quota used up until 2026-11-20T11:00:00Z");

    Duration longer = HOUR.plusMinutes(1);
    pool.note(paused(A, Pause.Cause.BUSY, longer));
    assertThat(words(pool)).isEqualTo("no room for a job, left out until 2026-11-20T11:01:00Z");
    pool.note(paused(A, Pause.Cause.REFUSED, longer));
    assertThat(words(pool)).isEqualTo("credential refused, left out until 2026-11-20T11:01:00Z");
  }

  @Test
  void shouldSayWhichCeilingIsReached() {
    Pool pool = new Pool(List.of(new Member(A, 4, null, Map.of("primary", 40))), Policy.DEFAULT);
    pool.learn(status(A, reading("primary", 41, HOUR), week(60, HOUR)));

    assertThat(words(pool))
        .isEqualTo(
            "at its ceiling: 41 % of primary used, 40 % allowed, until 2026-11-20T11:00:00Z");
  }

  @Test
  void shouldSayWhoHasToAct() {
    Pool pool = pool(A);

    pool.learn(status(A, new AccountState.ReauthRequired(), NOW));
    assertThat(words(pool)).isEqualTo("to be signed in again");
    pool.learn(status(A, new AccountState.Deactivated(), NOW));
    assertThat(words(pool)).isEqualTo("closed by the provider");
    pool.learn(status(A, new AccountState.Paused(), NOW));
    assertThat(words(pool)).isEqualTo("paused by an operator");
  }

  @Test
  void shouldSayThatACallIsTooLarge() {
    Pool pool = new Pool(List.of(new Member(A, 4, 1_000, Map.of())), Policy.DEFAULT);

    Verdict verdict = pool.verdicts(new Ask(null, false, Set.of(), 1_001), NOW).getFirst();

    assertThat(verdict.grade()).isEqualTo(Verdict.Grade.TOO_SMALL);
    assertThat(verdict.words())
        .isEqualTo("too small: the call has 1001 tokens, and 1000 a minute are allowed");
  }

  @Test
  void shouldListTheBestFirst() {
    Pool pool = pool(A, B, C);
    pool.learn(limited(A, HOUR));
    pool.learn(status(B, week(97, HOUR)));
    pool.note(busy(B, 1));

    List<Verdict> verdicts = pool.verdicts(Ask.ANY, NOW);

    assertThat(verdicts).extracting(Verdict::account).containsExactly(C, B, A);
    assertThat(verdicts).extracting(Verdict::usable).containsExactly(true, true, false);
    assertThat(verdicts.get(1).used()).isEqualTo(97);
    assertThat(verdicts.get(1).pressure()).isEqualTo(99.5);
    assertThat(verdicts.get(2).until()).isEqualTo(NOW.plus(HOUR));
  }

  private static String words(Pool pool) {
    return pool.verdicts(Ask.ANY, NOW).getFirst().words();
  }
}
