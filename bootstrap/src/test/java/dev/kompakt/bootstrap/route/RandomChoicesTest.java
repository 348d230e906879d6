package dev.kompakt.bootstrap.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.record.AccountStatus;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Histories of accounts by chance. A failure names its seed; `-Dkompakt.seed` plays it again.
class RandomChoicesTest {
  private static final int HISTORIES = 3_000;
  private static final int STEPS = 80;

  @Test
  void shouldChooseAsIfEveryAccountWereLookedAt() {
    long first = seed();
    Map<Kind, Integer> seen = new EnumMap<>(Kind.class);
    for (long seed = first; seed < first + HISTORIES; seed++) {
      try {
        play(new Random(seed), seen);
      } catch (AssertionError e) {
        throw new AssertionError("with -Dkompakt.seed=" + seed, e);
      }
    }
    assertThat(seen).containsOnlyKeys(Kind.values());
    assertThat(seen.values()).allMatch(times -> times > HISTORIES / 10);
  }

  /// What a choice came to, so that none of them goes unseen.
  private enum Kind {
    SESSION,
    SAFE,
    BUSY,
    PRESSED,
    GRACE,
    EXHAUSTED,
    LIMITED,
    NO_ACCOUNT,
    TOO_LARGE
  }

  private static void play(Random random, Map<Kind, Integer> seen) {
    int count = random.nextInt(20) == 0 ? 50 + random.nextInt(200) : 1 + random.nextInt(8);
    RandomAccounts accounts = new RandomAccounts(random, count);
    Pool pool = new Pool(accounts.members, Policy.DEFAULT);
    LinearPool linear = new LinearPool(accounts.members, Policy.DEFAULT);
    Instant now = Accounts.NOW;
    for (int step = 0; step < STEPS; step++) {
      for (int i = random.nextInt(3); i > 0; i--) {
        if (accounts.chance(2)) {
          AccountStatus status = accounts.status(now);
          pool.learn(status);
          linear.learn(status);
        } else {
          Standing noted = accounts.after(pool.standing(accounts.account()), now);
          pool.note(noted);
          linear.note(noted);
        }
      }
      Ask ask = accounts.ask();
      Map<AccountId, Standing> changed = accounts.changed(pool, now);

      Routing routing = pool.choose(ask, changed, now);

      assertThat(routing).isEqualTo(linear.choose(ask, changed, now));
      List<Verdict> verdicts = linear.verdicts(ask, changed, now);
      Kind kind =
          switch (routing) {
            case Routing.Use use -> expectRight(use, ask, verdicts);
            case Routing.Wait wait -> expectRight(wait, ask, verdicts, linear, changed, now);
            case Routing.Nowhere nowhere -> expectRight(nowhere, ask, verdicts);
          };
      seen.merge(kind, 1, Integer::sum);
      now = now.plus(accounts.step());
    }
  }

  private static Kind expectRight(Routing.Use use, Ask ask, List<Verdict> verdicts) {
    Verdict chosen = of(use.account(), verdicts);
    assertThat(chosen.usable()).as("it is not blocked").isTrue();
    if (use.reason() != Routing.Reason.SESSION) {
      List<Verdict> others =
          verdicts.stream().filter(v -> v.usable() && !ask.tried().contains(v.account())).toList();
      if (ask.tried().contains(use.account())) {
        assertThat(others).as("where it just failed, if no other is free").isEmpty();
      } else {
        assertThat(chosen.grade())
            .as("no other is better")
            .isLessThanOrEqualTo(
                others.stream().map(Verdict::grade).min(Enum::compareTo).orElseThrow());
      }
    }
    return switch (use.reason()) {
      case SESSION -> Kind.SESSION;
      case SAFE -> Kind.SAFE;
      case BUSY -> Kind.BUSY;
      case PRESSED -> Kind.PRESSED;
    };
  }

  private static Kind expectRight(
      Routing.Wait wait,
      Ask ask,
      List<Verdict> verdicts,
      LinearPool linear,
      Map<AccountId, Standing> changed,
      Instant now) {
    assertThat(wait.until()).isAfter(now);
    assertThat(linear.verdicts(ask, changed, wait.until()))
        .filteredOn(v -> !ask.held() || v.account().equals(ask.session()))
        .as("one is back when the time has come")
        .anyMatch(Verdict::usable);
    if (!ask.held() && verdicts.stream().anyMatch(Verdict::usable)) {
      assertThat(ask.session())
          .as("only a session waits though another account is free")
          .isNotNull();
      assertThat(wait.until()).isBeforeOrEqualTo(now.plus(Policy.DEFAULT.grace()));
      return Kind.GRACE;
    }
    if (ask.session() == null) {
      assertThat(linear.verdicts(ask, changed, wait.until().minusNanos(1)))
          .filteredOn(v -> of(v.account(), verdicts).rest() != null)
          .as("none is back sooner")
          .noneMatch(Verdict::usable);
    }
    return wait.cause() == Pause.Cause.QUOTA_EXHAUSTED ? Kind.EXHAUSTED : Kind.LIMITED;
  }

  private static Kind expectRight(Routing.Nowhere nowhere, Ask ask, List<Verdict> verdicts) {
    assertThat(verdicts)
        .filteredOn(v -> !ask.held() || v.account().equals(ask.session()))
        .noneMatch(v -> v.usable() || v.rest() != null);
    return switch (nowhere.cause()) {
      case NO_ACCOUNT -> Kind.NO_ACCOUNT;
      case TOO_LARGE -> Kind.TOO_LARGE;
    };
  }

  private static Verdict of(AccountId account, List<Verdict> verdicts) {
    return verdicts.stream()
        .filter(verdict -> verdict.account().equals(account))
        .findAny()
        .orElseThrow();
  }

  static long seed() {
    Long given = Long.getLong("kompakt.seed");
    return given != null ? given : new Random().nextInt(1_000_000_000);
  }
}
