package dev.kompakt.router.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.record.Completion;
import org.junit.jupiter.api.Test;

class RoutingSimulationTest {
  private static final int SEEDS = 250;
  private static final int COMPACTIONS = SEEDS * RoutingPlay.COMPACTIONS;

  @Test
  void shouldLoseNothingAndUseNoBlockedAccountWhileASafeOneExists() {
    long first = RandomHistoriesTest.seed();
    int completed = 0;
    int stayed = 0;
    int sent = 0;
    for (long seed = first; seed < first + SEEDS; seed++) {
      try {
        // When
        RoutingPlay play = new RoutingPlay(seed).play();

        // Then
        assertThat(play.compactions).hasSize(RoutingPlay.COMPACTIONS);
        for (RoutingPlay.Kept kept : play.compactions.values()) {
          assertThat(kept.ends).as("terminal statuses").hasSize(1);
          completed += kept.ends.getFirst().completion() instanceof Completion.Completed ? 1 : 0;
        }
        assertThat(play.lanes.left()).isEmpty();
        for (AccountId account : play.lanes.accounts.keySet()) {
          assertThat(play.pool.standing(account).inFlight()).as("%s", account).isZero();
        }
        stayed += play.stayed;
        sent += play.sent;
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("seed " + seed + " (set -Dkompakt.seed)", e);
      }
    }
    assertThat(completed).as("of %s", COMPACTIONS).isGreaterThan(COMPACTIONS / 2);
    assertThat(stayed).as("jobs that waited for room, of %s", sent).isPositive();
  }
}
