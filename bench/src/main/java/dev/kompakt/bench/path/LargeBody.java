package dev.kompakt.bench.path;

import dev.kompakt.bench.process.Memory;
import dev.kompakt.bench.process.RunningKompakt;
import dev.kompakt.testing.Histories;
import dev.kompakt.testing.SyntheticRequest;
import java.util.function.LongSupplier;

/// What one large body takes of an ingress that has a process of its own and a small heap.
final class LargeBody {
  private static final int WARM_UP = 200;

  private final LongSupplier seeds;

  /// What came out.
  ///
  /// @param heap flag of the ingress' JVM
  /// @param seconds from the request to the end of the answer, the upstream's own time included
  /// @param residentBefore of the ingress, after small requests had warmed it up
  /// @param residentPeak of the ingress since its start
  /// @param heapPeak the most its heap held, garbage included
  /// @param heapLive what its heap held after the answer and a full collection
  record Row(
      long bytes,
      String heap,
      double seconds,
      long residentBefore,
      long residentPeak,
      long heapPeak,
      long heapLive) {}

  LargeBody(LongSupplier seeds) {
    this.seeds = seeds;
  }

  Row measure(RunningKompakt kompakt, long bytes) throws InterruptedException {
    try (HttpCaller caller = new HttpCaller(kompakt.endpoint())) {
      for (int i = 0; i < WARM_UP; i++) {
        caller
            .post(Histories.ofBytes(seeds.getAsLong(), Plan.SMALL_BYTES).toBytes())
            .expectCompaction();
      }
      long before = Memory.of(kompakt.ingress()).residentBytes();
      SyntheticRequest request = Histories.ofBytes(seeds.getAsLong(), bytes);
      long start = System.nanoTime();
      caller.post(request.open(), request.bytes()).expectCompaction();
      double seconds = Math.round((System.nanoTime() - start) / 1e7) / 1e2;
      long peak = Memory.of(kompakt.ingress()).peakBytes();
      long live = Memory.liveHeap(kompakt.ingress());
      return new Row(
          bytes,
          Plan.INGRESS_HEAP,
          seconds,
          before,
          peak,
          Memory.peakHeap(kompakt.collections()),
          live);
    }
  }
}
