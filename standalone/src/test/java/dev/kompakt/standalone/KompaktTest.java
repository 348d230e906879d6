package dev.kompakt.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kompakt.bootstrap.config.ConfigException;
import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.bootstrap.kafka.UnreachableException;
import dev.kompakt.standalone.broker.DataDirectory;
import dev.kompakt.standalone.broker.PortTakenException;
import dev.kompakt.standalone.broker.Running;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KompaktTest {
  @TempDir Path home;

  @Test
  void shouldBeReadyAndAnnouncedWhenItIsUpAndNeitherWhenItIsClosed() throws Exception {
    // When
    HttpResponse<String> ready;
    Running announced;
    String broker;
    try (Kompakt kompakt = Kompakt.up(HomeConfig.of(home));
        HttpClient http = HttpClient.newHttpClient()) {
      ready =
          http.send(
              HttpRequest.newBuilder(URI.create(kompakt.adminPlane() + "/readyz")).build(),
              BodyHandlers.ofString());
      announced = DataDirectory.running(home.resolve("data")).orElseThrow();
      broker = kompakt.broker();

      // Then
      assertThat(announced.ingress()).isEqualTo(kompakt.dataPlane());
      assertThat(announced.admin()).isEqualTo(kompakt.adminPlane());
    }
    assertThat(ready.statusCode()).as(ready.body()).isEqualTo(200);
    assertThat(ready.body()).contains("ok   all roles started");
    assertThat(announced.broker()).isEqualTo(broker);
    assertThat(DataDirectory.running(home.resolve("data"))).isEmpty();
  }

  @Test
  void shouldNameTheSettingAndLetEverythingGoWhenAPortIsTaken() throws IOException {
    // Given
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String taken = "127.0.0.1:" + other.getLocalPort();

      // When
      var data =
          assertThatThrownBy(
              () -> Kompakt.up(HomeConfig.of(home, Map.of("ingress.listen", taken))));
      var admin =
          assertThatThrownBy(() -> Kompakt.up(HomeConfig.of(home, Map.of("admin.listen", taken))));

      // Then
      data.isInstanceOf(PortTakenException.class)
          .hasMessage(
              taken
                  + " is taken by another process; free it, or set ingress.listen to another port");
      admin.isInstanceOf(PortTakenException.class).hasMessageContaining("admin.listen");
      assertThat(DataDirectory.running(home.resolve("data"))).isEmpty();
    }
  }

  @Test
  void shouldRefuseWhenTheConfigDoesNotServeTheRoles() {
    // Given
    KompaktConfig embedded = HomeConfig.of(home);
    KompaktConfig withoutSecret =
        HomeConfig.of(
            home,
            Map.of(
                "providers", "[{ id: p, baseUrl: 'http://127.0.0.1:1', mode: native }]",
                "accounts", "[{ id: a, provider: p, apiKey: 'env:NO_SUCH_VARIABLE' }]"));

    // When
    var alone = assertThatThrownBy(() -> Kompakt.start(embedded, EnumSet.of(Role.WORKER)));
    var secret = assertThatThrownBy(() -> Kompakt.up(withoutSecret));

    // Then
    alone.isInstanceOf(ConfigException.class).hasMessageStartingWith("kafka.bootstrap: ");
    secret
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("accounts.a.apiKey: ")
        .hasMessageContaining("NO_SUCH_VARIABLE");
  }

  @Test
  void shouldSayItIsUnreachableWhenNoBrokerAnswers() {
    // Given
    KompaktConfig config =
        HomeConfig.of(
            home,
            Map.of(
                "kafka.bootstrap", "127.0.0.1:1",
                "sealing.key", "file:" + key(),
                "kafka.client.default.api.timeout.ms", "500",
                "kafka.client.request.timeout.ms", "300"));

    // When
    var start = assertThatThrownBy(() -> Kompakt.start(config, EnumSet.of(Role.ROUTER)));

    // Then
    start.isInstanceOf(UnreachableException.class).hasMessageContaining("no Kafka broker answers");
  }

  private Path key() {
    Path key = home.resolve("shared.key");
    try {
      return java.nio.file.Files.writeString(
          key, java.util.Base64.getEncoder().encodeToString(new byte[32]));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
