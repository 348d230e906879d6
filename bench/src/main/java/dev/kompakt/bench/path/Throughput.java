package dev.kompakt.bench.path;

import dev.kompakt.bench.report.BenchException;
import dev.kompakt.bench.report.Quantiles;
import dev.kompakt.testing.Histories;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.LongStream;

/// How many compactions a second come through when clients call one after the other, each waiting
/// for its answer.
final class Throughput {
  private final URI endpoint;
  private final Plan plan;
  private final LongSupplier seeds;
  private final Supplier<Duration> cpu;

  /// What came out.
  ///
  /// @param latency of the calls counted, the time in queues included
  /// @param cpuMillisPerCall processor time the asked processes used while calls were counted
  record Row(
      int clients, long bytes, double perSecond, Quantiles latency, double cpuMillisPerCall) {}

  /// Measures an endpoint.
  ///
  /// @param cpu processor time used so far by the processes behind it
  Throughput(URI endpoint, Plan plan, LongSupplier seeds, Supplier<Duration> cpu) {
    this.endpoint = endpoint;
    this.plan = plan;
    this.seeds = seeds;
    this.cpu = cpu;
  }

  Row measure(int clients) throws InterruptedException {
    long from = System.nanoTime() + plan.throughputWarmUp().toNanos();
    long to = from + plan.throughputFor().toNanos();
    List<Future<long[]>> loops = new ArrayList<>();
    Duration cpuBefore;
    Duration cpuAfter;
    try (ExecutorService threads = Executors.newFixedThreadPool(clients)) {
      for (int i = 0; i < clients; i++) {
        loops.add(threads.submit(() -> loop(from, to)));
      }
      Thread.sleep(plan.throughputWarmUp());
      cpuBefore = cpu.get();
      Thread.sleep(plan.throughputFor());
      cpuAfter = cpu.get();
    }
    List<long[]> nanos = new ArrayList<>();
    for (Future<long[]> loop : loops) {
      nanos.add(result(loop));
    }
    long[] all = nanos.stream().flatMapToLong(LongStream::of).toArray();
    if (all.length == 0) {
      throw new BenchException("no call of " + endpoint + " ended while calls were counted");
    }
    double perSecond = all.length / (plan.throughputFor().toNanos() / 1e9);
    double cpuMillis = cpuAfter.minus(cpuBefore).toNanos() / 1e6 / all.length;
    return new Row(
        clients,
        Plan.SMALL_BYTES,
        Math.round(perSecond * 10) / 10.0,
        Quantiles.ofNanos(all),
        Math.round(cpuMillis * 100) / 100.0);
  }

  /// The durations of the calls that ended between `from` and `to`.
  private long[] loop(long from, long to) {
    LongStream.Builder nanos = LongStream.builder();
    try (HttpCaller caller = new HttpCaller(endpoint)) {
      while (true) {
        byte[] body = Histories.ofBytes(seeds.getAsLong(), Plan.SMALL_BYTES).toBytes();
        long start = System.nanoTime();
        HttpCaller.Answer answer = caller.post(body);
        long end = System.nanoTime();
        answer.expectCompaction();
        if (end - to >= 0) {
          return nanos.build().toArray();
        }
        if (end - from >= 0) {
          nanos.add(end - start);
        }
      }
    }
  }

  private static long[] result(Future<long[]> loop) throws InterruptedException {
    try {
      return loop.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof BenchException known
          ? known
          : new BenchException("a client failed", e);
    }
  }
}
