package dev.kompakt.standalone.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kompakt.bootstrap.config.HostPort;
import dev.kompakt.standalone.broker.EmbeddedBroker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Rows B3 and B7 of the fault matrix: brokers that are not there yet, and topics that are wrong.
class StartTest {
  private static final Duration SOON = Duration.ofSeconds(60);

  @TempDir Path home;

  @Test
  void shouldBeAliveAndUnreadyAndSayItOnceUntilABrokerIsThere() throws Exception {
    // Given
    HostPort brokers = new HostPort("127.0.0.1", freePort());
    String admin = "127.0.0.1:" + freePort();

    // When
    Launched kompakt =
        Launched.in(
            home,
            "up",
            "--config",
            "/dev/null",
            "--set",
            "kafka.bootstrap=" + brokers,
            "--set",
            "kafka.dataDir=" + home.resolve("data"),
            "--set",
            "sealing.key=file:" + key(),
            "--set",
            "clientsFile=" + home.resolve("clients.yaml"),
            "--set",
            "ingress.listen=127.0.0.1:0",
            "--set",
            "admin.listen=" + admin,
            "--set",
            "kafka.client.default.api.timeout.ms=800",
            "--set",
            "kafka.client.request.timeout.ms=600",
            "--set",
            "log.level=debug");

    // Then
    try {
      await().atMost(SOON).until(() -> count(kompakt, "Kafka cannot be used yet") >= 3);
      assertThat(ask(admin, "/livez")).isEqualTo(200);
      assertThat(ask(admin, "/readyz")).isEqualTo(503);
      List<String> loud =
          kompakt.output().lines().filter(line -> line.matches(".* (WARN|ERROR) .*")).toList();
      assertThat(loud)
          .hasSizeLessThan(5)
          .filteredOn(line -> line.contains("Kafka cannot be used yet"))
          .singleElement()
          .asString()
          .contains("bootstrap=" + brokers, "no Kafka broker answers");

      // When
      try (EmbeddedBroker _ = EmbeddedBroker.start(home.resolve("broker"), brokers)) {

        // Then
        await().atMost(SOON).until(() -> ask(admin, "/readyz") == 200);
        kompakt.signal("TERM");
        assertThat(kompakt.exit(SOON)).as(kompakt.output()).isZero();
      }
    } finally {
      var _ = kompakt.process().destroyForcibly();
    }
  }

  @Test
  void shouldExitForItsConfigWhenATopicIsNotAsItShouldBe() {
    // Given
    try (EmbeddedBroker broker =
        EmbeddedBroker.start(home.resolve("broker"), new HostPort("127.0.0.1", 0))) {
      String bootstrap = "kafka.bootstrap=" + broker.bootstrap();
      Run created = Run.in(home, "topics", "create", "--set", bootstrap);

      // When
      Run checked =
          Run.in(
              home,
              "topics",
              "check",
              "--set",
              bootstrap,
              "--set",
              "kafka.lanes=9",
              "--set",
              "kafka.partitions=5");
      Run worker =
          Run.in(
              home,
              "worker",
              "--set",
              bootstrap,
              "--set",
              "kafka.lanes=9",
              "--set",
              "kafka.partitions=5",
              "--set",
              "admin.listen=127.0.0.1:0",
              "--set",
              "sealing.key=file:" + key());

      // Then
      assertThat(created.exitCode()).as(created.err()).isZero();
      assertThat(worker.exitCode()).as(worker.err()).isEqualTo(78);
      assertThat(worker.err())
          .startsWith("kompakt: kafka: ")
          .contains(" things are not as they should be\n")
          .contains("\n  topic kompakt.jobs has 8 partitions, the config asks for 9 (kafka.lanes)");
      assertThat(checked.exitCode()).isEqualTo(78);
      assertThat(worker.err().lines().skip(1).map(String::strip))
          .containsExactlyElementsOf(checked.out().lines().toList());
    }
  }

  private Path key() {
    try {
      return Files.writeString(
          home.resolve("sealing.key"), Base64.getEncoder().encodeToString(new byte[32]));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long count(Launched kompakt, String text) throws IOException {
    return kompakt.output().lines().filter(line -> line.contains(text)).count();
  }

  private static int ask(String address, String path) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(
              HttpRequest.newBuilder(URI.create("http://" + address + path)).timeout(SOON).build(),
              BodyHandlers.discarding())
          .statusCode();
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return probe.getLocalPort();
    }
  }
}
