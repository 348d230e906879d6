package dev.kompakt.router.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.router.decide.SimulatedWorkers.Arrival;
import dev.kompakt.router.state.RouterStores;
import dev.kompakt.router.topology.RouterSettings;
import dev.kompakt.schemas.history.History;
import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.id.JobId;
import dev.kompakt.schemas.record.CompactionStatus;
import dev.kompakt.schemas.record.Completion;
import dev.kompakt.schemas.record.DeadLetter;
import dev.kompakt.schemas.record.Job;
import dev.kompakt.schemas.record.Mode;
import dev.kompakt.schemas.record.Submission.Submitted;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Compactions under random faults, played with and without duplicates, reorderings and restarts.
class RandomHistoriesTest {
  private static final int HISTORIES = 1500;

  private record Delivery(Instant at, long order, Event event) {}

  /// One compaction with all that befalls it.
  private static final class Play {
    final Run run;
    final SimulatedWorkers workers;
    final Submitted submitted;

    private final Random disturbance;
    private final boolean disturbed;
    private final Map<JobId, Job> jobs = new HashMap<>();
    private final PriorityQueue<Delivery> queue =
        new PriorityQueue<>(Comparator.comparing(Delivery::at).thenComparingLong(Delivery::order));
    private long order;

    Play(long seed, boolean disturbed) {
      Random random = new Random(seed);
      this.disturbed = disturbed;
      disturbance = new Random(seed + 1);
      History history = Fixtures.random(random);
      long cap = 70_000L + random.nextInt(900_000);
      List<AccountId> accounts =
          IntStream.rangeClosed(1, 1 + random.nextInt(3))
              .mapToObj(i -> new AccountId("account-" + i))
              .toList();
      Mode mode = random.nextBoolean() ? Mode.NATIVE : Mode.SUMMARIZE;
      RouterSettings.Provider provider =
          random.nextInt(15) == 0 ? Fixtures.LOCAL : Fixtures.provider(mode, accounts);
      run =
          new Run(
              Settings.DEFAULT.withCalls(1 + random.nextInt(6), 5 + random.nextInt(60)), provider);
      workers = new SimulatedWorkers(seed, history, cap, true);
      submitted =
          random.nextInt(3) == 0
              ? Fixtures.packed(history, 66_000 + random.nextInt(300_000))
              : Fixtures.whole(history);
    }

    Play play() {
      deliver(run.now, new Event.Asked(submitted));
      if (disturbed) {
        for (int i = disturbance.nextInt(4); i > 0; i--) {
          deliver(later(200), new Event.Asked(Fixtures.again(submitted, Fixtures.START)));
        }
      }
      while (step()) {
        takeJobs();
        if (disturbed && disturbance.nextInt(4) == 0) {
          restart();
        }
      }
      return this;
    }

    private boolean step() {
      Delivery next = queue.peek();
      Map.Entry<TimerKind, Instant> timer =
          run.timers.entrySet().stream()
              .filter(entry -> entry.getKey() != TimerKind.EXPIRY)
              .min(Map.Entry.comparingByValue())
              .orElse(null);
      if (next != null && (timer == null || !next.at().isAfter(timer.getValue()))) {
        queue.remove();
        run.now = next.at().isAfter(run.now) ? next.at() : run.now;
        run.apply(next.event());
        if (next.event() instanceof Event.Reported(var attempt)) {
          workers.delivered(attempt, jobs);
        }
        return true;
      }
      if (timer != null) {
        run.now = timer.getValue().isAfter(run.now) ? timer.getValue() : run.now;
        run.apply(new Event.TimerFired(timer.getKey()));
        return true;
      }
      return false;
    }

    private void takeJobs() {
      for (Job job : run.newJobs()) {
        jobs.put(job.attempt().job(), job);
        for (Arrival arrival : workers.work(job, run.now)) {
          Event event = new Event.Reported(arrival.event());
          deliver(arrival.at(), event);
          if (disturbed && disturbance.nextInt(3) == 0) {
            deliver(arrival.at().plus(Duration.ofMillis(disturbance.nextInt(60_000))), event);
          }
        }
      }
    }

    private void restart() {
      if (run.state != null) {
        run.state = RouterStores.STATE_CODEC.decode(RouterStores.STATE_CODEC.encode(run.state));
      }
      if (run.manifest != null) {
        run.manifest =
            (Submitted)
                RouterStores.SUBMISSION_CODEC.decode(
                    RouterStores.SUBMISSION_CODEC.encode(run.manifest));
      }
      List.copyOf(run.standings.values())
          .forEach(
              standing ->
                  run.note(
                      RouterStores.STANDING_CODEC.decode(
                          RouterStores.STANDING_CODEC.encode(standing))));
    }

    private Instant later(int seconds) {
      return run.now.plusMillis(1 + disturbance.nextInt(seconds * 1000));
    }

    private void deliver(Instant at, Event event) {
      queue.add(new Delivery(at, order++, event));
    }
  }

  private static void assertPlayed(Play play) {
    List<CompactionStatus> ended =
        play.run.statuses.stream().filter(CompactionStatus::ended).distinct().toList();
    assertThat(ended).as("terminal statuses").hasSize(1);
    if (ended.getFirst().completion() instanceof Completion.Completed completed) {
      play.workers.assertCoversAll(completed.result());
    } else {
      assertThat(play.run.letters.stream().map(DeadLetter::at).distinct()).hasSize(1);
    }
    assertThat(play.workers.calls - play.workers.repeated)
        .as("calls made")
        .isLessThanOrEqualTo(play.run.settings.maxCalls());
  }

  @Test
  void shouldEndOnceAndTheSameWhateverIsDeliveredTwice() {
    long first = seed();
    Map<String, Integer> ends = new HashMap<>();
    for (long seed = first; seed < first + HISTORIES; seed++) {
      try {
        // Given
        Play plain = new Play(seed, false);
        Play disturbed = new Play(seed, true);

        // When
        plain.play();
        disturbed.play();

        // Then
        assertPlayed(plain);
        assertPlayed(disturbed);
        assertThat(disturbed.run.state).isEqualTo(plain.run.state);
        assertThat(disturbed.run.jobs).isEqualTo(plain.run.jobs);
        ends.merge(end(plain.run.state), 1, Integer::sum);
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("seed " + seed + " (set -Dkompakt.seed)", e);
      }
    }
    assertThat(ends.getOrDefault("completed", 0))
        .as("compactions that completed, of %s", ends)
        .isGreaterThan(HISTORIES / 2);
  }

  private static String end(@Nullable CompactionState state) {
    return switch (state) {
      case CompactionState.Completed _ -> "completed";
      case CompactionState.Failed failed -> failed.cause().name();
      case null -> "unknown";
      case CompactionState.Running _, CompactionState.Cancelled _ -> "other";
    };
  }

  static long seed() {
    Long given = Long.getLong("kompakt.seed");
    return given != null ? given : new Random().nextInt(1_000_000_000);
  }

  @Test
  void shouldGoOnWithoutBuyingAgainWhenTakenUpAfterAnEnd() {
    long first = seed();
    for (long seed = first; seed < first + HISTORIES / 4; seed++) {
      try {
        // Given
        Play play = new Play(seed, false);
        play.play();
        List<Integer> sequences = new ArrayList<>();

        // When
        for (int i = 0; i < 10 && play.run.state instanceof CompactionState.Failed failed; i++) {
          sequences.add((int) failed.stamp().sequence());
          play.run.now = play.run.now.plus(Duration.ofMinutes(20));
          if (failed.cause() == DeadLetter.Cause.PAYLOAD_LOST) {
            break;
          }
          if (i % 2 == 0) {
            play.run.submit(Fixtures.again(play.submitted, play.run.now));
          } else {
            play.run.apply(ReplayTest.replay(play.run));
          }
          play.takeJobs();
          while (play.step()) {
            play.takeJobs();
          }
        }

        // Then
        assertThat(sequences).isSorted().doesNotHaveDuplicates();
        if (play.run.status().completion() instanceof Completion.Completed completed) {
          play.workers.assertCoversAll(completed.result());
        }
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("seed " + seed + " (set -Dkompakt.seed)", e);
      }
    }
  }
}
