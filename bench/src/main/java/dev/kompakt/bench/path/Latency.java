package dev.kompakt.bench.path;

import dev.kompakt.bench.report.Quantiles;
import dev.kompakt.testing.Histories;
import java.util.Arrays;
import java.util.function.LongSupplier;

/// How long one client waits for one answer, through Kompakt and from the upstream itself.
///
/// Each body is new to both. The calls of a pair follow one another, in turns the one or the other
/// first, so that both meet the same machine.
final class Latency {
  private final HttpCaller direct;
  private final HttpCaller through;
  private final LongSupplier seeds;

  /// What came out for one size.
  ///
  /// @param added over pairs: through Kompakt less directly
  record Row(long bytes, Quantiles direct, Quantiles through, Quantiles added) {}

  Latency(HttpCaller direct, HttpCaller through, LongSupplier seeds) {
    this.direct = direct;
    this.through = through;
    this.seeds = seeds;
  }

  Row measure(Plan.Size size) {
    pairs(size.bytes(), size.warmUp());
    long[][] pairs = pairs(size.bytes(), size.samples());
    return new Row(
        size.bytes(),
        Quantiles.ofNanos(Arrays.stream(pairs).mapToLong(pair -> pair[0]).toArray()),
        Quantiles.ofNanos(Arrays.stream(pairs).mapToLong(pair -> pair[1]).toArray()),
        Quantiles.ofNanos(Arrays.stream(pairs).mapToLong(pair -> pair[1] - pair[0]).toArray()));
  }

  private long[][] pairs(long bytes, int count) {
    long[][] pairs = new long[count][2];
    for (int i = 0; i < count; i++) {
      byte[] body = Histories.ofBytes(seeds.getAsLong(), bytes).toBytes();
      boolean directFirst = i % 2 == 0;
      if (directFirst) {
        pairs[i][0] = nanos(direct, body);
      }
      pairs[i][1] = nanos(through, body);
      if (!directFirst) {
        pairs[i][0] = nanos(direct, body);
      }
    }
    return pairs;
  }

  private static long nanos(HttpCaller caller, byte[] body) {
    long start = System.nanoTime();
    HttpCaller.Answer answer = caller.post(body);
    long end = System.nanoTime();
    answer.expectCompaction();
    return end - start;
  }
}
