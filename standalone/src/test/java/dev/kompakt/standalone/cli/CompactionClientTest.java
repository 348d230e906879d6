package dev.kompakt.standalone.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.kompakt.standalone.cli.CompactionClient.Standing;
import dev.kompakt.standalone.rollout.Compactable;
import dev.kompakt.standalone.rollout.InputFile;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The client against answers a healthy data plane does not give.
class CompactionClientTest {
  private final List<String> requests = new ArrayList<>();
  private HttpServer server;
  private CompactionClient client;
  private volatile int status = 200;
  private volatile String answer = "";

  @TempDir Path directory;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
    client =
        new CompactionClient("http://127.0.0.1:" + server.getAddress().getPort(), "a-key", null);
  }

  @AfterEach
  void stop() {
    client.close();
    server.stop(0);
  }

  @Test
  void shouldSendTheWholeRequestWhenItSubmits() throws Exception {
    // Given
    String request =
        "{\"model\":\"m\",\"input\":[{\"role\":\"user\",\"content\":\"%s\"}]}"
            .formatted("x".repeat(900_000));
    Path file = Files.writeString(directory.resolve("request.json"), request);
    status = 202;
    answer = "{\"id\":\"cmpn_1\",\"status\":\"queued\"}";

    // When
    String id = client.submit((Compactable) InputFile.open(file), "unused");

    // Then
    assertThat(id).isEqualTo("cmpn_1");
    assertThat(requests)
        .containsExactly(
            "POST /v1/responses/compact Bearer a-key respond-async plain " + request.length(),
            request);
  }

  @Test
  void shouldGiveTheReasonWhenItIsRefused() throws IOException {
    // Given
    Path file = Files.writeString(directory.resolve("r.json"), "{\"model\":\"m\",\"input\":\"x\"}");
    Compactable request = (Compactable) InputFile.open(file);
    status = 429;
    answer = "{\"error\":{\"code\":\"gateway_overloaded\",\"message\":\"Too much at once.\"}}";

    // When
    var overloaded = assertThatThrownBy(() -> client.submit(request, "m"));
    status = 502;
    answer = "<html>";
    var foreign = assertThatThrownBy(() -> client.submit(request, "m"));

    // Then
    overloaded
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.passing()).isTrue())
        .hasMessage("Too much at once. (429 gateway_overloaded)");
    foreign
        .isInstanceOfSatisfying(ApiException.class, e -> assertThat(e.passing()).isFalse())
        .hasMessageContaining("502");
  }

  @Test
  void shouldTakeTheResultApartWhenTheCompactionIsCompleted() throws Exception {
    // Given
    answer =
        "\n\n{\"id\":\"cmpn_1\",\"status\":\"completed\",\"progress\":{\"jobs\":2},"
            + "\"result\":{\"object\":\"response.compaction\",\"output\":[1.50,\"\\u00e9\"]},"
            + "\"model\":\"m\"}";

    // When
    Path result;
    try (Standing standing = client.find("cmpn_1")) {
      result = standing.result();

      // Then
      assertThat(standing.running()).isFalse();
      assertThat(standing.face().path("progress").path("jobs").asInt()).isEqualTo(2);
      assertThat(standing.face().path("model").asString()).isEqualTo("m");
      assertThat(standing.face().has("result")).isFalse();
      assertThat(result).content().contains("\"output\":[1.50,");
    }
    assertThat(result).as("goes with what is known").doesNotExist();
  }

  @Test
  void shouldFailWhenAnAnswerIsCutOff() {
    // Given
    answer = "{\"id\":\"cmpn_1\",\"status\":\"completed\",\"result\":{\"output\":[";

    // When
    var find = assertThatThrownBy(() -> client.find("cmpn_1"));

    // Then
    find.isInstanceOf(IOException.class).isNotInstanceOf(ApiException.class);
  }

  @Test
  void shouldTellTheModeWhenTheAdminPlaneKnowsTheCompaction() throws Exception {
    // Given
    String admin = "http://127.0.0.1:" + server.getAddress().getPort();
    answer =
        "{\"data\":[{\"id\":\"cmpn_0\",\"mode\":\"LOCAL\"},{\"id\":\"cmpn_1\",\"mode\":\"NATIVE\"}]}";

    // When
    String known = client.mode(admin, "cmpn_1");
    String unknown = client.mode(admin, "cmpn_2");

    // Then
    assertThat(known).isEqualTo("native");
    assertThat(unknown).isEmpty();
  }

  private void answer(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    if (exchange.getRequestMethod().equals("POST")) {
      requests.add(
          "POST %s %s %s %s %s"
              .formatted(
                  exchange.getRequestURI(),
                  exchange.getRequestHeaders().getFirst("authorization"),
                  exchange.getRequestHeaders().getFirst("prefer"),
                  exchange.getRequestHeaders().getFirst("kompakt-checkpoint"),
                  exchange.getRequestHeaders().getFirst("content-length")));
      requests.add(new String(body, StandardCharsets.UTF_8));
    }
    byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }
}
