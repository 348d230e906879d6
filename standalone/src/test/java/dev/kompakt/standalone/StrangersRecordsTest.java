package dev.kompakt.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kompakt.schemas.topic.Topic;
import dev.kompakt.schemas.topic.Topics;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Row S4 of the fault matrix, over all roles: what somebody else wrote, or a newer version.
class StrangersRecordsTest {
  private static final Duration SOON = Duration.ofSeconds(30);

  @TempDir private Path home;

  @Test
  void shouldCountSetAsideAndGoOnWhenRecordsCannotBeRead() throws Exception {
    // Given
    List<Topic<?, ?>> counted =
        List.of(
            Topics.SUBMISSIONS,
            Topics.JOBS,
            Topics.OUTCOMES,
            Topics.ACCOUNTS,
            Topics.LIMITS,
            Topics.SESSIONS,
            Topics.TENANTS,
            Topics.COMPACTIONS,
            Topics.DEAD_LETTERS);
    try (Kompakt kompakt = Kompakt.up(HomeConfig.of(home));
        HttpClient http = HttpClient.newHttpClient()) {

      // When
      try (KafkaProducer<String, String> stranger = stranger(kompakt)) {
        for (Topic<?, ?> topic : counted) {
          String value = topic.equals(Topics.JOBS) ? "{\"v\":2,\"mode\":\"local\"}" : "secret text";
          stranger.send(new ProducerRecord<>(topic.name(), 0, "stranger", value)).get();
        }
      }

      // Then
      await()
          .atMost(SOON)
          .untilAsserted(
              () ->
                  assertThat(get(http, kompakt.adminPlane() + "/metrics"))
                      .contains(
                          counted.stream()
                              .map(Topic::name)
                              .map(name -> "unreadable_records_total{topic=\"" + name + "\"}")
                              .toList()));
      await()
          .atMost(SOON)
          .untilAsserted(
              () ->
                  assertThat(get(http, kompakt.adminPlane() + "/admin/v1/dead-letters"))
                      .contains(
                          "kompakt.submissions-0@0", "kompakt.jobs-0@0", "kompakt.outcomes-0@0")
                      .doesNotContain("secret text"));
      assertThat(compact(http, kompakt).statusCode()).isEqualTo(200);
      assertThat(get(http, kompakt.adminPlane() + "/readyz")).contains("ok   worker lanes");
    }
  }

  @Test
  void shouldAskTheRouterOnceMoreWhenAStatusCannotBeRead() throws Exception {
    // Given
    try (Kompakt kompakt = Kompakt.up(HomeConfig.of(home));
        HttpClient http = HttpClient.newHttpClient()) {
      String answer = compact(http, kompakt).body();
      Matcher status =
          Pattern.compile("\"id\":\"(cmpn_[^\"]+)")
              .matcher(get(http, kompakt.adminPlane() + "/admin/v1/compactions"));
      assertThat(status.find()).isTrue();
      String id = status.group(1);

      // When
      try (KafkaProducer<String, String> stranger = stranger(kompakt)) {
        stranger.send(new ProducerRecord<>(Topics.COMPACTIONS.name(), id, "{\"v\":2}")).get();
      }
      await()
          .atMost(SOON)
          .untilAsserted(
              () ->
                  assertThat(get(http, kompakt.dataPlane() + "/v1/compactions/" + id))
                      .contains("status_unknown"));

      // Then
      assertThat(compact(http, kompakt).body()).isEqualTo(answer);
      assertThat(get(http, kompakt.dataPlane() + "/v1/compactions/" + id)).contains("completed");
    }
  }

  private static KafkaProducer<String, String> stranger(Kompakt kompakt) {
    return new KafkaProducer<>(
        Map.of("bootstrap.servers", kompakt.broker()),
        new StringSerializer(),
        new StringSerializer());
  }

  private static HttpResponse<String> compact(HttpClient http, Kompakt kompakt) throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create(kompakt.dataPlane() + "/v1/responses/compact"))
            .header("content-type", "application/json")
            .POST(
                BodyPublishers.ofString(
                    "{\"model\":\"m\",\"input\":[{\"role\":\"user\",\"content\":\"hi\"}]}"))
            .build(),
        BodyHandlers.ofString(StandardCharsets.UTF_8));
  }

  private static String get(HttpClient http, String url) throws IOException, InterruptedException {
    return http.send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString())
        .body();
  }
}
