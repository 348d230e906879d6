package dev.kompakt.bench.micro;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/// The life of a compaction of 12 chunks as the router decides it, from submission to completion.
@State(Scope.Benchmark)
public class DeciderBenchmark {
  static final int CHUNKS = 12;

  private final CompactionLife life = new CompactionLife(CHUNKS);

  /// Decisions taken.
  @Benchmark
  public int live() {
    return life.live();
  }
}
