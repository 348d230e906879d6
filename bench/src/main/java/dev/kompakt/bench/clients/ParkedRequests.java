package dev.kompakt.bench.clients;

import dev.kompakt.bench.process.AdminPlane;
import dev.kompakt.bench.process.Child;
import dev.kompakt.bench.process.Launcher;
import dev.kompakt.bench.process.Memory;
import dev.kompakt.bench.process.RunningKompakt;
import dev.kompakt.bench.report.BenchException;
import dev.kompakt.testing.FakeUpstream;
import dev.kompakt.testing.Histories;
import dev.kompakt.testing.Reply;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;

/// What a parked request takes of an ingress that has a process of its own: many at once, for
/// answers that never come, each with a keepalive byte every 15 seconds.
final class ParkedRequests {
  private static final int WARM_UP = 300;
  private static final int PER_SECOND = 500;
  private static final Duration PARK = Duration.ofMinutes(2);

  /// Long enough for every request to have had a keepalive byte.
  private static final Duration SETTLE = Duration.ofSeconds(20);

  /// How long its processor time is counted.
  private static final Duration COUNTED = Duration.ofSeconds(45);

  /// Bytes of each request.
  static final long BYTES = 10 << 10;

  /// What came out.
  ///
  /// @param parked requests at once, of `bytes` each
  /// @param heap flag of the ingress' JVM
  /// @param residentBefore of the ingress, warmed up and collected
  /// @param residentParked with all of them parked and collected
  /// @param residentPerRequest the difference, for one
  /// @param heapPerRequest live heap, for one
  /// @param cpuPercent of one core, while they wait
  record Row(
      int parked,
      long bytes,
      String heap,
      long residentBefore,
      long residentParked,
      long residentPerRequest,
      long heapPerRequest,
      double cpuPercent) {}

  Row measure(RunningKompakt kompakt, Launcher launcher, FakeUpstream upstream, int count)
      throws InterruptedException {
    warmUp(kompakt.endpoint());
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
      Duration cpuBefore = kompakt.ingress().cpu();
      Thread.sleep(COUNTED);
      Duration cpu = kompakt.ingress().cpu().minus(cpuBefore);
      expect(kompakt.admin(), client, count);
      return new Row(
          count,
          BYTES,
          ClientsCommand.INGRESS_HEAP,
          residentBefore,
          residentParked,
          (residentParked - residentBefore) / count,
          (heapParked - heapBefore) / count,
          100.0 * cpu.toNanos() / COUNTED.toNanos());
    }
  }

  private static void warmUp(URI endpoint) throws InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      for (int i = 0; i < WARM_UP; i++) {
        HttpResponse<Void> response =
            client.send(
                HttpRequest.newBuilder(endpoint)
                    .header("content-type", "application/json")
                    .POST(BodyPublishers.ofByteArray(Histories.ofBytes(-1 - i, BYTES).toBytes()))
                    .build(),
                BodyHandlers.discarding());
        if (response.statusCode() != 200) {
          throw new BenchException("a compaction was answered " + response.statusCode());
        }
      }
    } catch (IOException e) {
      throw new BenchException("a compaction failed: " + e, e);
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
