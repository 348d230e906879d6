package dev.kompakt.bench.path;

import java.time.Duration;
import java.util.List;

/// How much is measured.
///
/// @param latency bodies of these sizes, one client
/// @param clients so many at once, closed loop, one run each
/// @param throughputWarmUp dropped from each such run
/// @param throughputFor then counted
/// @param largeBodyBytes of the one body an ingress of [#INGRESS_HEAP] takes
record Plan(
    List<Size> latency,
    List<Integer> clients,
    Duration throughputWarmUp,
    Duration throughputFor,
    long largeBodyBytes) {
  /// Bodies in throughput runs.
  static final long SMALL_BYTES = 10 << 10;

  /// Heap of the ingress that memory is measured of.
  static final String INGRESS_HEAP = "-Xmx192m";

  static final Plan FULL =
      new Plan(
          List.of(
              new Size(SMALL_BYTES, 600, 600),
              new Size(256 << 10, 200, 400),
              new Size(4 << 20, 30, 100)),
          List.of(8, 32),
          Duration.ofSeconds(5),
          Duration.ofSeconds(20),
          64 << 20);

  static final Plan QUICK =
      new Plan(
          List.of(
              new Size(SMALL_BYTES, 200, 200),
              new Size(256 << 10, 30, 60),
              new Size(4 << 20, 5, 15)),
          List.of(8),
          Duration.ofSeconds(2),
          Duration.ofSeconds(5),
          64 << 20);

  /// Bodies of one size.
  ///
  /// @param warmUp calls made first and dropped
  record Size(long bytes, int warmUp, int samples) {}
}
