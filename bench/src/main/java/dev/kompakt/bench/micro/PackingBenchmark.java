package dev.kompakt.bench.micro;

import dev.kompakt.schemas.history.Chunk;
import dev.kompakt.schemas.history.Packing;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/// Packing a history of as many spans as there may be, some of them too large alone, into chunks of
/// 1 MiB.
@State(Scope.Benchmark)
public class PackingBenchmark {
  static final int SPANS = 20_000;

  private static final long TARGET = 1 << 20;

  private final Packing packing = new Packing(SampleHistory.ofSpans(SPANS));
  private final List<Chunk> whole = packing.whole();

  @Benchmark
  public List<Chunk> pack() {
    return packing.pack(whole, TARGET);
  }
}
