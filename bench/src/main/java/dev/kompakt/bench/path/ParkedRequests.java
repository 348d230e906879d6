package dev.kompakt.bench.path;

import dev.kompakt.bench.process.AdminPlane;
import dev.kompakt.bench.process.Child;
import dev.kompakt.bench.process.Launcher;
import dev.kompakt.bench.process.Memory;
import dev.kompakt.bench.process.RunningKompakt;
import dev.kompakt.bench.report.BenchException;
import dev.kompakt.testing.FakeUpstream;
import dev.kompakt.testing.Histories;
import dev.kompakt.testing.Reply;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;

/// What a parked request takes of an ingress that has a process of its own: many at once, for
/// answers that never come.
final class ParkedRequests {
  private static final int WARM_UP = 300;
  private static final int PER_SECOND = 500;
  private static final Duration PARK = Duration.ofMinutes(2);

  /// Long enough for every request to have had a keepalive byte.
  private static final Duration SETTLE = Duration.ofSeconds(20);

  private final LongSupplier seeds;

  /// What came out.
  ///
  /// @param parked requests at once, of `bytes` each
  /// @param heap flag of the ingress' JVM
  /// @param residentBefore of the ingress, warmed up and collected
  /// @param residentParked with all of them parked and collected
  /// @param residentPerRequest the difference, for one
  /// @param heapPerRequest live heap, for one
  record Row(
      int parked,
      long bytes,
      String heap,
      long residentBefore,
      long residentParked,
      long residentPerRequest,
      long heapPerRequest) {}

  ParkedRequests(LongSupplier seeds) {
    this.seeds = seeds;
  }

  Row measure(RunningKompakt kompakt, Launcher launcher, FakeUpstream upstream, int count)
      throws InterruptedException {
    try (HttpCaller caller = new HttpCaller(kompakt.endpoint())) {
      for (int i = 0; i < WARM_UP; i++) {
        caller
            .post(Histories.ofBytes(seeds.getAsLong(), Plan.SMALL_BYTES).toBytes())
            .expectCompaction();
      }
    }
    upstream.answering(_ -> Reply.neverAnswered());
    long heapBefore = Memory.liveHeap(kompakt.ingress());
    long residentBefore = Memory.of(kompakt.ingress()).residentBytes();
    try (Child client =
        launcher.java(
            "parking-client",
            List.of("-Xmx256m"),
            ParkingClient.class.getName(),
            Integer.toString(kompakt.endpoint().getPort()),
            Integer.toString(count),
            Integer.toString(PER_SECOND))) {
      await(kompakt.admin(), client, count);
      Thread.sleep(SETTLE);
      long heapParked = Memory.liveHeap(kompakt.ingress());
      long residentParked = Memory.of(kompakt.ingress()).residentBytes();
      expect(kompakt.admin(), client, count);
      return new Row(
          count,
          Plan.SMALL_BYTES,
          Plan.INGRESS_HEAP,
          residentBefore,
          residentParked,
          (residentParked - residentBefore) / count,
          (heapParked - heapBefore) / count);
    }
  }

  private static void await(AdminPlane admin, Child client, int count) throws InterruptedException {
    long deadline = System.nanoTime() + PARK.toNanos();
    while (admin.metric("kompakt_parked_requests") < count) {
      client.expectAlive();
      if (System.nanoTime() > deadline) {
        expect(admin, client, count);
      }
      Thread.sleep(Duration.ofMillis(500));
    }
  }

  private static void expect(AdminPlane admin, Child client, int count) {
    int parked = (int) admin.metric("kompakt_parked_requests");
    if (parked < count) {
      List<String> said = client.output();
      throw new BenchException(
          "%d of %d requests are parked; their client says: %s"
              .formatted(parked, count, said.isEmpty() ? "nothing" : said.getLast()));
    }
  }
}
