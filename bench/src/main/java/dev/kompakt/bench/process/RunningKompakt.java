package dev.kompakt.bench.process;

import dev.kompakt.bench.report.BenchException;
import dev.kompakt.testing.FreePort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/// Kompakt on loopback, in processes of its own, with an embedded broker: every record replicated
/// once, acknowledged by all replicas, exactly-once in the router, no fsync per record. One
/// provider in mode `native`, with accounts whose quotas are no bottleneck.
public final class RunningKompakt implements AutoCloseable {
  private static final Duration START = Duration.ofSeconds(90);
  private static final Duration POLL = Duration.ofMillis(50);

  /// How the stack is cut into processes.
  public enum Layout {
    /// `./kompakt up`: all roles and the broker in one.
    ONE_PROCESS,
    /// Broker, router, worker and ingress each in their own.
    PROCESSES;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /// How much of it there is.
  ///
  /// @param workers in their own processes; counts for [Layout#PROCESSES] alone
  /// @param accounts of the one provider
  /// @param concurrency of each account
  public record Size(int workers, int accounts, int concurrency) {
    static final Size SMALL = new Size(1, 4, 16);
  }

  private final Size size;
  private final Launcher launcher;
  private final URI upstream;
  private final List<String> settings;
  private final Deque<Child> children = new ArrayDeque<>();
  private final int ingressPort = FreePort.next();
  private final int adminPort = FreePort.next();

  private RunningKompakt(Size size, Launcher launcher, URI upstream, List<String> settings) {
    this.size = size;
    this.settings = settings;
    this.launcher = launcher;
    this.upstream = upstream;
  }

  /// Starts one and waits until it is ready.
  ///
  /// @param upstream the provider's base URL
  /// @param ingressFlags of the JVM the ingress is in, beside the usual ones
  /// @param settings `key=value`, over the defaults
  public static RunningKompakt start(
      Layout layout, Launcher launcher, URI upstream, List<String> ingressFlags, String... settings)
      throws InterruptedException {
    return start(Size.SMALL, layout, launcher, upstream, ingressFlags, settings);
  }

  /// The same with so many workers and accounts.
  public static RunningKompakt start(
      Size size,
      Layout layout,
      Launcher launcher,
      URI upstream,
      List<String> ingressFlags,
      String... settings)
      throws InterruptedException {
    RunningKompakt stack = new RunningKompakt(size, launcher, upstream, List.of(settings));
    List<String> flags = new ArrayList<>(ingressFlags);
    flags.add("-Xlog:gc:file=" + stack.gcLog());
    try {
      Files.writeString(stack.file("sealing.key"), Base64.getEncoder().encodeToString(key()));
      Files.writeString(stack.file("account.key"), "bench");
      switch (layout) {
        case ONE_PROCESS -> stack.role("up", "embedded", stack.ingressPort, stack.adminPort, flags);
        case PROCESSES -> stack.roles(flags);
      }
      return stack;
    } catch (IOException e) {
      stack.close();
      throw new UncheckedIOException(e);
    } catch (BenchException | InterruptedException e) {
      stack.close();
      throw e;
    }
  }

  private void roles(List<String> ingressFlags) throws IOException, InterruptedException {
    int port = FreePort.next();
    String bootstrap = "127.0.0.1:" + port;
    Child broker =
        launcher.kompakt(
            "broker",
            List.of(),
            "broker",
            "--listen",
            bootstrap,
            "--data",
            file("broker").toString());
    children.push(broker);
    await(broker, () -> listens(port));
    role("router", bootstrap, 0, FreePort.next(), List.of());
    for (int i = 1; i <= size.workers(); i++) {
      role("worker", i == 1 ? "worker" : "worker-" + i, bootstrap, 0, FreePort.next(), List.of());
    }
    role("ingress", bootstrap, ingressPort, adminPort, ingressFlags);
  }

  private void role(String role, String bootstrap, int data, int admin, List<String> flags)
      throws IOException, InterruptedException {
    role(role, role, bootstrap, data, admin, flags);
  }

  private void role(
      String role, String name, String bootstrap, int data, int admin, List<String> flags)
      throws IOException, InterruptedException {
    Path config = file(name + ".yaml");
    Files.writeString(config, config(name, bootstrap, data, admin));
    List<String> arguments = new ArrayList<>(List.of(role, "--config", config.toString()));
    settings.forEach(setting -> arguments.addAll(List.of("--set", setting)));
    Child child = launcher.kompakt(name, flags, arguments.toArray(String[]::new));
    children.push(child);
    AdminPlane plane = new AdminPlane(admin);
    await(child, () -> (data == 0 || listens(data)) && plane.ready());
  }

  private String config(String name, String bootstrap, int data, int admin) {
    StringBuilder config =
        new StringBuilder(
            """
            kafka: { bootstrap: "%s", dataDir: "%s" }
            ingress: { listen: "127.0.0.1:%d" }
            clientsFile: "%s"
            admin: { listen: "127.0.0.1:%d" }
            sealing: { key: "file:%s" }
            log: { level: warn }
            providers:
              - { id: fake, baseUrl: "%s", mode: native }
            accounts:
            """
                .formatted(
                    bootstrap,
                    file("data-" + name),
                    data,
                    file("no-clients.yaml"),
                    admin,
                    file("sealing.key"),
                    upstream));
    for (int i = 1; i <= size.accounts(); i++) {
      config.append(
          "  - { id: account-%d, provider: fake, apiKey: \"file:%s\", quota: { concurrency: %d } }\n"
              .formatted(i, file("account.key"), size.concurrency()));
    }
    return config.toString();
  }

  private static void await(Child child, BooleanSupplier ready) throws InterruptedException {
    long deadline = System.nanoTime() + START.toNanos();
    while (!ready.getAsBoolean()) {
      child.expectAlive();
      if (System.nanoTime() > deadline) {
        throw new BenchException(
            child.name() + " was not ready within " + START.toSeconds() + " s");
      }
      Thread.sleep(POLL);
    }
  }

  private static boolean listens(int port) {
    try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private Path file(String name) {
    return launcher.directory().resolve(name);
  }

  private static byte[] key() {
    byte[] key = new byte[32];
    new SecureRandom().nextBytes(key);
    return key;
  }

  /// Where compactions are asked for.
  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + ingressPort + "/v1/responses/compact");
  }

  /// Where turns are made.
  public URI turns() {
    return URI.create("http://127.0.0.1:" + ingressPort + "/v1/responses");
  }

  /// The process the ingress is in.
  public Child ingress() {
    return children.getFirst();
  }

  /// Processor time all of its processes used so far.
  public Duration cpu() {
    return children.stream().map(Child::cpu).reduce(Duration.ZERO, Duration::plus);
  }

  /// What that process' collector logged so far.
  public Stream<String> collections() {
    try (Stream<String> lines = Files.lines(gcLog())) {
      return lines.toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path gcLog() {
    return file("ingress-gc.log");
  }

  /// The admin plane of that process.
  public AdminPlane admin() {
    return new AdminPlane(adminPort);
  }

  @Override
  public void close() {
    children.forEach(Child::close);
    children.clear();
  }
}
