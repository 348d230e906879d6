package dev.kompakt.testing.soak;

import dev.kompakt.testing.Canaries;
import dev.kompakt.testing.Cluster;
import dev.kompakt.testing.Deployment;
import dev.kompakt.testing.FakeUpstream;
import dev.kompakt.testing.Layout;
import dev.kompakt.testing.audit.Audit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// One broker, one router, two workers and two ingresses under compactions of mixed sizes, while
/// processes are killed, held and restarted, links are broken and the provider misbehaves, one
/// after the other and as the seed says. Payloads are kept up to a size, so that their topic does
/// not grow for as long as a run lasts. Then everything is mended, all work has to end, and the
/// [Audit] looks at what is left. What happens is the same for the same seed; when it hits what, is
/// not.
public final class Soak {
  /// Clients give up on what has not ended so long after the last fault. What failed for good is
  /// answered for a minute before it is taken up again.
  private static final Duration DRAIN = Duration.ofMinutes(4);

  private static final Duration BETWEEN_SAMPLES = Duration.ofSeconds(10);

  /// Those whose way to the broker can be broken.
  static final List<String> LINKED =
      List.of("router", "worker", "worker-2", "ingress", "ingress-2");

  static final List<String> PROCESSES =
      Stream.concat(Stream.of("broker"), LINKED.stream()).toList();

  private final long seed;
  private final Duration length;
  private final Consumer<String> progress;

  /// What came of it.
  ///
  /// @param disturbances how often each kind of fault was brought about
  /// @param growth of every process, of topics and of the router's state
  /// @param violations of what must hold; to be empty
  public record Result(
      long seed,
      Duration length,
      Load.Tally requests,
      int upstreamCalls,
      Map<String, Integer> disturbances,
      List<Growth.Row> growth,
      List<String> violations) {
    public Result {
      disturbances = Map.copyOf(disturbances);
      growth = List.copyOf(growth);
      violations = List.copyOf(violations);
    }
  }

  /// Prepares a run.
  ///
  /// @param seed of work and faults
  /// @param length of the time with faults; mending and looking takes up to some minutes more
  /// @param progress is told what happens, a line at a time
  public Soak(long seed, Duration length, Consumer<String> progress) {
    this.seed = seed;
    this.length = length;
    this.progress = progress;
  }

  /// Runs.
  ///
  /// @param home an empty directory, for data and, unless they are kept elsewhere, logs
  public Result run(Path home) throws IOException, InterruptedException {
    Random random = new Random(seed);
    Provider provider = new Provider(random.nextLong());
    try (FakeUpstream upstream =
        FakeUpstream.start(new FakeUpstream.Options(0, true, 0, false))
            .summarizing(Audit::receipt)
            .answering(provider)) {
      try (Cluster kompakt = Deployment.inProcesses(home, config(home, upstream), layout())) {
        return run(home, random, kompakt, upstream, provider);
      }
    }
  }

  private static Layout layout() {
    Layout layout = Layout.ONE_OF_EACH.workers(2).ingresses(2);
    for (String name : LINKED) {
      layout = layout.linked(name);
    }
    return layout;
  }

  private Result run(
      Path home, Random random, Cluster kompakt, FakeUpstream upstream, Provider provider)
      throws InterruptedException {
    Nemesis nemesis = new Nemesis(random.nextLong(), kompakt, provider, progress);
    List<String> violations = new ArrayList<>();
    long end = System.nanoTime() + length.toNanos();
    try (TopicSizes topics = new TopicSizes(kompakt.config());
        Load load =
            new Load(
                random.nextLong(), List.of(kompakt.data("ingress"), kompakt.data("ingress-2")))) {
      topics.boundPayloads();
      Growth growth = new Growth(kompakt, PROCESSES, topics, home.resolve("router"));
      load.start();
      long nextSample = System.nanoTime();
      while (System.nanoTime() < end) {
        nemesis.strike();
        nemesis.mend();
        if (System.nanoTime() > nextSample) {
          growth.sample();
          nextSample = System.nanoTime() + BETWEEN_SAMPLES.toNanos();
          progress.accept(load.tally().toString());
        }
      }
      progress.accept("all is mended; waiting for what is still on its way");
      provider.behave();
      load.drain(DRAIN);
      growth.sample();
      violations.addAll(load.violations());
      violations.addAll(Audit.violations(kompakt, upstream));
      violations.addAll(growth.violations());
      return new Result(
          seed, length, load.tally(), upstream.count(), nemesis.tally(), growth.rows(), violations);
    }
  }

  private static String config(Path home, FakeUpstream upstream) throws IOException {
    return """
    ingress: { keepalive: { firstAfter: 2s, every: 2s } }
    upstream: { headerTimeout: 10s, idleTimeout: 10s, totalTimeout: 30s }
    providers:
      - { id: fake, baseUrl: "%s", mode: summarize, chunkBytes: 256KiB }
    accounts:
      - { id: narrow, provider: fake, apiKey: "file:%s", quota: { concurrency: 2 } }
      - { id: rare, provider: fake, apiKey: "file:%s", quota: { concurrency: 8, requestsPerMinute: 120 } }
      - { id: small, provider: fake, apiKey: "file:%s", quota: { concurrency: 8, tokensPerMinute: 4000000 } }
    """
        .formatted(upstream.baseUrl(), key(home, "narrow"), key(home, "rare"), key(home, "small"));
  }

  private static Path key(Path home, String account) throws IOException {
    return Files.writeString(home.resolve("key-" + account), Canaries.SECRET + account);
  }
}
