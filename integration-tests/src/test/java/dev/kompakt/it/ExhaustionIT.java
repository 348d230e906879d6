package dev.kompakt.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.tools.attach.AgentInitializationException;
import com.sun.tools.attach.AgentLoadException;
import com.sun.tools.attach.VirtualMachine;
import dev.kompakt.testing.Cluster;
import dev.kompakt.testing.Deployment;
import dev.kompakt.testing.FakeUpstream;
import dev.kompakt.testing.Histories;
import dev.kompakt.testing.Reply;
import dev.kompakt.testing.audit.Audit;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Processes that run out of heap or of file descriptors: rows H1 and H2 of the fault matrix.
@Patient
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class ExhaustionIT {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final Duration WATCHED = Duration.ofSeconds(2);
  private static final String COMPACT = "/v1/responses/compact";
  private static final Path PRLIMIT = Path.of("/usr/bin/prlimit");

  /// What the JVM ends with when told to end if there is no memory.
  private static final int OUT_OF_MEMORY = 3;

  private FakeUpstream upstream;
  private Cluster kompakt;
  private Path directory;
  private CountDownLatch released = new CountDownLatch(1);
  private int seed;

  @BeforeAll
  void start(@TempDir Path home) {
    upstream = FakeUpstream.start().summarizing(Audit::receipt);
    directory = home;
    kompakt =
        Deployment.inProcesses(
            home, Configs.provider(upstream, "native", "{ firstAfter: 60s, every: 10s }"));
  }

  @BeforeEach
  void hold() {
    released = new CountDownLatch(1);
    upstream.answering(_ -> Reply.success().after(released));
  }

  @AfterAll
  void stop() {
    released.countDown();
    try (var _ = upstream;
        var _ = kompakt) {
      assertThat(Audit.violations(kompakt, upstream)).isEmpty();
    }
  }

  @Test
  void shouldEndAtOnceAndBeMadeUpForWhenAWorkerHasNoMemoryLeft() throws Exception {
    // Given
    int before = upstream.count();
    CompletableFuture<HttpResponse<String>> answer = submit(history());
    upstream.awaitCalls(before + 1, SOON);

    // When
    takeAllMemory("worker");
    released.countDown();
    kompakt.start("worker");

    // Then
    assertThat(Client.await(answer).statusCode()).isEqualTo(200);
    assertThat(upstream.count() - before).as("that in flight is repeated").isEqualTo(2);
  }

  @Test
  void shouldEndAtOnceAndHaveTheResultForTheRetryWhenAnIngressHasNoMemoryLeft() throws Exception {
    // Given
    int before = upstream.count();
    String body = history();
    CompletableFuture<HttpResponse<String>> parked = submit(body);
    upstream.awaitCalls(before + 1, SOON);

    // When
    takeAllMemory("ingress");
    assertThatThrownBy(() -> Client.await(parked)).isInstanceOf(UncheckedIOException.class);
    kompakt.start("ingress");
    released.countDown();

    // Then
    assertThat(Client.await(submit(body)).statusCode()).isEqualTo(200);
    assertThat(upstream.count() - before).isEqualTo(1);
  }

  @Test
  void shouldWaitForFileDescriptorsWithoutABusyLoopAndGoOnWhenThereAreSome() throws Exception {
    Assumptions.assumeTrue(Files.isExecutable(PRLIMIT), "there is no " + PRLIMIT);
    // Given
    int before = upstream.count();
    CompletableFuture<HttpResponse<String>> parked = submit(history());
    upstream.awaitCalls(before + 1, SOON);
    Client probe = new Client(kompakt.admin());
    assertThat(probe.get("/readyz").statusCode()).isEqualTo(200);
    String usual = limit("--noheadings", "--output=SOFT", "--nofile").strip();
    int few = kompakt.vitals("ingress").files() + 8;

    // When
    limit("--nofile=" + few + ":");
    List<Socket> connections = connect(64);
    await().atMost(SOON).until(() -> kompakt.vitals("ingress").files() >= few);
    HttpResponse<String> readiness = probe.get("/readyz");
    Duration worked = workedWhile(WATCHED);
    limit("--nofile=" + usual + ":");
    for (Socket connection : connections) {
      connection.close();
    }

    // Then
    assertThat(readiness.statusCode()).isEqualTo(503);
    assertThat(readiness.body()).contains("FAIL file descriptors");
    assertThat(worked).isLessThan(WATCHED.dividedBy(4));
    await().atMost(SOON).until(() -> probe.get("/readyz").statusCode() == 200);
    released.countDown();
    assertThat(Client.await(parked).statusCode()).isEqualTo(200);
    assertThat(Client.await(submit(history())).statusCode()).isEqualTo(200);
  }

  private CompletableFuture<HttpResponse<String>> submit(String body) {
    return new Client(kompakt.data()).postAsync(COMPACT, body);
  }

  private void takeAllMemory(String process) throws Exception {
    VirtualMachine machine = VirtualMachine.attach(Long.toString(kompakt.pid(process)));
    assertThatThrownBy(() -> machine.loadAgent(agent().toString()))
        .isInstanceOfAny(
            IOException.class, AgentLoadException.class, AgentInitializationException.class);
    assertThat(kompakt.awaitExit(process, SOON)).isEqualTo(OUT_OF_MEMORY);
  }

  private Path agent() throws IOException {
    Path jar = directory.resolve("agent.jar");
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().putValue("Agent-Class", HeapEater.class.getName());
    String name = HeapEater.class.getName().replace('.', '/') + ".class";
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest);
        InputStream code = HeapEater.class.getClassLoader().getResourceAsStream(name)) {
      out.putNextEntry(new JarEntry(name));
      Objects.requireNonNull(code).transferTo(out);
    }
    return jar;
  }

  /// Has `prlimit` show or set what the ingress may have.
  private String limit(String... what) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(PRLIMIT.toString()));
    command.add("--pid=" + kompakt.pid("ingress"));
    command.addAll(List.of(what));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return said;
  }

  private List<Socket> connect(int count) throws IOException {
    List<Socket> connections = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      connections.add(new Socket(kompakt.data().getHost(), kompakt.data().getPort()));
    }
    return connections;
  }

  /// The time of a processor that the ingress takes meanwhile.
  private Duration workedWhile(Duration time) throws InterruptedException {
    Duration before = worked();
    Thread.sleep(time);
    return worked().minus(before);
  }

  private Duration worked() {
    return ProcessHandle.of(kompakt.pid("ingress"))
        .flatMap(process -> process.info().totalCpuDuration())
        .orElseThrow();
  }

  private String history() {
    return Histories.ofBytes(++seed, Histories.SMALL_BYTES).toText();
  }
}
