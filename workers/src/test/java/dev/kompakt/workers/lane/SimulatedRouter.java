package dev.kompakt.workers.lane;

import dev.kompakt.schemas.history.PayloadRef;
import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.id.PayloadId;
import dev.kompakt.schemas.id.TenantId;
import dev.kompakt.schemas.record.Checkpoint;
import dev.kompakt.schemas.record.Job;
import dev.kompakt.schemas.record.Mode;
import dev.kompakt.schemas.record.Work;
import dev.kompakt.workers.Jobs;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// Keeps as many jobs of each account on their way as were supplied: for one that ended comes
/// another, and one that was declined comes back when its account may have room.
final class SimulatedRouter {
  private static final int SUPPLY = 60;
  private static final Duration UNKNOWN = Duration.ofSeconds(1);

  private final SimulatedGroup group;
  private final VirtualTime time;
  private final Random random;
  private int numbers;

  SimulatedRouter(SimulatedGroup group, VirtualTime time, Random random) {
    this.group = group;
    this.time = time;
    this.random = random;
  }

  void supply(AccountId account) {
    for (int i = 0; i < SUPPLY; i++) {
      send(account);
    }
  }

  /// An attempt was reported as finished.
  ///
  /// @param until when its account may have room again, if it was declined and that was told
  void finished(AccountId account, boolean declined, @Nullable Instant until) {
    Instant now = time.instant();
    Duration wait = Duration.ZERO;
    if (declined) {
      wait = until == null ? UNKNOWN : until.isAfter(now) ? Duration.between(now, until) : wait;
    }
    time.after(wait.plus(group.between(5, 100)), () -> send(account));
  }

  private void send(AccountId account) {
    Instant now = time.instant();
    long bytes = 400L * (1 + random.nextInt(20));
    PayloadRef items = new PayloadRef(PayloadId.random(), 0, List.of(0L), bytes);
    group.send(
        new Job(
            Jobs.attempt(++numbers),
            TenantId.LOCAL,
            Jobs.PROVIDER,
            account,
            Mode.NATIVE,
            "gpt-5.5",
            Jobs.EMPTY,
            Jobs.whole(items, Checkpoint.SEALED),
            now,
            now.plus(Duration.ofHours(1)),
            random.nextInt(3) == 0 ? true : null));
  }

  static long contentBytes(Job job) {
    return ((Work.Whole) job.work()).items().bytes();
  }

  /// Tokens a call comes to, which is always the same share of what is estimated for one account.
  static long used(AccountId account, long estimated) {
    return estimated * (2 + Math.floorMod(account.value().hashCode(), 4)) / 4;
  }
}
