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
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Signals to processes of their own.
class InterruptsTest {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final String JSON = "application/json";
  private static final String TRIED =
      "{\"model\":\"gpt-5\",\"input\":[{\"role\":\"user\",\"content\":\"hello\"}]}";
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
    Launched process = start("broker", "--listen", "127.0.0.1:0", "--data", data.toString());
    await().atMost(SOON).until(() -> DataDirectory.running(data).map(Running::broker).isPresent());

    // When
    process.signal(signal);

    // Then
    assertThat(process.exit(SOON)).as(process.output()).isEqualTo(exitCode);
    assertThat(process.output()).contains("broker is ready", "stopping");
    assertThat(data.resolve("running.json")).doesNotExist();
  }

  @Test
  void shouldBeUnreadyAndServeOnAfterOneSignalAndStopAtOnceAfterAnother() throws Exception {
    // Given
    Path data = home.resolve("data");
    Launched process =
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
    await().atMost(SOON).until(() -> process.output().contains("Ctrl-C stops") || !process.alive());
    Running running = DataDirectory.running(data).orElseThrow();

    // Then
    assertThat(process.output().lines())
        .containsSubsequence(
            "listening  " + running.ingress() + "/v1",
            "admin      " + running.admin() + "  (/readyz, /metrics, /admin/v1/…)",
            "broker     " + running.broker() + ", embedded, records in " + data,
            "providers  none",
            "accounts   none",
            "mode       local: no account is configured, so nothing goes upstream",
            "try        curl -sS "
                + running.ingress()
                + "/v1/responses/compact -H 'Content-Type: application/json' -d '"
                + TRIED
                + "'",
            "Ctrl-C stops.");
    assertThat(ask(running.ingress() + "/v1/responses/compact", TRIED).statusCode()).isEqualTo(200);

    // When
    process.signal("TERM");
    await().atMost(SOON).until(() -> process.output().contains("draining"));
    HttpResponse<String> ready = ask(running.admin() + "/readyz", null);
    HttpResponse<String> alive = ask(running.admin() + "/livez", null);
    HttpResponse<String> served = ask(running.ingress() + "/v1/responses/compact", REQUEST);
    process.signal("TERM");

    // Then
    assertThat(ready.statusCode()).as(ready.body()).isEqualTo(503);
    assertThat(alive.statusCode()).isEqualTo(200);
    assertThat(served.statusCode()).as(served.body()).isEqualTo(200);
    assertThat(served.headers().firstValue("connection")).hasValue("close");
    assertThat(process.exit(Duration.ofSeconds(5))).as(process.output()).isEqualTo(143);
  }

  @Test
  void shouldBeInterruptedAndNoSuccessWhenACompactionIsStoppedWhileItStarts() throws Exception {
    // Given
    Path data = home.resolve("data");
    Launched process =
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
    process.signal("TERM");

    // Then
    assertThat(process.exit(SOON)).as(process.output()).isEqualTo(130);
    assertThat(data.resolve("running.json")).doesNotExist();
    assertThat(home.resolve("out.jsonl")).doesNotExist();
  }

  private Launched start(String... arguments) throws IOException {
    return Launched.in(home, arguments);
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
}
