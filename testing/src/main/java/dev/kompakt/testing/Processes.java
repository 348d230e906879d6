package dev.kompakt.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Roles as processes of their own, started by the commands a user gives. Their output goes to
/// files.
final class Processes implements Deployment {
  private static final Duration READY_DEADLINE = Duration.ofMinutes(2);
  private static final Duration STOP_DEADLINE = Duration.ofSeconds(40);

  private final Home home;
  private final Path logs;
  private final Map<String, Process> started = new LinkedHashMap<>();
  private final Map<String, ProcessBuilder> commands = new HashMap<>();
  private final Map<String, Integer> adminPorts = new HashMap<>();
  private final int dataPort = FreePort.next();
  private final int adminPort = FreePort.next();
  private @Nullable String broker;

  private Processes(Home home) {
    this.home = home;
    logs = home.logs();
  }

  static Processes start(Path directory, String yaml, List<String> ingressOptions, int workers) {
    Processes processes = new Processes(Home.make(directory, yaml));
    try {
      processes.openSeparately(ingressOptions, workers);
      return processes;
    } catch (RuntimeException e) {
      processes.close();
      throw e;
    }
  }

  static Processes startTogether(Path directory, String yaml, List<String> options) {
    Processes processes = new Processes(Home.make(directory, yaml));
    try {
      processes.run("up", options, "embedded", processes.dataPort, processes.adminPort);
      processes.awaitReady(processes.adminPort);
      return processes;
    } catch (RuntimeException e) {
      processes.close();
      throw e;
    }
  }

  private void openSeparately(List<String> ingressOptions, int workers) {
    int brokerPort = FreePort.next();
    String bootstrap = "127.0.0.1:" + brokerPort;
    broker = bootstrap;
    launch(
        "broker",
        List.of("-Xmx512m"),
        List.of(
            "broker",
            "--listen",
            bootstrap,
            "--data",
            home.directory().resolve("broker").toString()));
    await("the broker listens", () -> listens(brokerPort));
    run("router", List.of("-Xmx512m"), bootstrap, 0, FreePort.next());
    for (int i = 1; i <= workers; i++) {
      run(
          "worker",
          i == 1 ? "worker" : "worker-" + i,
          List.of("-Xmx512m"),
          bootstrap,
          0,
          FreePort.next());
    }
    run("ingress", ingressOptions, bootstrap, dataPort, adminPort);
    adminPorts.values().forEach(this::awaitReady);
  }

  private void run(
      String role, List<String> options, String bootstrap, int listen, int adminListen) {
    run(role, role, options, bootstrap, listen, adminListen);
  }

  private void run(
      String role,
      String name,
      List<String> options,
      String bootstrap,
      int listen,
      int adminListen) {
    List<String> arguments = new ArrayList<>(List.of(role, "--config", home.config().toString()));
    for (Map.Entry<String, String> setting :
        home.settings(name, bootstrap, listen, adminListen).entrySet()) {
      arguments.add("--set");
      arguments.add(setting.getKey() + "=" + setting.getValue());
    }
    adminPorts.put(name, adminListen);
    launch(name, options, arguments);
  }

  private void launch(String name, List<String> options, List<String> arguments) {
    commands.put(name, Distribution.process(options, arguments));
    start(name);
  }

  private void start(String name) {
    try {
      started.put(
          name,
          Objects.requireNonNull(commands.get(name), name)
              .redirectErrorStream(true)
              .redirectOutput(Redirect.appendTo(log(name).toFile()))
              .start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String broker() {
    String known = broker;
    return known == null ? Deployment.super.broker() : known;
  }

  @Override
  public void crash(String role) {
    again(role, Process::destroyForcibly);
  }

  @Override
  public void restart(String name) {
    again(name, Process::destroy);
  }

  private void again(String name, Consumer<Process> end) {
    Process process = started.get(name);
    Integer port = adminPorts.get(name);
    if (process == null || port == null) {
      throw new IllegalArgumentException("no process of the name " + name);
    }
    end.accept(process);
    try {
      if (!process.waitFor(STOP_DEADLINE.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IllegalStateException("the process " + name + " does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
    start(name);
    awaitReady(port);
  }

  @Override
  public Path logs() {
    return logs;
  }

  private Path log(String name) {
    return logs.resolve(name + ".log");
  }

  private void awaitReady(int port) {
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpRequest probe =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/readyz"))
              .timeout(Duration.ofSeconds(5))
              .build();
      await(
          "readiness at port " + port,
          () -> {
            try {
              return http.send(probe, BodyHandlers.discarding()).statusCode() == 200;
            } catch (IOException e) {
              return false;
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
              throw new IllegalStateException(e);
            }
          });
    }
  }

  private void await(String what, BooleanSupplier holds) {
    long deadline = System.nanoTime() + READY_DEADLINE.toNanos();
    while (!holds.getAsBoolean()) {
      boolean dead = started.values().stream().anyMatch(process -> !process.isAlive());
      if (dead || System.nanoTime() > deadline) {
        throw new IllegalStateException(
            (dead ? "a process ended while waiting for " : "no sign in time of ") + what + said());
      }
      try {
        Thread.sleep(50);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }
  }

  private String said() {
    StringBuilder all = new StringBuilder();
    try (var files = Files.list(logs)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".log")).toList()) {
        all.append("\n--- ").append(file.getFileName()).append('\n').append(Files.readString(file));
      }
    } catch (IOException e) {
      all.append("\n(logs cannot be read)");
    }
    return all.toString();
  }

  private static boolean listens(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 500);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public URI data() {
    return URI.create("http://127.0.0.1:" + dataPort);
  }

  @Override
  public URI admin() {
    return URI.create("http://127.0.0.1:" + adminPort);
  }

  /// Ends the processes in the reverse of the order they were started in, the broker last.
  @Override
  public void close() {
    for (Process process : List.copyOf(started.values()).reversed()) {
      process.destroy();
      try {
        if (!process.waitFor(STOP_DEADLINE.toMillis(), TimeUnit.MILLISECONDS)) {
          process.destroyForcibly();
        }
      } catch (InterruptedException e) {
        process.destroyForcibly();
        Thread.currentThread().interrupt();
      }
    }
  }
}
