package dev.kompakt.bench.report;

import java.util.Arrays;

/// Where a set of durations lies, in milliseconds; each quantile is one of the durations (nearest
/// rank).
public record Quantiles(int samples, double p50, double p90, double p99, double max) {
  /// Takes stock of durations.
  ///
  /// @param nanos in any order, at least one
  public static Quantiles ofNanos(long... nanos) {
    if (nanos.length == 0) {
      throw new IllegalArgumentException("quantiles of no sample");
    }
    long[] sorted = nanos.clone();
    Arrays.sort(sorted);
    return new Quantiles(
        sorted.length,
        millis(sorted, 0.50),
        millis(sorted, 0.90),
        millis(sorted, 0.99),
        millis(sorted, 1));
  }

  private static double millis(long[] sorted, double q) {
    int rank = Math.max(1, (int) Math.ceil(q * sorted.length));
    return Math.round(sorted[rank - 1] / 1e4) / 1e2;
  }
}
