package dev.kompakt.ingress.http;

import static dev.kompakt.ingress.http.Samples.RESPONSES;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.schemas.record.Checkpoint;
import dev.kompakt.schemas.record.Failure;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class EventsTest {
  private static final JsonMapper JSON = new JsonMapper();

  @Test
  void shouldSendCreatedItemAndCompletedWhenDoneBeforeFirstBeat() throws Exception {
    try (TestPlane plane = TestPlane.with("ingress.keepalive.firstAfter", "60s");
        Wire wire = plane.connect()) {
      // Given
      wire.post(RESPONSES, Samples.trigger("hello", true));

      // When
      plane.log.complete(plane.submitted(1), Samples.answer("x"));

      // Then
      Wire.Head head = wire.readHead();
      List<JsonNode> events = data(wire.readEvents());
      assertThat(head.status()).isEqualTo(200);
      assertThat(head.header("content-type")).isEqualTo("text/event-stream");
      assertThat(head.header("x-accel-buffering")).isEqualTo("no");
      assertThat(types(events))
          .containsExactly("response.created", "response.output_item.done", "response.completed");
      assertThat(events.get(1).get("item")).isEqualTo(JSON.readTree(Samples.compactionItem("x")));
      JsonNode completed = events.get(2).get("response");
      assertThat(completed.get("id").asString()).startsWith("resp_");
      assertThat(completed.get("id")).isEqualTo(events.get(0).get("response").get("id"));
      assertThat(completed.get("status").asString()).isEqualTo("completed");
      assertThat(completed.get("usage")).isEqualTo(JSON.readTree(Samples.USAGE));
      assertThat(wire.get("/openapi.json").read().status()).isEqualTo(200);
    }
  }

  @Test
  void shouldKeepAliveWithDataFramesWhenWorkTakesLong() throws Exception {
    try (TestPlane plane = TestPlane.with();
        Wire wire = plane.connect()) {
      // Given
      wire.post(RESPONSES, Samples.trigger("hello", true));
      wire.readHead();
      String first = wire.readChunk();
      String second = wire.readChunk();

      // When
      plane.log.complete(plane.submitted(1), Samples.answer("x"));

      // Then
      assertThat(first).startsWith("data: {\"type\":\"response.created\",").endsWith("\n\n");
      assertThat(second).isEqualTo("data: {\"type\":\"keepalive\"}\n\n");
      assertThat(types(data(wire.readEvents())).stream().filter(type -> !type.equals("keepalive")))
          .containsExactly("response.output_item.done", "response.completed");
    }
  }

  @Test
  void shouldSayFailedAndEndCleanlyWhenFailedAfterCommit() throws Exception {
    try (TestPlane plane = TestPlane.with();
        Wire wire = plane.connect()) {
      // Given
      wire.post(RESPONSES, Samples.trigger("hello", true));
      wire.readHead();
      wire.readChunk();

      // When
      plane.log.fail(
          plane.submitted(1),
          new Failure(400, "invalid_request_error", "context_too_large", "Too large.", null));

      // Then
      JsonNode last = data(wire.readEvents()).getLast();
      assertThat(last.get("type").asString()).isEqualTo("response.failed");
      assertThat(last.get("response").get("status").asString()).isEqualTo("failed");
      assertThat(last.get("response").get("error").get("code").asString())
          .isEqualTo("context_length_exceeded");
      plane.awaitMeter("kompakt_requests_total{route=\"responses\",status=\"400\"}", 1);
      assertThat(wire.get("/openapi.json").read().status()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "400, context_length_exceeded, context_length_exceeded",
    "400, invalid_value, invalid_prompt",
    "502, upstream_error, server_is_overloaded",
    "502, upstream_malformed, server_is_overloaded",
    "503, server_is_overloaded, server_is_overloaded",
    "503, no_account, server_error",
    "504, compaction_timed_out, server_error"
  })
  void shouldNameTheCodeThatClientsKnowWhenFailedAfterCommit(int status, String code, String told)
      throws Exception {
    try (TestPlane plane = TestPlane.with();
        Wire wire = plane.connect()) {
      // Given
      wire.post(RESPONSES, Samples.trigger("hello", true));
      wire.readHead();

      // When
      plane.log.fail(plane.submitted(1), new Failure(status, "server_error", code, "No.", null));

      // Then
      JsonNode error = data(wire.readEvents()).getLast().get("response").get("error");
      assertThat(error.get("code").asString()).isEqualTo(told);
    }
  }

  @Test
  void shouldTellWhenToTryAgainWhenRateLimitedAfterCommit() throws Exception {
    try (TestPlane plane = TestPlane.with();
        Wire wire = plane.connect()) {
      // Given
      wire.post(RESPONSES, Samples.trigger("hello", true));
      wire.readHead();

      // When
      plane.log.fail(
          plane.submitted(1),
          new Failure(429, "rate_limit_error", "rate_limit_exceeded", "Slow down.", 9));

      // Then
      JsonNode error = data(wire.readEvents()).getLast().get("response").get("error");
      assertThat(error.get("code").asString()).isEqualTo("rate_limit_exceeded");
      assertThat(error.get("message").asString()).contains("try again in 9s");
    }
  }

  @Test
  void shouldKeepTrueStatusWhenFailedBeforeFirstBeat() throws Exception {
    try (TestPlane plane = TestPlane.with("ingress.keepalive.firstAfter", "60s");
        Wire wire = plane.connect()) {
      // Given
      wire.post(RESPONSES, Samples.trigger("hello", true));

      // When
      plane.log.fail(
          plane.submitted(1), new Failure(502, "server_error", "upstream_failed", "No.", null));

      // Then
      Wire.Reply reply = wire.read();
      assertThat(reply.status()).isEqualTo(502);
      assertThat(reply.head().header("content-type")).isEqualTo("application/json");
      assertThat(reply.body()).contains("\"code\":\"upstream_failed\"");
    }
  }

  @Test
  void shouldSendOneLineWhenStoredAnswerIsPrettyAndLarge() throws Exception {
    try (TestPlane plane = TestPlane.with("ingress.keepalive.firstAfter", "60s");
        Wire wire = plane.connect()) {
      // Given
      String content = "é🙂\\\\n".repeat(200_000);
      String answer =
          Samples.answer(content).replace("{\"id\"", "{\r\n  \"id\"").replace(",", ",\n");
      wire.post(RESPONSES, Samples.trigger("hello", true));

      // When
      plane.log.complete(plane.submitted(1), answer);

      // Then
      wire.readHead();
      List<String> frames = wire.readEvents();
      assertThat(frames.size()).isEqualTo(3);
      assertThat(frames.stream().noneMatch(frame -> frame.contains("\n"))).isTrue();
      JsonNode expected = JSON.readTree(Samples.compactionItem(content));
      assertThat(data(frames).get(1).get("item").equals(expected)).isTrue();
    }
  }

  @Test
  void shouldRefuseWhenStoredAnswerHasTwoCompactionItems() throws Exception {
    try (TestPlane plane = TestPlane.with("ingress.keepalive.firstAfter", "60s");
        Wire wire = plane.connect()) {
      // Given
      String item = Samples.compactionItem("x");
      wire.post(RESPONSES, Samples.trigger("hello", true));

      // When
      plane.log.complete(
          plane.submitted(1), "{\"id\":\"r\",\"output\":[" + item + "," + item + "]}");

      // Then
      Wire.Reply reply = wire.read();
      assertThat(reply.status()).isEqualTo(500);
      assertThat(reply.body()).contains("result_lost");
    }
  }

  @Test
  void shouldSealWhenEventsAreAskedForWithPlainCheckpoint() throws Exception {
    try (TestPlane plane = TestPlane.with();
        Wire wire = plane.connect()) {
      // When
      wire.post(RESPONSES, Samples.trigger("hello", true), "kompakt-checkpoint: plain");

      // Then
      assertThat(plane.submitted(1).checkpoint()).isEqualTo(Checkpoint.SEALED);
    }
  }

  @Test
  void shouldAnswerResponseObjectWhenNoStreamIsAskedFor() throws Exception {
    try (TestPlane plane = TestPlane.with("ingress.keepalive.firstAfter", "60s");
        Wire wire = plane.connect()) {
      // Given
      wire.post("/backend-api/codex/responses", Samples.trigger("hello", false));

      // When
      plane.log.complete(plane.submitted(1), Samples.answer("x"));

      // Then
      JsonNode response = JSON.readTree(wire.read().body());
      assertThat(response.get("object").asString()).isEqualTo("response");
      assertThat(response.get("status").asString()).isEqualTo("completed");
      assertThat(response.get("output"))
          .isEqualTo(JSON.readTree("[" + Samples.compactionItem("x") + "]"));
      assertThat(response.get("usage")).isEqualTo(JSON.readTree(Samples.USAGE));
    }
  }

  @Test
  void shouldAnswerAllItemsWhenPlainAnswerHasNoCompactionItem() throws Exception {
    try (TestPlane plane = TestPlane.with("ingress.keepalive.firstAfter", "60s");
        Wire wire = plane.connect()) {
      // Given
      wire.post(RESPONSES, Samples.trigger("hello", false), "kompakt-checkpoint: plain");
      String output = "[" + Samples.message("a") + "," + Samples.message("b") + "]";

      // When
      plane.log.complete(plane.submitted(1), "{\"id\":\"r\",\"output\":" + output + "}");

      // Then
      assertThat(JSON.readTree(wire.read().body()).get("output")).isEqualTo(JSON.readTree(output));
      assertThat(plane.submitted(1).checkpoint()).isEqualTo(Checkpoint.PLAIN);
    }
  }

  private static List<JsonNode> data(List<String> frames) {
    return frames.stream().map(frame -> JSON.readTree(frame.substring("data: ".length()))).toList();
  }

  private static List<String> types(List<JsonNode> events) {
    return events.stream().map(event -> event.get("type").asString()).toList();
  }
}
