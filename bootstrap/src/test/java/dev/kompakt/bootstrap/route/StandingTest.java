package dev.kompakt.bootstrap.route;

import static dev.kompakt.bootstrap.route.Accounts.A;
import static dev.kompakt.bootstrap.route.Accounts.NOW;
import static dev.kompakt.bootstrap.route.Accounts.in;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class StandingTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  @Test
  void shouldCountCallsInFlight() {
    Standing standing = Standing.fresh(A).sent(NOW).resumed().ended();

    assertThat(standing.inFlight()).isEqualTo(1);
    assertThat(standing.lastSent()).isEqualTo(NOW);
    assertThat(standing.ended().ended().inFlight()).isZero();
  }

  @Test
  void shouldKeepThePauseThatLastsLonger() {
    Pause shorter = new Pause(in(MINUTE), Pause.Cause.BUSY, NOW);
    Pause longer = new Pause(in(MINUTE.multipliedBy(2)), Pause.Cause.RATE_LIMITED, NOW);

    assertThat(Standing.fresh(A).paused(longer).paused(shorter).pauseAt(NOW)).isEqualTo(longer);
    assertThat(Standing.fresh(A).paused(shorter).paused(longer).pauseAt(NOW)).isEqualTo(longer);
    assertThat(Standing.fresh(A).paused(shorter).pauseAt(in(MINUTE))).isNull();
  }

  @Test
  void shouldCountRateLimitsInARow() {
    Pause limit = new Pause(in(MINUTE), Pause.Cause.RATE_LIMITED, NOW);
    Pause busy = new Pause(in(MINUTE), Pause.Cause.BUSY, NOW);

    Standing standing = Standing.fresh(A).paused(limit).paused(busy).paused(limit);

    assertThat(standing.strikes()).isEqualTo(2);
    assertThat(standing.succeeded().strikes()).isZero();
  }
}
