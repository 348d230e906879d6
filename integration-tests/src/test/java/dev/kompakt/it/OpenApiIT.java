package dev.kompakt.it;

import static dev.kompakt.it.Client.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.testing.Canaries;
import dev.kompakt.testing.Deployment;
import dev.kompakt.testing.FakeUpstream;
import dev.kompakt.testing.Reply;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Real answers against the document that describes them.
class OpenApiIT {
  private static final String COMPACT = "/v1/responses/compact";

  private static String request(int number) {
    return "{\"model\":\"m\",\"input\":\"question " + number + Canaries.TEXT + "\"}";
  }

  @Test
  void shouldAnswerAsTheDocumentSays(@TempDir Path home) {
    try (FakeUpstream upstream = FakeUpstream.start();
        Deployment deployment =
            Deployment.inOneJvm(
                home, Configs.provider(upstream, "native", "{ firstAfter: 30s, every: 10s }"))) {
      // Given
      Client client = new Client(deployment.data());
      OpenApiDocument document = new OpenApiDocument(client.get("/openapi.json").body());

      // When
      HttpResponse<String> done = client.compact(request(1), "idempotency-key", "k");
      HttpResponse<String> reused = client.compact(request(2), "idempotency-key", "k");
      HttpResponse<String> broken = client.compact("{");
      HttpResponse<String> accepted = client.compact(request(1), "prefer", "respond-async");
      String location = accepted.headers().firstValue("location").orElseThrow();
      HttpResponse<String> status = client.get(location);
      HttpResponse<String> cancelled = client.post(location + "/cancel", "");
      HttpResponse<String> unknown = client.get("/v1/compactions/cmpn_" + "0".repeat(40));
      upstream.then(Reply.invalidRequest());
      HttpResponse<String> rejected = client.compact(request(3));

      // Then
      assertFits(document, COMPACT, "post", 200, done);
      assertFits(document, COMPACT, "post", 422, reused);
      assertFits(document, COMPACT, "post", 400, broken);
      assertFits(document, COMPACT, "post", 202, accepted);
      assertFits(document, "/v1/compactions/{id}", "get", 200, status);
      assertFits(document, "/v1/compactions/{id}/cancel", "post", 200, cancelled);
      assertFits(document, "/v1/compactions/{id}", "get", 404, unknown);
      assertFits(document, COMPACT, "post", 400, rejected);
    }
  }

  private static void assertFits(
      OpenApiDocument document,
      String path,
      String method,
      int status,
      HttpResponse<String> response) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    assertThat(document.problems(path, method, status, json(response)))
        .as(method + " " + path + " " + status + ": " + response.body())
        .isEmpty();
  }
}
