package dev.kompakt.workers.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kompakt.workers.Seeded;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class OffsetTrackerTest {
  @Test
  void shouldCommitUpToTheFirstUnfinishedOffset() {
    // Given
    OffsetTracker tracker = new OffsetTracker(10, CommitMetadata.none());
    for (long offset = 10; offset < 15; offset++) {
      tracker.begin(offset);
    }

    // When
    tracker.finish(10);
    tracker.finish(12);

    // Then
    assertThat(tracker.committed()).isEqualTo(11);
    assertThat(tracker.span()).isEqualTo(4);
  }

  @Test
  void shouldCountGapsAsFinished() {
    // Given
    OffsetTracker tracker = new OffsetTracker(0, CommitMetadata.none());

    // When
    tracker.begin(5);
    tracker.finish(5);
    tracker.readTo(9);

    // Then
    assertThat(tracker.committed()).isEqualTo(9);
  }

  @Test
  void shouldRepeatNothingFinishedWhenRestored() {
    // Given
    OffsetTracker before = new OffsetTracker(100, CommitMetadata.none());
    for (long offset = 100; offset < 110; offset++) {
      before.begin(offset);
    }
    Set.of(101L, 105L, 109L).forEach(before::finish);
    String written = before.metadata(List.of()).encode();

    // When
    OffsetTracker after = new OffsetTracker(before.committed(), CommitMetadata.decode(written));

    // Then
    Set<Long> again = new TreeSet<>();
    for (long offset = 100; offset < 112; offset++) {
      if (after.begin(offset)) {
        again.add(offset);
      }
    }
    assertThat(again).containsExactly(100L, 102L, 103L, 104L, 106L, 107L, 108L, 110L, 111L);
  }

  @Test
  void shouldHandOnWhatWasRestoredAndNotYetReadAgain() {
    // Given
    OffsetTracker first = new OffsetTracker(0, CommitMetadata.none());
    for (long offset = 0; offset < 8; offset++) {
      first.begin(offset);
    }
    first.finish(6);
    OffsetTracker second =
        new OffsetTracker(0, CommitMetadata.decode(first.metadata(List.of()).encode()));
    second.begin(0);
    second.finish(0);

    // When
    OffsetTracker third =
        new OffsetTracker(
            second.committed(), CommitMetadata.decode(second.metadata(List.of()).encode()));

    // Then
    assertThat(second.committed()).isEqualTo(1);
    assertThat(third.begin(6)).isFalse();
    assertThat(third.begin(7)).isTrue();
  }

  @Test
  void shouldSayWhichJobsGoOnElsewhere() {
    // Given
    OffsetTracker leaving = new OffsetTracker(0, CommitMetadata.none());
    for (long offset = 0; offset < 5; offset++) {
      leaving.begin(offset);
    }
    leaving.finish(1);
    String written = leaving.metadata(List.of(3L)).encode();

    // When
    OffsetTracker taking = new OffsetTracker(0, CommitMetadata.decode(written));

    // Then
    assertThat(taking.runsElsewhere(3)).isTrue();
    assertThat(taking.runsElsewhere(2)).isFalse();
    assertThat(taking.begin(0)).isTrue();
    assertThat(taking.begin(3)).as("not finished yet").isTrue();
    assertThat(CommitMetadata.decode(taking.metadata(List.of()).encode()).elsewhere().get(3))
        .as("handed on while it is not known to be finished")
        .isTrue();
  }

  @Test
  void shouldFitTheBrokersLimitWhenTheWindowIsFull() {
    // Given
    OffsetTracker tracker = new OffsetTracker(0, CommitMetadata.none());
    Random random = new Random(1);
    int offset = 0;
    while (tracker.span() < OffsetTracker.WINDOW) {
      for (int polled = 0; polled < 200; polled++) {
        tracker.begin(offset++);
        if (offset > 1 && random.nextBoolean()) {
          tracker.finish(offset - 1);
        }
      }
    }

    // When
    String written = tracker.metadata(List.of((long) offset - 2, 0L)).encode();

    // Then
    assertThat(written).hasSizeLessThan(CommitMetadata.MAX_CHARACTERS);
  }

  @Test
  void shouldRefuseMetadataOfOthers() {
    for (String text : List.of("hello", "2:AA:AA", "1:AA", "1:*:AA", "1:" + "A".repeat(5000))) {
      assertThatThrownBy(() -> CommitMetadata.decode(text))
          .as(text)
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(CommitMetadata.decode("").finished()).isEqualTo(new BitSet());
  }

  @Test
  void shouldAgreeWithANaiveModelThroughCrashesAndHandovers() {
    long seed = Seeded.seed();
    Random random = new Random(seed);
    for (int round = 0; round < 100; round++) {
      // Given
      int log = 200;
      BitSet records = new BitSet();
      for (int offset = 0; offset < log; offset += 1 + random.nextInt(3)) {
        records.set(offset);
      }
      Set<Long> finished = new TreeSet<>();
      Set<Long> committedFinished = new TreeSet<>();
      OffsetTracker tracker = new OffsetTracker(0, CommitMetadata.none());
      long committed = 0;
      String metadata = "";
      long next = 0;
      Set<Long> pending = new TreeSet<>();

      // When
      for (int step = 0; step < 400; step++) {
        switch (random.nextInt(8)) {
          case 0, 1, 2 -> {
            next = records.nextSetBit((int) next);
            if (next < 0) {
              next = log;
            } else {
              boolean run = tracker.begin(next);

              // Then
              assertThat(run)
                  .as("seed %d, offset %d", seed, next)
                  .isEqualTo(!committedFinished.contains(next));
              if (run) {
                pending.add(next);
              }
              next++;
            }
          }
          case 3, 4, 5 -> {
            if (!pending.isEmpty()) {
              long offset = pending.stream().skip(random.nextInt(pending.size())).findFirst().get();
              pending.remove(offset);
              finished.add(offset);
              tracker.finish(offset);
            }
          }
          case 6 -> {
            committed = tracker.committed();
            metadata = tracker.metadata(List.of()).encode();
            committedFinished.addAll(finished);
            assertThat(pending.stream().mapToLong(p -> p).min().orElse(committed))
                .as("seed %d", seed)
                .isGreaterThanOrEqualTo(committed);
          }
          default -> {
            tracker = new OffsetTracker(committed, CommitMetadata.decode(metadata));
            finished.retainAll(committedFinished);
            pending.clear();
            next = committed;
          }
        }
      }
    }
  }
}
