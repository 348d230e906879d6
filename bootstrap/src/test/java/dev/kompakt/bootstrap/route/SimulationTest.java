package dev.kompakt.bootstrap.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.schemas.id.AccountId;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Accounts and sessions over simulated hours. A failure names its seed; `-Dkompakt.seed` plays it
/// again.
class SimulationTest {
  private static final int HISTORIES = 1_000;

  @Test
  void shouldHaveEveryJobDoneAndNoneWaitThatCouldGo() {
    eachSeed(seed -> assertThat(new SimulatedFleet(seed).run(60)).isEqualTo(60));
  }

  @Test
  void shouldNotMoveASessionToAnAccountItLeft() {
    eachSeed(
        seed -> {
          // Given accounts whose use only rises
          Random random = new Random(seed);
          List<AccountId> accounts =
              IntStream.range(0, 2 + random.nextInt(5))
                  .mapToObj(i -> new AccountId("account-" + i))
                  .toList();
          Pool pool = Accounts.pool(accounts.toArray(AccountId[]::new));
          double[] used = random.doubles(accounts.size(), 60, 97).toArray();
          Instant now = Accounts.NOW;
          AccountId session = accounts.get(random.nextInt(accounts.size()));
          Set<AccountId> left = new HashSet<>();
          for (int step = 0; step < 300; step++) {
            int i = random.nextInt(used.length);
            used[i] = Math.min(100, used[i] + random.nextDouble());
            pool.learn(
                Accounts.status(accounts.get(i), Accounts.week(used[i], Duration.ofDays(6))));
            pool.note(Accounts.busy(accounts.get(i), random.nextInt(8)));
            now = now.plusSeconds(random.nextInt(60));

            // When
            Routing routing = pool.choose(Accounts.ofSession(session), now);

            // Then
            assertThat(routing).isInstanceOf(Routing.Use.class);
            AccountId next = ((Routing.Use) routing).account();
            if (!next.equals(session)) {
              left.add(session);
              assertThat(left).doesNotContain(next);
              session = next;
            }
          }
        });
  }

  private static void eachSeed(LongConsumer play) {
    long first = RandomChoicesTest.seed();
    for (long seed = first; seed < first + HISTORIES; seed++) {
      try {
        play.accept(seed);
      } catch (AssertionError e) {
        throw new AssertionError("with -Dkompakt.seed=" + seed, e);
      }
    }
  }
}
