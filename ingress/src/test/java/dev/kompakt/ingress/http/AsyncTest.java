package dev.kompakt.ingress.http;

import static dev.kompakt.ingress.http.Samples.COMPACT;
import static dev.kompakt.ingress.http.Samples.RESPONSES;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.schemas.id.TenantId;
import dev.kompakt.schemas.record.CompactionStatus;
import dev.kompakt.schemas.record.Failure;
import dev.kompakt.schemas.record.Submission;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class AsyncTest {
  private static final JsonMapper JSON = new JsonMapper();

  @Test
  void shouldAnswerAtOnceWithLocationWhenAsyncIsPreferred() throws Exception {
    try (TestPlane plane = TestPlane.with();
        Wire wire = plane.connect()) {
      // When
      wire.post(COMPACT, Samples.request("a"), "Prefer: respond-async, wait=5");

      // Then
      Wire.Reply reply = wire.read();
      JsonNode status = JSON.readTree(reply.body());
      String id = plane.submitted(1).compaction().value();
      assertThat(reply.status()).isEqualTo(202);
      assertThat(reply.head().header("location")).isEqualTo("/v1/compactions/" + id);
      assertThat(reply.head().header("preference-applied")).isEqualTo("respond-async");
      assertThat(reply.head().header("retry-after")).isEqualTo("2");
      assertThat(status.get("id").asString()).isEqualTo(id);
      assertThat(status.get("object").asString()).isEqualTo("compaction");
      assertThat(status.get("status").asString()).isEqualTo("queued");
      assertThat(status.get("model").asString()).isEqualTo("gpt-5.5");
      plane.awaitMeter("kompakt_requests_in_flight", 0);
    }
  }

  @Test
  void shouldAnswerAtOnceWhenBodyAsksForBackground() throws Exception {
    try (TestPlane plane = TestPlane.with();
        Wire wire = plane.connect()) {
      // When
      wire.post(
          RESPONSES,
          Samples.trigger("a", true).replace("{\"model\"", "{\"background\":true,\"model\""));

      // Then
      Wire.Reply reply = wire.read();
      assertThat(reply.status()).isEqualTo(202);
      assertThat(reply.head().header("preference-applied")).isNull();
    }
  }

  @Test
  void shouldSayWhetherSomebodyWaitsOnTheConnection() throws Exception {
    try (TestPlane plane = TestPlane.with();
        Wire connected = plane.connect();
        Wire detached = plane.connect()) {
      // When
      connected.post(RESPONSES, Samples.trigger("another", true));
      Submission.Submitted first = plane.submitted(1);
      submit(plane, detached);

      // Then
      assertThat(first.patience()).isEqualTo(Submission.Patience.CONNECTED);
      assertThat(plane.submitted(2).patience()).isEqualTo(Submission.Patience.DETACHED);
    }
  }

  @Test
  void shouldNotDenyACompactionWhileSubmissionsAreNotDecidedOn() throws Exception {
    try (TestPlane plane = TestPlane.with();
        Wire wire = plane.connect()) {
      // Given
      plane.behind = true;

      // When
      Wire.Reply unknown = wire.get("/v1/compactions/cmpn_" + "0".repeat(40)).read();
      plane.behind = false;
      Wire.Reply denied = wire.get("/v1/compactions/cmpn_" + "0".repeat(40)).read();

      // Then
      assertThat(unknown.status()).isEqualTo(503);
      assertThat(unknown.head().header("retry-after")).isEqualTo("1");
      assertThat(unknown.body()).contains("\"status_unknown\"");
      assertThat(denied.status()).isEqualTo(404);
    }
  }

  @Test
  void shouldTellStatusAtEveryStage() throws Exception {
    try (TestPlane plane = TestPlane.with();
        Wire wire = plane.connect()) {
      // Given
      String path = submit(plane, wire);

      // When
      JsonNode accepted = get(wire, path);
      plane.log.run(plane.submitted(1), 0);
      JsonNode queued = get(wire, path);
      plane.log.run(plane.submitted(1), 2);
      JsonNode running = get(wire, path);
      plane.log.complete(plane.submitted(1), Samples.answer("x"));
      JsonNode completed = get(wire, path);

      // Then
      assertThat(accepted.get("status").asString()).isEqualTo("queued");
      assertThat(queued.get("status").asString()).isEqualTo("queued");
      assertThat(running.get("status").asString()).isEqualTo("in_progress");
      assertThat(running.get("progress").get("calls").asInt()).isEqualTo(2);
      assertThat(running.has("result")).isFalse();
      assertThat(completed.get("status").asString()).isEqualTo("completed");
      assertThat(completed.get("usage").get("total_tokens").asInt()).isEqualTo(940);
      assertThat(completed.get("result")).isEqualTo(JSON.readTree(Samples.answer("x")));
    }
  }

  @Test
  void shouldTellErrorWhenFailed() throws Exception {
    try (TestPlane plane = TestPlane.with();
        Wire wire = plane.connect()) {
      // Given
      String path = submit(plane, wire);

      // When
      plane.log.fail(
          plane.submitted(1), new Failure(502, "server_error", "upstream_failed", "Bad.", null));

      // Then
      JsonNode failed = get(wire, path);
      assertThat(failed.get("status").asString()).isEqualTo("failed");
      assertThat(failed.get("error").get("code").asString()).isEqualTo("upstream_failed");
      assertThat(failed.get("error").get("status").asInt()).isEqualTo(502);
    }
  }

  @Test
  void shouldHideCompactionWhenItIsAnotherTenants() throws Exception {
    try (TestPlane plane = TestPlane.with();
        Wire wire = plane.connect()) {
      // Given
      String path = submit(plane, wire);
      plane.log.run(plane.submitted(1), 1);
      CompactionStatus status =
          Objects.requireNonNull(plane.log.find(plane.submitted(1).compaction()));

      // When
      plane.log.tell(plane.log.copy(status, new TenantId("bob")));

      // Then
      assertThat(wire.get(path).read().status()).isEqualTo(404);
      assertThat(wire.get(path + "/events").read().status()).isEqualTo(404);
      assertThat(
              wire.send(Wire.head("POST", path + "/cancel") + "Content-Length: 0\r\n\r\n")
                  .read()
                  .status())
          .isEqualTo(404);
    }
  }

  @Test
  void shouldStreamEveryChangeUntilTheEndWhenEventsAreFollowed() throws Exception {
    try (TestPlane plane = TestPlane.with("ingress.keepalive.every", "60s");
        Wire wire = plane.connect();
        Wire events = plane.connect()) {
      // Given
      String path = submit(plane, wire);
      events.get(path + "/events");
      Wire.Head head = events.readHead();
      String first = events.readChunk();

      // When
      plane.log.run(plane.submitted(1), 0);
      String second = events.readChunk();
      plane.log.run(plane.submitted(1), 1);
      String third = events.readChunk();
      plane.log.complete(plane.submitted(1), Samples.answer("x"));

      // Then
      assertThat(head.header("content-type")).isEqualTo("text/event-stream");
      assertThat(first).startsWith("data: {\"type\":\"compaction.queued\"");
      assertThat(second).startsWith("id: 0\ndata: {\"type\":\"compaction.queued\"");
      assertThat(third).startsWith("id: 1\ndata: {\"type\":\"compaction.in_progress\"");
      List<String> rest = events.readEvents();
      assertThat(rest).hasSize(1);
      assertThat(rest.getFirst()).startsWith("id: 2\ndata: {\"type\":\"compaction.completed\"");
      assertThat(events.get("/openapi.json").read().status()).isEqualTo(200);
    }
  }

  @Test
  void shouldKeepEventStreamAliveAndResumeIt() throws Exception {
    try (TestPlane plane = TestPlane.with();
        Wire wire = plane.connect();
        Wire events = plane.connect()) {
      // Given
      String path = submit(plane, wire);
      plane.log.run(plane.submitted(1), 1);

      // When
      events.get(path + "/events", "Last-Event-ID: 0");

      // Then
      events.readHead();
      assertThat(events.readChunk()).isEqualTo("data: {\"type\":\"keepalive\"}\n\n");
      plane.log.run(plane.submitted(1), 2);
      assertThat(events.readChunk()).startsWith("id: 1\n");
    }
  }

  @Test
  void shouldNoticeWhenFollowerLeaves() throws Exception {
    try (TestPlane plane = TestPlane.with();
        Wire wire = plane.connect()) {
      // Given
      String path = submit(plane, wire);
      Wire events = plane.connect();
      events.get(path + "/events").readHead();

      // When
      events.close();

      // Then
      plane.awaitMeter("kompakt_parked_requests", 0);
      plane.awaitMeter("kompakt_clients_gone_total", 1);
    }
  }

  @Test
  void shouldAskToStopWhenCancelled() throws Exception {
    try (TestPlane plane = TestPlane.with();
        Wire wire = plane.connect();
        Wire parked = plane.connect()) {
      // Given
      String path = submit(plane, wire);
      plane.log.run(plane.submitted(1), 1);
      parked.post(COMPACT, Samples.request("a"));
      plane.awaitMeter("kompakt_parked_requests", 1);

      // When
      wire.send(Wire.head("POST", path + "/cancel") + "Content-Length: 0\r\n\r\n");
      TestPlane.eventually(() -> plane.log.submissions().size() == 2);
      plane.log.cancel(plane.submitted(1));

      // Then
      Wire.Reply reply = wire.read();
      assertThat(reply.status()).isEqualTo(200);
      assertThat(JSON.readTree(reply.body()).get("status").asString()).isEqualTo("cancelled");
      assertThat(plane.log.submissions().getLast()).isInstanceOf(Submission.CancelRequested.class);
      plane.awaitMeter("kompakt_parked_requests", 0);
      assertThat(
              JSON.readTree(
                      wire.send(Wire.head("POST", path + "/cancel") + "Content-Length: 0\r\n\r\n")
                          .read()
                          .body())
                  .get("status")
                  .asString())
          .isEqualTo("cancelled");
      assertThat(plane.log.submissions()).hasSize(2);
    }
  }

  private static String submit(TestPlane plane, Wire wire) throws Exception {
    Wire.Reply reply = wire.post(COMPACT, Samples.request("a"), "Prefer: respond-async").read();
    plane.submitted(1);
    return Objects.requireNonNull(reply.head().header("location"));
  }

  private static JsonNode get(Wire wire, String path) throws Exception {
    Wire.Reply reply = wire.get(path).read();
    assertThat(reply.status()).isEqualTo(200);
    return JSON.readTree(reply.body());
  }
}
