package dev.kompakt.standalone.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.kompakt.schemas.topic.Topics;
import dev.kompakt.standalone.broker.DataDirectory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `compact` whose own router gives up (docs/adr/0023) while it waits.
class CompactGivenUpTest {
  private static final Duration SOON = Duration.ofSeconds(60);

  @TempDir Path home;

  @Test
  void shouldEndWithTheReasonWhenItsOwnRouterGivesUp() throws Exception {
    // Given a provider that does not answer
    CountDownLatch called = new CountDownLatch(1);
    HttpServer provider =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    provider.createContext("/", _ -> called.countDown());
    provider.start();
    Launched compact =
        Launched.in(
            home,
            "compact",
            "../examples/request.json",
            "--out",
            home.resolve("out.json").toString(),
            "--config",
            "/dev/null",
            "--set",
            "kafka.dataDir=" + home.resolve("data"),
            "--set",
            "sealing.key=file:" + home.resolve("sealing.key"),
            "--set",
            "clientsFile=" + home.resolve("clients.yaml"),
            "--set",
            "shutdown.grace=1s",
            "--set",
            "providers=[{ id: p, baseUrl: 'http://127.0.0.1:"
                + provider.getAddress().getPort()
                + "', mode: native }]",
            "--set",
            "accounts=[{ id: a, provider: p, apiKey: 'file:" + key() + "' }]");
    try {
      await().atMost(SOON).until(() -> called.getCount() == 0 || !compact.alive());
      assertThat(compact.alive()).as(compact.output()).isTrue();

      // When
      String broker = DataDirectory.running(home.resolve("data")).orElseThrow().broker();
      try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker))) {
        admin.deleteTopics(List.of(Topics.SUBMISSIONS.name())).all().get();
      }

      // Then
      assertThat(compact.exit(SOON)).as(compact.output()).isEqualTo(1);
      assertThat(compact.output()).contains("kompakt: the router's ");
    } finally {
      var _ = compact.process().destroyForcibly();
      provider.stop(0);
    }
  }

  private Path key() throws Exception {
    return Files.writeString(home.resolve("api.key"), "sk-test");
  }
}
