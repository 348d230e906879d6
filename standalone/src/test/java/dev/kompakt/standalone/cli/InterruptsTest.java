package dev.kompakt.standalone.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.kompakt.standalone.broker.DataDirectory;
import dev.kompakt.standalone.broker.Running;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Signals to processes of their own.
class InterruptsTest {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final String JSON = "application/json";
  private static final String REQUEST =
      "{\"model\":\"m\",\"input\":[{\"role\":\"user\",\"content\":\"hello\"}]}";

  @TempDir Path home;

  @ParameterizedTest
  @CsvSource({"INT, 130", "TERM, 0"})
  void shouldStopInGoodOrderWhenASignalComes(String signal, int exitCode) throws Exception {
    // Given
    assumeFalse(
        signal.equals("INT") && ignoresInterrupts(),
        "this was started in the background of a shell, which makes it and what it starts ignore"
            + " SIGINT");
    Path data = home.resolve("data");
    Process process = start("broker", "--listen", "127.0.0.1:0", "--data", data.toString());
    await().atMost(SOON).until(() -> DataDirectory.running(data).map(Running::broker).isPresent());

    // When
    signal(process, signal);

    // Then
    assertThat(process.waitFor(SOON.toSeconds(), TimeUnit.SECONDS)).as(output()).isTrue();
    assertThat(process.exitValue()).as(output()).isEqualTo(exitCode);
    assertThat(output()).contains("broker is ready", "stopping");
    assertThat(data.resolve("running.json")).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource({"INT, 130", "TERM, 143"})
  void shouldBeUnreadyAndServeOnAfterOneSignalAndStopAtOnceAfterAnother(String signal, int exitCode)
      throws Exception {
    // Given
    assumeFalse(signal.equals("INT") && ignoresInterrupts(), "SIGINT is ignored here");
    Path data = home.resolve("data");
    Process process =
        start(
            "up",
            "--config",
            "/dev/null",
            "--set",
            "kafka.dataDir=" + data,
            "--set",
            "sealing.key=file:" + home.resolve("sealing.key"),
            "--set",
            "clientsFile=" + home.resolve("clients.yaml"),
            "--set",
            "ingress.listen=127.0.0.1:0",
            "--set",
            "admin.listen=127.0.0.1:0",
            "--set",
            "shutdown.notice=1m");
    await().atMost(SOON).until(() -> output().contains("Ctrl-C stops") || !process.isAlive());
    Running running = DataDirectory.running(data).orElseThrow();

    // When
    signal(process, "TERM");
    await().atMost(SOON).until(() -> output().contains("draining"));
    HttpResponse<String> ready = ask(running.admin() + "/readyz", null);
    HttpResponse<String> alive = ask(running.admin() + "/livez", null);
    HttpResponse<String> served = ask(running.ingress() + "/v1/responses/compact", REQUEST);
    signal(process, signal);

    // Then
    assertThat(ready.statusCode()).as(ready.body()).isEqualTo(503);
    assertThat(alive.statusCode()).isEqualTo(200);
    assertThat(served.statusCode()).as(served.body()).isEqualTo(200);
    assertThat(served.headers().firstValue("connection")).hasValue("close");
    assertThat(process.waitFor(5, TimeUnit.SECONDS)).as("far less than the notice").isTrue();
    assertThat(process.exitValue()).as(output()).isEqualTo(exitCode);
  }

  @Test
  void shouldBeInterruptedAndNoSuccessWhenACompactionIsStoppedWhileItStarts() throws Exception {
    // Given
    Path data = home.resolve("data");
    Process process =
        start(
            "compact",
            "../examples/rollout.jsonl",
            "--out",
            home.resolve("out.jsonl").toString(),
            "--config",
            "/dev/null",
            "--set",
            "kafka.dataDir=" + data,
            "--set",
            "sealing.key=file:" + home.resolve("sealing.key"));
    await().atMost(SOON).until(() -> DataDirectory.running(data).isPresent());

    // When
    signal(process, "TERM");

    // Then
    assertThat(process.waitFor(SOON.toSeconds(), TimeUnit.SECONDS)).as(output()).isTrue();
    assertThat(process.exitValue()).as(output()).isEqualTo(130);
    assertThat(data.resolve("running.json")).doesNotExist();
    assertThat(home.resolve("out.jsonl")).doesNotExist();
  }

  private Process start(String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.kompakt.standalone.Main"));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(home.resolve("output").toFile())
        .start();
  }

  private static HttpResponse<String> ask(String address, @Nullable String json) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(address)).timeout(SOON).header("content-type", JSON);
    if (json != null) {
      request.POST(BodyPublishers.ofString(json));
    }
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(request.build(), BodyHandlers.ofString());
    }
  }

  private static boolean ignoresInterrupts() throws IOException {
    Path status = Path.of("/proc/self/status");
    return Files.exists(status)
        && Files.readAllLines(status).stream()
            .filter(line -> line.startsWith("SigIgn:"))
            .anyMatch(line -> (Long.parseUnsignedLong(line.substring(7).strip(), 16) & 2) != 0);
  }

  private static void signal(Process process, String name) throws Exception {
    assertThat(
            new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor())
        .isZero();
  }

  private String output() throws IOException {
    return Files.readString(home.resolve("output"));
  }
}
