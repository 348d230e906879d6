package dev.kompakt.testing.soak;

import dev.kompakt.testing.Histories;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// Clients that ask for compactions, one new client after the other, each at an ingress of its own
/// choice at every try, as behind a balancer.
final class Load implements AutoCloseable {
  private static final Duration BETWEEN_CLIENTS = Duration.ofMillis(700);
  private static final int MOST_AT_ONCE = 48;

  private final Random random;
  private final List<URI> ingresses;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Semaphore room = new Semaphore(MOST_AT_ONCE);
  private final AtomicInteger asked = new AtomicInteger();
  private final AtomicInteger answered = new AtomicInteger();
  private final AtomicInteger refused = new AtomicInteger();
  private final AtomicInteger left = new AtomicInteger();
  private final AtomicInteger tries = new AtomicInteger();
  private final Queue<String> violations = new ConcurrentLinkedQueue<>();
  private volatile boolean open = true;
  private volatile long giveUpAt = Long.MAX_VALUE;

  /// Clients, by what became of them.
  ///
  /// @param tries requests made by all of them
  /// @param refused with an error that stands; none has to be
  /// @param left without waiting for an answer
  public record Tally(int asked, int tries, int answered, int refused, int left) {}

  Load(long seed, List<URI> ingresses) {
    random = new Random(seed);
    this.ingresses = List.copyOf(ingresses);
  }

  void start() {
    threads.execute(this::supply);
  }

  private void supply() {
    try {
      while (open) {
        room.acquire();
        long seed = random.nextLong();
        asked.incrementAndGet();
        threads.execute(
            () -> serve(new SoakClient(seed, Histories.ofBytes(seed, bytes(seed)), ingresses)));
        Thread.sleep(BETWEEN_CLIENTS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static long bytes(long seed) {
    int of = Math.floorMod(seed, 10);
    return of < 6 ? 8_000 : of < 9 ? 400_000 : 2_000_000;
  }

  private void serve(SoakClient client) {
    try {
      SoakClient.End end = client.ask(() -> System.nanoTime() < giveUpAt);
      switch (end) {
        case SoakClient.End.Answered _ -> answered.incrementAndGet();
        case SoakClient.End.Refused _ -> refused.incrementAndGet();
        case SoakClient.End.Left _ -> left.incrementAndGet();
        case SoakClient.End.Wrong(String what) -> violations.add("a client got " + what);
      }
      tries.addAndGet(client.tries());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      room.release();
    }
  }

  /// Takes no new clients, and waits for those there are.
  void drain(Duration atMost) throws InterruptedException {
    open = false;
    giveUpAt = System.nanoTime() + atMost.toNanos();
    threads.shutdown();
    if (!threads.awaitTermination(atMost.toSeconds() + 60, TimeUnit.SECONDS)) {
      violations.add("clients that neither got an answer nor gave up");
    }
  }

  Tally tally() {
    return new Tally(asked.get(), tries.get(), answered.get(), refused.get(), left.get());
  }

  List<String> violations() {
    return List.copyOf(violations);
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
