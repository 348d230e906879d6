package dev.kompakt.workers.lane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.workers.Jobs;
import dev.kompakt.workers.Seeded;
import dev.kompakt.workers.quota.Limits;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Whole histories of workers that share accounts, against a provider with a clock of its own.
class QuotaSimulationTest {
  private static final int ROUNDS = 8;
  private static final int WORKERS = 4;
  private static final Duration LENGTH = Duration.ofMinutes(12);

  private static final Map<AccountId, Limits> LIMITS = new LinkedHashMap<>();

  static {
    LIMITS.put(new AccountId("narrow"), new Limits(2, null, null));
    LIMITS.put(new AccountId("wide"), new Limits(12, null, null));
    LIMITS.put(new AccountId("requests"), new Limits(20, 40, null));
    LIMITS.put(new AccountId("few-requests"), new Limits(8, 7, null));
    LIMITS.put(new AccountId("tokens"), new Limits(20, null, 60_000));
    LIMITS.put(new AccountId("fewer-tokens"), new Limits(20, null, 40_000));
    LIMITS.put(new AccountId("all"), new Limits(10, 50, 120_000));
  }

  private static Limits limits(AccountId account) {
    return Objects.requireNonNull(LIMITS.get(account));
  }

  @Test
  void shouldKeepEveryQuotaAndDoNearlyAllThatIsPermittedWhileWorkersDieAndLanesMove() {
    // Given
    long seed = Seeded.seed();
    Map<AccountId, Share> shares = new HashMap<>();

    // When
    for (int round = 0; round < ROUNDS; round++) {
      live(seed + round, shares);
    }

    // Then
    shares.forEach(
        (account, share) ->
            assertThat(share.used())
                .as("part of the permitted work, %s, seed %d", account, seed)
                .isGreaterThan(0.9 * share.owned()));
  }

  /// Sums over rounds; a single one in which a lane moves all the time may use less.
  ///
  /// @param used parts of what was permitted
  /// @param owned parts of the time in which anybody could
  private record Share(double used, double owned) {
    Share plus(Share more) {
      return new Share(used + more.used, owned + more.owned);
    }
  }

  private static void live(long seed, Map<AccountId, Share> shares) {
    // Given
    Random random = new Random(seed);
    VirtualTime time = new VirtualTime();
    SimulatedGroup group =
        new SimulatedGroup(
            time, random, List.copyOf(LIMITS.keySet()), QuotaSimulationTest::limits, WORKERS);

    // When
    for (Instant end = Jobs.NOW.plus(LENGTH); time.instant().isBefore(end); ) {
      time.pass(Duration.ofMillis(1 + random.nextInt(40_000)));
      if (random.nextInt(4) == 0) {
        group.kill();
      } else {
        group.move(random.nextInt(LIMITS.size()));
      }
    }
    time.pass(Duration.ofMinutes(1));

    // Then
    LIMITS.forEach(
        (account, limits) -> {
          String what = account + ", seed " + seed;
          SimulatedUpstream upstream = group.upstream(account);
          upstream.check(limits, what);
          Duration length = Duration.between(Jobs.NOW, time.instant());
          double owned = 1 - (double) group.unowned(account).toMillis() / length.toMillis();
          shares.merge(
              account,
              new Share(upstream.used(limits, Jobs.NOW, time.instant()), owned),
              Share::plus);
        });
  }
}
