package dev.kompakt.workers.lane;

import dev.kompakt.schemas.history.Tokens;
import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.record.AttemptEvent;
import dev.kompakt.schemas.record.Job;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.Usage;
import dev.kompakt.workers.Jobs;
import dev.kompakt.workers.quota.Spent;
import dev.kompakt.workers.stop.StopSignal;
import dev.kompakt.workers.stop.StoppedException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The attempts of one worker, with all that takes time taking some: they prepare, report that they
/// start, send, wait and report how it ended.
final class SimulatedAttempts implements Attempts {
  private static final Duration LONGEST_CALL = Duration.ofMinutes(10);

  private final SimulatedGroup group;
  private final SimulatedGroup.Worker worker;
  private final VirtualTime time;
  private final Random random;
  private final Set<SimulatedUpstream.Visit> open = new HashSet<>();

  SimulatedAttempts(
      SimulatedGroup group, SimulatedGroup.Worker worker, VirtualTime time, Random random) {
    this.group = group;
    this.worker = worker;
    this.time = time;
    this.random = random;
  }

  @Override
  public boolean run(Job job, StopSignal stop, Watch watch) {
    time.sleep(group.between(1, 100));
    long tokens = Tokens.estimate(SimulatedRouter.contentBytes(job));
    if (!watch.sized(tokens)) {
      return ended(job, watch, false, new Outcome.Declined(null));
    }
    Instant at = time.instant();
    time.sleep(group.between(1, 20));
    AccountId account = Objects.requireNonNull(job.account());
    boolean written =
        group.report(
            worker,
            account,
            new AttemptEvent.AttemptStarted(
                job.attempt(),
                at,
                worker.name,
                account,
                4 * tokens,
                tokens,
                at.plus(LONGEST_CALL)));
    time.sleep(group.between(1, random.nextInt(500) == 0 ? 8_000 : 20));
    if (!written) {
      return false;
    }
    try {
      stop.commitToCall();
    } catch (StoppedException e) {
      watch.over(Spent.of(false, null));
      return false;
    }
    return ended(job, watch, true, call(job, tokens, watch));
  }

  /// Makes the call; null if the worker died meanwhile.
  private @Nullable Outcome call(Job job, long tokens, Watch watch) {
    if (worker.dead()) {
      return null;
    }
    AccountId account = Objects.requireNonNull(job.account());
    Duration sending = group.between(1, 1_500);
    Instant now = time.instant();
    Instant sent = now.plus(sending);
    Instant arrives = now.plusMillis(random.nextLong(sending.toMillis() + 1_900));
    long used = SimulatedRouter.used(account, tokens);
    SimulatedUpstream.Visit visit = group.upstream(account).open(now, arrives, used);
    open.add(visit);
    time.sleep(sending);
    watch.sent();
    Duration rest = group.between(2_000, random.nextInt(10) == 0 ? 30_000 : 6_000);
    time.sleep(rest);
    assert !time.instant().isBefore(sent);
    if (worker.dead()) {
      return null;
    }
    visit.close(time.instant());
    open.remove(visit);
    int fate = random.nextInt(20);
    if (fate == 0) {
      visit.refuse();
      return new Outcome.RateLimited(Duration.ofSeconds(1));
    }
    return fate == 1
        ? new Outcome.Transient(Outcome.Transient.Cause.SERVER_ERROR, 500, null)
        : new Outcome.Succeeded(Jobs.EMPTY, new Usage(used, 0, 0, 0));
  }

  private boolean ended(Job job, Watch watch, boolean called, @Nullable Outcome outcome) {
    if (outcome == null) {
      return false;
    }
    watch.over(Spent.of(called, outcome));
    return finish(job, called, outcome);
  }

  @Override
  public boolean settle(Job job, StopSignal stop, Watch watch, Outcome outcome) {
    return finish(job, false, outcome);
  }

  private boolean finish(Job job, boolean called, Outcome outcome) {
    Instant at = time.instant();
    time.sleep(group.between(1, 20));
    AccountId account = Objects.requireNonNull(job.account());
    return group.report(
        worker,
        account,
        new AttemptEvent.AttemptFinished(
            job.attempt(),
            at,
            worker.name,
            job.provider(),
            account,
            job.model(),
            job.mode(),
            called,
            0,
            outcome,
            null,
            null));
  }

  /// The worker died: its connections break, and what was on the way may come in or not.
  void die() {
    Instant now = time.instant();
    for (SimulatedUpstream.Visit visit : open) {
      visit.close(now.plusMillis(10));
      if (visit.arrivesAfter(now) && random.nextBoolean()) {
        visit.neverArrives();
      }
    }
  }
}
