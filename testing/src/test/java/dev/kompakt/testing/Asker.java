package dev.kompakt.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Asks a fake upstream as the account `a`.
final class Asker implements AutoCloseable {
  static final JsonMapper MAPPER = new JsonMapper();
  static final Duration SOON = Duration.ofSeconds(10);
  static final String TRIGGER =
      "{\"model\":\"m\",\"stream\":true,\"input\":[{\"role\":\"user\",\"content\":\"hi\"},"
          + "{\"type\":\"compaction_trigger\"}]}";
  static final String SUMMARY = "{\"model\":\"m\",\"stream\":true,\"input\":\"hi\"}";

  final FakeUpstream upstream;
  final HttpClient client = HttpClient.newHttpClient();

  /// @param upstream closed with this
  Asker(FakeUpstream upstream) {
    this.upstream = upstream;
  }

  HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
    return post(path, body.getBytes(StandardCharsets.UTF_8));
  }

  HttpResponse<String> post(String path, byte[] body) throws IOException, InterruptedException {
    return client.send(request(path, body), BodyHandlers.ofString());
  }

  HttpResponse<String> compact(SyntheticRequest history) throws IOException, InterruptedException {
    return post("/responses/compact", history.toBytes());
  }

  HttpRequest request(String path, byte[] body) {
    return HttpRequest.newBuilder(URI.create(upstream.baseUrl() + path))
        .header("content-type", "application/json")
        .header("authorization", "Bearer a")
        .timeout(SOON)
        .POST(BodyPublishers.ofByteArray(body))
        .build();
  }

  /// The events of a streamed answer.
  static List<JsonNode> events(HttpResponse<String> answer) {
    assertThat(answer.headers().firstValue("content-type")).contains("text/event-stream");
    return answer
        .body()
        .lines()
        .filter(line -> line.startsWith("data: "))
        .map(line -> MAPPER.readTree(line.substring(6)))
        .toList();
  }

  @Override
  public void close() {
    upstream.close();
    client.shutdownNow();
  }
}
