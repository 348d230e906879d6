package dev.kompakt.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kompakt.bootstrap.config.ConfigLoader;
import dev.kompakt.bootstrap.kafka.KafkaClients;
import dev.kompakt.bootstrap.kafka.LogView;
import dev.kompakt.schemas.record.SessionBinding;
import dev.kompakt.schemas.topic.Topics;
import dev.kompakt.testing.Call;
import dev.kompakt.testing.Deployment;
import dev.kompakt.testing.FakeUpstream;
import dev.kompakt.testing.Histories;
import dev.kompakt.testing.Layout;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TurnsProcessesIT extends TurnsSuite {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @Override
  Deployment deploy(Path home, String config) {
    return Deployment.inProcesses(home, config);
  }

  @Test
  void shouldPassThroughAnIngressOf192MegabytesWhenTheBodyHas64(@TempDir Path home) {
    // Given
    try (FakeUpstream upstream = FakeUpstream.start();
        Deployment deployment =
            Deployment.inProcesses(
                home,
                Configs.provider(upstream, "native", "{ firstAfter: 30s, every: 10s }"),
                Layout.ONE_OF_EACH.option("ingress", "-Xmx192m"))) {
      // When
      HttpResponse<String> response =
          new Client(deployment.data())
              .post("/v1/responses", Histories.ofMebibytes(31, 64).toBytes());

      // Then
      assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
      assertThat(upstream.calls())
          .singleElement()
          .satisfies(call -> assertThat(call.bodyBytes()).isGreaterThan(63L << 20));
      assertThat(upstream.violations()).isEmpty();
    }
  }

  @Test
  void shouldKeepTurnsAndCompactionsOfASessionTogetherWhenTheIngressIsKilled(@TempDir Path home) {
    // Given
    try (FakeUpstream upstream = FakeUpstream.start();
        Deployment deployment =
            deploy(home, Configs.provider(upstream, "native", "{ firstAfter: 30s, every: 10s }"));
        KafkaClients kafka = clients(deployment);
        LogView<String, SessionBinding> bound =
            LogView.follow(kafka, Topics.SESSIONS, 100, (_, _) -> {})) {
      Client client = new Client(deployment.data());
      List<String> sessions = List.of("s0", "s1", "s2", "s3", "s4", "s5");
      sessions.forEach(session -> send(client, "/v1/responses", "begin", session));
      await().atMost(PATIENCE).until(() -> bound.all().size() == sessions.size());

      // When
      deployment.crash("ingress");
      sessions.reversed().forEach(session -> send(client, "/v1/responses", "go on", session));
      sessions.forEach(
          session -> send(client, "/v1/responses/compact", "compact " + session, session));

      // Then
      List<String> calls = upstream.calls().stream().map(Call::authorization).toList();
      List<String> began = calls.subList(0, 6);
      assertThat(began.stream().distinct()).hasSize(2);
      assertThat(calls.subList(6, 12)).isEqualTo(began.reversed());
      assertThat(calls.subList(12, 18)).isEqualTo(began);
    }
  }

  private static KafkaClients clients(Deployment deployment) {
    return new KafkaClients(
        ConfigLoader.load(
                null,
                Map.of(),
                Map.of("kafka.bootstrap", deployment.broker(), "clientsFile", "/none"))
            .kafka(),
        "turns-it");
  }

  private static void send(Client client, String path, String text, String session) {
    String body =
        """
        {"model":"gpt-5.5","input":[{"type":"message","role":"user",\
        "content":[{"type":"input_text","text":"%s"}]}]}"""
            .formatted(text);
    HttpResponse<String> response = client.post(path, body, "session-id", session);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
  }
}
