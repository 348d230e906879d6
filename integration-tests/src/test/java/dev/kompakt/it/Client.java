package dev.kompakt.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A plain HTTP client of the data plane.
final class Client {
  static final JsonMapper JSON = new JsonMapper();
  private static final Duration DEADLINE = Duration.ofSeconds(90);

  private final URI base;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();

  Client(URI base) {
    this.base = base;
  }

  HttpResponse<String> compact(String body, String... headers) {
    return post("/v1/responses/compact", body, headers);
  }

  HttpResponse<String> post(String path, String body, String... headers) {
    return await(postAsync(path, body, headers));
  }

  CompletableFuture<HttpResponse<String>> postAsync(String path, String body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(base.resolve(path))
            .timeout(DEADLINE)
            .header("content-type", "application/json")
            .POST(BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return http.sendAsync(request.build(), BodyHandlers.ofString());
  }

  HttpResponse<String> post(String path, byte[] body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(base.resolve(path))
            .timeout(DEADLINE)
            .header("content-type", "application/json")
            .POST(BodyPublishers.ofByteArray(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return await(http.sendAsync(request.build(), BodyHandlers.ofString()));
  }

  /// Sends a request, and has its answer as soon as that begins, with its end or a keepalive.
  HttpResponse<InputStream> parked(String path, String body) {
    HttpRequest request =
        HttpRequest.newBuilder(base.resolve(path))
            .header("content-type", "application/json")
            .POST(BodyPublishers.ofString(body))
            .build();
    return await(http.sendAsync(request, BodyHandlers.ofInputStream()));
  }

  HttpResponse<String> get(String path) {
    return await(
        http.sendAsync(
            HttpRequest.newBuilder(base.resolve(path)).timeout(DEADLINE).GET().build(),
            BodyHandlers.ofString()));
  }

  /// What a process' `/metrics` tell, all tags together; this client is of its admin plane.
  ///
  /// @param name as Prometheus has it
  double metric(String name) {
    return get("/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  static <T> T await(CompletableFuture<T> future) {
    try {
      return future
          .orTimeout(DEADLINE.toSeconds() + 5, java.util.concurrent.TimeUnit.SECONDS)
          .join();
    } catch (java.util.concurrent.CompletionException e) {
      if (e.getCause() instanceof IOException io) {
        throw new UncheckedIOException(io);
      }
      throw e;
    }
  }

  static JsonNode json(HttpResponse<String> response) {
    return JSON.readTree(response.body());
  }

  /// The `data:` objects of an event stream, in order.
  static List<JsonNode> events(String stream) {
    List<JsonNode> events = new ArrayList<>();
    for (String line : stream.lines().toList()) {
      if (line.startsWith("data:") && !line.contains("[DONE]")) {
        events.add(JSON.readTree(line.substring("data:".length())));
      }
    }
    return events;
  }

  /// The compaction items in an answer's output.
  static List<JsonNode> compactionItems(JsonNode answer) {
    List<JsonNode> items = new ArrayList<>();
    for (JsonNode item : answer.path("output")) {
      if (item.path("type").asString("").equals("compaction")) {
        items.add(item);
      }
    }
    return items;
  }

  static void assertSummarized(HttpResponse<String> response) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    assertThat(compactionItems(json(response))).hasSize(1);
  }
}
