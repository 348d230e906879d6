package dev.kompakt.bench.scale;

import dev.kompakt.bench.process.Launcher;
import dev.kompakt.bench.process.RunningKompakt;
import dev.kompakt.bench.process.RunningKompakt.Layout;
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
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Clients that always have more work than the workers may do, and a count of what comes through.
final class ScaleRun {
  /// Of each history.
  static final long BODY_BYTES = 10 << 10;

  /// How long an upstream call takes, on average.
  static final Duration UPSTREAM = Duration.ofSeconds(2);

  /// Calls that all took the same would end in waves, of which a count may catch one more or less.
  private static final List<Duration> SPREAD =
      Stream.of(-500, -250, 0, 250, 500).map(millis -> UPSTREAM.plusMillis(millis)).toList();

  /// Several for each lane: they are hashed to lanes, and a worker on whose lanes none lies is
  /// idle.
  private static final int ACCOUNTS = 64;

  private static final int LANES = 16;

  /// Clients for each call that may be made at once: lanes are not loaded alike, and none may run
  /// dry.
  private static final int CLIENTS = 3;

  private static final Duration WARM_UP = Duration.ofSeconds(12);
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final int concurrency;
  private final Duration counted;

  /// What came out.
  ///
  /// @param possible jobs a second if upstream were all there is to wait for
  /// @param cpuMillisEach processor time of all of Kompakt's processes, the broker included
  record Row(int workers, double perSecond, double possible, double cpuMillisEach) {
    double efficiency() {
      return perSecond / possible;
    }
  }

  /// Prepares a run.
  ///
  /// @param concurrency calls at once of each worker
  ScaleRun(int concurrency, Duration counted) {
    this.concurrency = concurrency;
    this.counted = counted;
  }

  Row measure(int workers, Launcher launcher) throws InterruptedException {
    try (FakeUpstream upstream = FakeUpstream.start(FakeUpstream.Options.FAST);
        RunningKompakt kompakt =
            RunningKompakt.start(
                new RunningKompakt.Size(workers, ACCOUNTS, workers * concurrency),
                Layout.PROCESSES,
                launcher,
                upstream.baseUrl(),
                List.of(),
                "kafka.lanes=" + LANES,
                "worker.concurrency=" + concurrency)) {
      upstream.answering(call -> Reply.success().after(SPREAD.get(call.number() % SPREAD.size())));
      return measure(workers, kompakt);
    }
  }

  private Row measure(int workers, RunningKompakt kompakt) throws InterruptedException {
    int slots = workers * concurrency;
    Load load = new Load(kompakt.endpoint());
    try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < CLIENTS * slots; i++) {
        clients.execute(load);
      }
      Thread.sleep(WARM_UP);
      long before = load.done.get();
      Duration cpuBefore = kompakt.cpu();
      long start = System.nanoTime();
      Thread.sleep(counted);
      long done = load.done.get() - before;
      double seconds = (System.nanoTime() - start) / 1e9;
      Duration cpu = kompakt.cpu().minus(cpuBefore);
      load.stop.set(true);
      load.expectNoFailure();
      return new Row(
          workers,
          done / seconds,
          (double) slots / UPSTREAM.toSeconds(),
          cpu.toNanos() / 1e6 / Math.max(1, done));
    }
  }

  /// One client: asks, waits for the answer, asks again. Run by many threads at once.
  private static final class Load implements Runnable {
    private final HttpClient http = HttpClient.newHttpClient();
    private final AtomicLong seeds = new AtomicLong(1L << 33);
    private final AtomicLong done = new AtomicLong();
    private final AtomicBoolean stop = new AtomicBoolean();
    private final AtomicReference<@Nullable String> failure = new AtomicReference<>();
    private final URI endpoint;

    Load(URI endpoint) {
      this.endpoint = endpoint;
    }

    @Override
    public void run() {
      try {
        while (!stop.get()) {
          HttpResponse<String> answer = http.send(request(), BodyHandlers.ofString());
          if (answer.statusCode() != 200) {
            throw new BenchException("a compaction was answered with " + answer.statusCode());
          }
          done.incrementAndGet();
        }
      } catch (IOException | BenchException e) {
        failure.set(e.toString());
        stop.set(true);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    private HttpRequest request() {
      return HttpRequest.newBuilder(endpoint)
          .timeout(PATIENCE)
          .header("Content-Type", "application/json")
          .POST(
              BodyPublishers.ofByteArray(
                  Histories.ofBytes(seeds.getAndIncrement(), BODY_BYTES).toBytes()))
          .build();
    }

    void expectNoFailure() {
      String what = failure.get();
      if (what != null) {
        throw new BenchException(what);
      }
    }
  }
}
