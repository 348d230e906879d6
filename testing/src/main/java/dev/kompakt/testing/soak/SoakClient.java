package dev.kompakt.testing.soak;

import dev.kompakt.testing.Marks;
import dev.kompakt.testing.SyntheticRequest;
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
import java.util.Random;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Asks for one compaction until it is answered: waits, or polls, or leaves and does not come back.
/// It tries again after every error that may pass, with the same `Idempotency-Key`.
final class SoakClient {
  private static final JsonMapper JSON = new JsonMapper();
  private static final Duration TRY = Duration.ofSeconds(60);
  private static final Duration LEAVING = Duration.ofMillis(1_500);
  private static final Duration BETWEEN_TRIES = Duration.ofSeconds(1);
  private static final HttpClient HTTP =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

  private final Random random;
  private final SyntheticRequest request;
  private final List<URI> ingresses;
  private final String key;
  private final Manner manner;
  private int tries;

  private enum Manner {
    WAITS,
    POLLS,
    LEAVES
  }

  /// What became of it.
  sealed interface End {
    record Answered() implements End {}

    record Refused() implements End {}

    record Left() implements End {}

    /// An answer that must not be.
    record Wrong(String what) implements End {}
  }

  SoakClient(long seed, SyntheticRequest request, List<URI> ingresses) {
    random = new Random(seed);
    this.request = request;
    this.ingresses = ingresses;
    key = "soak-" + seed;
    int of = random.nextInt(10);
    manner = of < 6 ? Manner.WAITS : of < 9 ? Manner.POLLS : Manner.LEAVES;
  }

  int tries() {
    return tries;
  }

  /// Asks.
  ///
  /// @param patient whether to try again
  End ask(BooleanSupplier patient) throws InterruptedException {
    End last = new End.Wrong("no answer at all");
    do {
      tries++;
      try {
        HttpResponse<String> response = HTTP.send(submission(), BodyHandlers.ofString());
        End end = response.statusCode() == 202 ? poll(response, patient) : judge(response);
        if (!(end instanceof End.Refused)) {
          return end;
        }
        last = end;
      } catch (IOException e) {
        if (manner == Manner.LEAVES) {
          return new End.Left();
        }
        last = new End.Refused();
      }
      Thread.sleep(BETWEEN_TRIES);
    } while (patient.getAsBoolean());
    return last;
  }

  private HttpRequest submission() {
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(ingress().resolve("/v1/responses/compact"))
            .timeout(manner == Manner.LEAVES ? LEAVING : TRY)
            .header("content-type", "application/json")
            .header("idempotency-key", key)
            .header("kompakt-checkpoint", "plain")
            .POST(BodyPublishers.ofByteArray(request.toBytes()));
    if (manner == Manner.POLLS) {
      builder.header("prefer", "respond-async");
    }
    return builder.build();
  }

  private End poll(HttpResponse<String> accepted, BooleanSupplier patient)
      throws InterruptedException {
    String location = accepted.headers().firstValue("location").orElse("/");
    while (true) {
      Thread.sleep(BETWEEN_TRIES);
      try {
        HttpResponse<String> response =
            HTTP.send(
                HttpRequest.newBuilder(ingress().resolve(location)).timeout(TRY).build(),
                BodyHandlers.ofString());
        String status = status(response);
        if (response.statusCode() == 404) {
          return new End.Wrong("404 for " + location + ", which was accepted");
        }
        if (!List.of("queued", "in_progress").contains(status) && response.statusCode() == 200) {
          return judge(response);
        }
      } catch (IOException e) {
        // another try
      }
      if (!patient.getAsBoolean()) {
        return new End.Wrong("no end of " + location);
      }
    }
  }

  private static String status(HttpResponse<String> response) {
    try {
      return JSON.readTree(response.body()).path("status").asString("");
    } catch (JacksonException e) {
      return "";
    }
  }

  private End judge(HttpResponse<String> response) {
    JsonNode body;
    try {
      body = JSON.readTree(response.body());
    } catch (JacksonException e) {
      return new End.Wrong(response.statusCode() + " with a body that is no JSON");
    }
    if (body.hasNonNull("error") || body.path("status").asString("").equals("failed")) {
      return new End.Refused();
    }
    if (response.statusCode() != 200) {
      return new End.Wrong(response.statusCode() + " without an error");
    }
    TreeSet<Integer> asked = new TreeSet<>(Marks.in(request.toBytes()));
    TreeSet<Integer> got =
        new TreeSet<>(Marks.in(response.body().getBytes(StandardCharsets.UTF_8)));
    return got.equals(asked)
        ? new End.Answered()
        : new End.Wrong("a compaction of something else: " + got + " and not " + asked);
  }

  private URI ingress() {
    return ingresses.get(random.nextInt(ingresses.size()));
  }
}
