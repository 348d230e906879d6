package dev.kompakt.bench.routing;

import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/// Measures decisions among few and among many accounts, a round of each in turns, so that what
/// else the machine does meets all of them.
final class Decisions {
  /// How many times as long a decision may take among 1,000 accounts as among 10.
  static final double MOST_SLOWDOWN = 2;

  private static final int WARM_UP = 20;

  /// Accounts looked at to measure looking at all.
  private static final int LOOKS = 2_000_000;

  private final int rounds;

  Decisions(int rounds) {
    this.rounds = rounds;
  }

  /// Decisions among so many accounts.
  ///
  /// @param perSecond in the fastest round
  /// @param p50Micros of all
  /// @param p99Micros of all
  /// @param linearMicros of the fastest decision for which every account is looked at
  record Row(
      int accounts, double perSecond, double p50Micros, double p99Micros, double linearMicros) {}

  /// What was found.
  ///
  /// @param slowdown time of a decision among 1,000 accounts over that among 10
  record Result(List<Row> rows, double slowdown) {
    boolean holds() {
      return slowdown <= MOST_SLOWDOWN;
    }
  }

  Result measure() {
    List<Subject> subjects = List.of(new Subject(10), new Subject(1_000), new Subject(10_000));
    for (int i = 0; i < WARM_UP; i++) {
      subjects.forEach(subject -> subject.fleet.round());
    }
    for (int round = 0; round < rounds; round++) {
      for (Subject subject : subjects) {
        subject.measure(round);
      }
    }
    List<Row> rows = subjects.stream().map(Subject::row).toList();
    return new Result(rows, rows.get(0).perSecond() / rows.get(1).perSecond());
  }

  /// A fleet with what its steps took.
  private final class Subject {
    private final int size;
    private final Fleet fleet;
    private final long[] nanos = new long[rounds * Fleet.STEPS];
    private long fastest = Long.MAX_VALUE;

    Subject(int size) {
      this.size = size;
      fleet = new Fleet(size);
    }

    void measure(int round) {
      long[] steps = fleet.round();
      fastest = Math.min(fastest, LongStream.of(steps).sum());
      System.arraycopy(steps, 0, nanos, round * steps.length, steps.length);
    }

    Row row() {
      Arrays.sort(nanos);
      return new Row(
          size,
          Fleet.STEPS * 1e9 / fastest,
          nanos[nanos.length / 2] / 1e3,
          nanos[(int) (nanos.length * 0.99)] / 1e3,
          LongStream.of(fleet.looks(LOOKS / size)).min().orElseThrow() / 1e3);
    }
  }
}
