package dev.kompakt.standalone.cli;

import dev.kompakt.standalone.rollout.Compactable;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Speaks the public HTTP API. Thread-safe.
final class CompactionClient implements AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();
  private static final Duration CONNECT_DEADLINE = Duration.ofSeconds(10);
  private static final Duration ANSWER_DEADLINE = Duration.ofMinutes(15);
  private static final int MAX_ERROR_BYTES = 1 << 20;

  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(CONNECT_DEADLINE)
          .build();
  private final String base;
  private final @Nullable String key;
  private final @Nullable String adminKey;

  /// Makes a client.
  ///
  /// @param base address of the data plane, without a path
  /// @param key sent as bearer token; null for none
  /// @param adminKey likewise, to the admin plane
  CompactionClient(String base, @Nullable String key, @Nullable String adminKey) {
    this.base = base;
    this.key = key;
    this.adminKey = adminKey;
  }

  /// What is known of a compaction.
  ///
  /// @param face `GET /v1/compactions/{id}` without its result
  /// @param result the compaction response, in a file that goes when this is closed; null until it
  ///   is completed
  record Standing(JsonNode face, @Nullable Path result) implements AutoCloseable {
    String status() {
      return face.path("status").asString("");
    }

    boolean running() {
      return status().equals("queued") || status().equals("in_progress");
    }

    @Override
    public void close() throws IOException {
      if (result != null) {
        Files.deleteIfExists(result);
      }
    }
  }

  /// Hands a file in; the id of its compaction.
  ///
  /// @throws ApiException if it is refused
  String submit(Compactable file, String model) throws IOException, InterruptedException {
    HttpRequest request =
        request("/v1/responses/compact")
            .header("content-type", "application/json")
            .header("prefer", "respond-async")
            .header("kompakt-checkpoint", "plain")
            .POST(RequestBody.of(file, model))
            .build();
    HttpResponse<InputStream> response = http.send(request, BodyHandlers.ofInputStream());
    try (InputStream body = response.body()) {
      check(response.statusCode(), body);
      return JSON.readTree(body.readNBytes(MAX_ERROR_BYTES)).path("id").stringValue();
    } catch (JacksonException e) {
      throw new IOException("the answer to a submission is no JSON", e);
    }
  }

  /// Where a compaction stands, with its result if it is completed.
  ///
  /// @throws ApiException if there is no such compaction
  Standing find(String id) throws IOException, InterruptedException {
    HttpResponse<InputStream> response =
        http.send(request("/v1/compactions/" + id).GET().build(), BodyHandlers.ofInputStream());
    try (InputStream body = response.body()) {
      check(response.statusCode(), body);
      return standing(body);
    } catch (JacksonException e) {
      throw new IOException("an answer is not complete", e);
    }
  }

  /// How a compaction is being made, in lower case, as the admin plane tells; empty if it does not.
  ///
  /// @param admin base address of the admin plane
  String mode(String admin, String id) throws InterruptedException {
    HttpRequest request =
        bearing(
                adminKey,
                HttpRequest.newBuilder(URI.create(admin + "/admin/v1/compactions?limit=1000")))
            .timeout(CONNECT_DEADLINE)
            .build();
    try {
      HttpResponse<byte[]> response = http.send(request, BodyHandlers.ofByteArray());
      for (JsonNode entry : JSON.readTree(response.body()).path("data")) {
        if (entry.path("id").asString("").equals(id)) {
          return entry.path("mode").asString("").toLowerCase(Locale.ROOT);
        }
      }
      return "";
    } catch (IOException | JacksonException e) {
      return "";
    }
  }

  private HttpRequest.Builder request(String path) {
    return bearing(key, HttpRequest.newBuilder(URI.create(base + path)).timeout(ANSWER_DEADLINE));
  }

  private static HttpRequest.Builder bearing(@Nullable String key, HttpRequest.Builder request) {
    return key == null ? request : request.header("authorization", "Bearer " + key);
  }

  private static void check(int status, InputStream body) throws IOException {
    if (status / 100 == 2) {
      return;
    }
    JsonNode error;
    try {
      error = JSON.readTree(body.readNBytes(MAX_ERROR_BYTES)).path("error");
    } catch (JacksonException e) {
      error = JSON.createObjectNode();
    }
    throw new ApiException(
        status,
        error.path("code").asString("unknown"),
        error.path("message").asString("the answer was no error of Kompakt's"));
  }

  /// Takes `result` apart from the rest, so that it is never held.
  private static Standing standing(InputStream body) throws IOException {
    ObjectNode face = JSON.createObjectNode();
    Path result = null;
    try (JsonParser json = JSON.createParser(body)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw new IOException("an answer is no JSON object");
      }
      for (String name = json.nextName(); name != null; name = json.nextName()) {
        json.nextToken();
        if (name.equals("result") && result == null) {
          result = copy(json);
        } else {
          face.set(name, json.<JsonNode>readValueAsTree());
        }
      }
      return new Standing(face, result);
    } catch (JacksonException | IOException e) {
      if (result != null) {
        Files.deleteIfExists(result);
      }
      throw e;
    }
  }

  private static Path copy(JsonParser json) throws IOException {
    Path file = Files.createTempFile("kompakt-result", ".json");
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file));
        JsonGenerator copy = JSON.createGenerator(out)) {
      copy.copyCurrentStructureExact(json);
      return file;
    } catch (JacksonException | IOException e) {
      Files.deleteIfExists(file);
      throw e;
    }
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
