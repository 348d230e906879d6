package dev.kompakt.router.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.bootstrap.route.Policy;
import dev.kompakt.router.decide.Fixtures;
import dev.kompakt.router.decide.Settings;
import dev.kompakt.router.decide.SimulatedWorkers;
import dev.kompakt.router.decide.SimulatedWorkers.Arrival;
import dev.kompakt.router.state.RouterStores;
import dev.kompakt.schemas.history.History;
import dev.kompakt.schemas.history.Packing;
import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.id.CompactionId;
import dev.kompakt.schemas.id.JobId;
import dev.kompakt.schemas.record.AccountStatus;
import dev.kompakt.schemas.record.CompactionStatus;
import dev.kompakt.schemas.record.Completion;
import dev.kompakt.schemas.record.Job;
import dev.kompakt.schemas.record.Mode;
import dev.kompakt.schemas.record.Submission.Submitted;
import dev.kompakt.schemas.topic.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Many compactions at once under random faults through the topology, with and without duplicates
/// and restarts.
class RandomTopologyTest {
  private static final int COMPACTIONS = 40;
  private static final Duration STEP = Duration.ofSeconds(1);
  private static final List<AccountId> ACCOUNTS =
      IntStream.range(0, 12).mapToObj(i -> new AccountId("account-" + i)).toList();
  private static final RouterSettings SETTINGS =
      new RouterSettings(
          Settings.DEFAULT.withTimes(Duration.ofSeconds(60), Duration.ofHours(24)),
          Policy.DEFAULT,
          Duration.ofHours(24),
          List.of(Fixtures.provider(Mode.NATIVE, ACCOUNTS)));

  /// One pass of all compactions through a router.
  private static final class Play {
    final Map<CompactionId, CompactionStatus> ends = new LinkedHashMap<>();
    final Map<AccountId, Long> calls = new HashMap<>();
    final List<Job> sent = new ArrayList<>();

    private final boolean disturbed;
    private final Random disturbance;
    private final Map<CompactionId, Submitted> submissions = new LinkedHashMap<>();
    private final Map<CompactionId, SimulatedWorkers> workers = new HashMap<>();
    private final Map<JobId, Job> jobs = new HashMap<>();
    private final PriorityQueue<Arrival> queue =
        new PriorityQueue<>(
            Comparator.comparing(Arrival::at)
                .thenComparing(arrival -> arrival.event().attempt().toString()));

    Play(long seed, boolean disturbed) {
      this.disturbed = disturbed;
      disturbance = new Random(seed + 1);
      Random random = new Random(seed);
      for (int i = 0; i < COMPACTIONS; i++) {
        History history = Fixtures.random(random);
        Submitted submitted =
            Fixtures.submitted(
                String.format("%064x", i),
                history,
                new Packing(history).whole(),
                Fixtures.START.plusSeconds(random.nextInt(60)));
        submissions.put(submitted.compaction(), submitted);
        workers.put(
            submitted.compaction(),
            new SimulatedWorkers(seed + i, history, 100_000L + random.nextInt(500_000), true));
      }
    }

    Play play() {
      try (RouterDriver router = new RouterDriver(SETTINGS, Fixtures.START)) {
        Instant end = Fixtures.START.plus(Fixtures.DEADLINE).plusSeconds(90);
        while (router.now.isBefore(end) && ends.size() < COMPACTIONS) {
          if (disturbed && disturbance.nextInt(60) == 0) {
            router.restart();
            submissions.values().stream()
                .filter(submitted -> submitted.at().isBefore(router.now))
                .forEach(router::submit);
          }
          router.pass(STEP);
          submissions.values().stream()
              .filter(submitted -> submitted.at().equals(router.now.minus(STEP)))
              .forEach(router::submit);
          report(router);
          read(router);
        }
        for (byte[] stored : router.entries(RouterStores.ACCOUNTS).values()) {
          AccountStatus account = Topics.ACCOUNTS.values().decode(stored);
          calls.put(account.account(), account.calls());
        }
      }
      return this;
    }

    private void report(RouterDriver router) {
      while (!queue.isEmpty() && !queue.peek().at().isAfter(router.now)) {
        Arrival arrival = queue.remove();
        router.report(arrival.event());
        workersOf(arrival.event().attempt().job()).delivered(arrival.event(), jobs);
        if (disturbed && disturbance.nextBoolean()) {
          router.report(arrival.event());
        }
      }
    }

    private void read(RouterDriver router) {
      for (Job job : router.jobs()) {
        sent.add(job);
        jobs.put(job.attempt().job(), job);
        queue.addAll(workersOf(job.attempt().job()).work(job, router.now));
      }
      for (CompactionStatus status : router.statuses()) {
        if (status.ended()) {
          CompactionStatus before = ends.put(status.compaction(), status);
          assertThat(before == null || before.equals(status)).as("it ends once").isTrue();
        }
      }
    }

    private SimulatedWorkers workersOf(JobId job) {
      SimulatedWorkers found = workers.get(job.compaction());
      if (found == null) {
        throw new AssertionError("a job of no compaction: " + job);
      }
      return found;
    }

    long completed() {
      long completed = 0;
      for (CompactionStatus status : ends.values()) {
        if (status.completion() instanceof Completion.Completed done) {
          workersOf(new JobId(status.compaction(), 0)).assertCoversAll(done.result());
          completed++;
        }
      }
      return completed;
    }
  }

  @Test
  void shouldEndOnceAndTheSameWhateverIsDeliveredTwice() {
    Long given = Long.getLong("kompakt.seed");
    long seed = given != null ? given : new Random().nextInt(1_000_000_000);
    try {
      // When
      Play plain = new Play(seed, false).play();
      Play disturbed = new Play(seed, true).play();

      // Then
      assertThat(plain.ends).hasSize(COMPACTIONS);
      assertThat(plain.completed()).as("enough of them get somewhere").isPositive();
      assertThat(disturbed.completed()).isEqualTo(plain.completed());
      assertThat(disturbed.ends).containsExactlyInAnyOrderEntriesOf(plain.ends);
      assertThat(disturbed.sent).containsExactlyInAnyOrderElementsOf(plain.sent);
      assertThat(disturbed.calls).isEqualTo(plain.calls);
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError("seed " + seed + " (set -Dkompakt.seed)", e);
    }
  }
}
