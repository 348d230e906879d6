package dev.kompakt.testing.soak;

import dev.kompakt.bootstrap.fault.CrashPoint;
import dev.kompakt.testing.Cluster;
import dev.kompakt.testing.Fault;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/// Breaks one thing after another, and mends it. For one thread.
final class Nemesis {
  private static final Duration EXIT = Duration.ofSeconds(60);
  private static final int LONGEST_FAULT_MILLIS = 9_000;
  private static final int LONGEST_PEACE_MILLIS = 5_000;
  private static final int FURTHEST_PASSING = 5;

  private final Random random;
  private final Cluster kompakt;
  private final Provider provider;
  private final Consumer<String> progress;
  private final Map<String, Integer> tally = new TreeMap<>();

  /// Processes that may yet come to their crash point.
  private final Set<String> armed = new HashSet<>();

  private enum Kind {
    KILL,
    RESTART,
    HOLD,
    CRASH_POINT,
    LINK,
    PROVIDER
  }

  Nemesis(long seed, Cluster kompakt, Provider provider, Consumer<String> progress) {
    random = new Random(seed);
    this.kompakt = kompakt;
    this.provider = provider;
    this.progress = progress;
  }

  /// Breaks something, for a while.
  void strike() throws InterruptedException {
    Kind kind = one(List.of(Kind.values()));
    tally.merge(kind.name().toLowerCase(Locale.ROOT).replace('_', ' '), 1, Integer::sum);
    switch (kind) {
      case KILL -> kill(one(Soak.PROCESSES));
      case RESTART -> restart(one(Soak.PROCESSES));
      case HOLD -> hold(one(Soak.PROCESSES));
      case CRASH_POINT -> crash(one(List.of(CrashPoint.values())));
      case LINK -> link(one(Soak.LINKED));
      case PROVIDER -> provider(one(List.of(Provider.Mood.values())));
    }
  }

  /// Mends what is broken; all processes are ready when it returns, and a while after.
  void mend() throws InterruptedException {
    provider.behave();
    for (String name : Soak.LINKED) {
      kompakt.link(name).heal();
    }
    for (String name : armed) {
      if (kompakt.alive(name)) {
        restart(name);
      }
    }
    armed.clear();
    for (String name : Soak.PROCESSES) {
      kompakt.resume(name);
      if (!kompakt.alive(name)) {
        kompakt.start(name);
      }
    }
    Thread.sleep(random.nextInt(LONGEST_PEACE_MILLIS));
  }

  Map<String, Integer> tally() {
    return tally;
  }

  private void kill(String name) throws InterruptedException {
    progress.accept("kill " + name);
    kompakt.kill(name);
    Thread.sleep(random.nextInt(LONGEST_FAULT_MILLIS));
  }

  private void restart(String name) {
    progress.accept("restart " + name);
    kompakt.terminate(name);
    var _ = kompakt.awaitExit(name, EXIT);
  }

  private void hold(String name) throws InterruptedException {
    int millis = random.nextInt(LONGEST_FAULT_MILLIS);
    progress.accept("hold %s for %d ms".formatted(name, millis));
    kompakt.pause(name);
    Thread.sleep(millis);
  }

  private void crash(CrashPoint point) throws InterruptedException {
    int nth = 1 + random.nextInt(FURTHEST_PASSING);
    String name = home(point);
    if (name.isEmpty()) {
      return;
    }
    progress.accept("crash %s at %s:%d".formatted(name, point.text(), nth));
    armed.add(name);
    kompakt.crashAt(name, point, nth);
    Thread.sleep(random.nextInt(LONGEST_FAULT_MILLIS));
  }

  /// The process this point is in; empty for those in none that runs here.
  private static String home(CrashPoint point) {
    return switch (point) {
      case SEGMENT_SENT,
          WORKER_BEFORE_START,
          WORKER_STARTED,
          WORKER_ANSWERED,
          WORKER_RESULT_STORED,
          WORKER_OUTCOME_WRITTEN,
          WORKER_POSITION_COMMITTED ->
          "worker";
      case INGRESS_BEFORE_PAYLOADS,
          INGRESS_PAYLOADS_WRITTEN,
          INGRESS_SUBMISSION_SENT,
          INGRESS_SUBMISSION_WRITTEN,
          INGRESS_ANSWERING ->
          "ingress";
      case ROUTER_DECIDED, ROUTER_BEFORE_COMMIT, ROUTER_COMMITTING, ROUTER_COMMITTED -> "router";
      case CREDENTIAL_CLAIMED, CREDENTIAL_GIVEN, COMPACT_BEFORE_RENAME, COMPACT_RENAMED -> "";
    };
  }

  private void link(String name) throws InterruptedException {
    Fault fault =
        one(
            List.of(
                new Fault.BlackHole(),
                new Fault.Reset(),
                new Fault.Latency(Duration.ofMillis(200)),
                new Fault.Cut(Fault.Direction.TO_SERVER, 50_000),
                new Fault.Refuse()));
    progress.accept("%s: its link to the broker, %s".formatted(name, fault));
    kompakt.link(name).set(fault);
    Thread.sleep(random.nextInt(LONGEST_FAULT_MILLIS));
  }

  private void provider(Provider.Mood mood) throws InterruptedException {
    progress.accept("the provider is " + mood);
    provider.take(mood);
    Thread.sleep(random.nextInt(LONGEST_FAULT_MILLIS));
  }

  private <T> T one(List<T> all) {
    return all.get(random.nextInt(all.size()));
  }
}
