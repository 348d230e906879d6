package dev.kompakt.ingress.http;

import static dev.kompakt.ingress.http.Samples.COMPACT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kompakt.schemas.id.CompactionId;
import java.io.EOFException;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// What the router tells of a compaction is of a version that this ingress does not read.
final class UnreadableStatusTest {
  private static final String PARKED = "kompakt_parked_requests";

  @Test
  void shouldSendParkedClientsBackAtOnceAndAskTheRouterOnceMoreWhenTheyComeAgain()
      throws Exception {
    try (TestPlane plane = TestPlane.with("ingress.keepalive.firstAfter", "60s");
        Wire accepting = plane.connect();
        Wire attached = plane.connect()) {
      // Given
      accepting.post(COMPACT, Samples.request("hello"));
      CompactionId compaction = plane.submitted(1).compaction();
      attached.post(COMPACT, Samples.request("hello"));
      plane.awaitMeter(PARKED, 2);

      // When
      plane.log.tellUnreadably(compaction);
      Wire.Reply first = accepting.read();
      Wire.Reply second = attached.read();
      Wire.Reply asked = attached.get("/v1/compactions/" + compaction.value()).read();
      accepting.post(COMPACT, Samples.request("hello"));
      plane.log.complete(plane.submitted(2), Samples.answer("x"));

      // Then
      assertThat(first.status()).isEqualTo(503);
      assertThat(first.head().header("retry-after")).isEqualTo("5");
      assertThat(first.body()).contains("\"status_unreadable\"");
      assertThat(second.status()).isEqualTo(503);
      assertThat(asked.status()).isEqualTo(503);
      assertThat(asked.body()).contains("\"status_unknown\"");
      assertThat(accepting.read().body()).isEqualTo(Samples.answer("x"));
    }
  }

  @Test
  void shouldBreakTheBodyAndEndTheEventsWhenTheStatusIsCommitted() throws Exception {
    try (TestPlane plane = TestPlane.with();
        Wire parked = plane.connect();
        Wire events = plane.connect()) {
      // Given
      parked.post(COMPACT, Samples.request("hello"));
      parked.readHead();
      CompactionId compaction = plane.submitted(1).compaction();
      events.get("/v1/compactions/" + compaction.value() + "/events");
      events.readHead();
      assertThat(Objects.requireNonNull(events.readChunk())).contains("compaction.queued");

      // When
      plane.log.tellUnreadably(compaction);

      // Then
      assertThatThrownBy(parked::readChunks).isInstanceOf(EOFException.class);
      assertThat(events.readChunks()).doesNotContain("compaction.completed");
      plane.awaitMeter(PARKED, 0);
    }
  }

  @Test
  void shouldSendBackWhoeverIsParkedAfterwards() throws Exception {
    try (TestPlane plane = TestPlane.with("ingress.keepalive.firstAfter", "60s");
        Wire wire = plane.connect()) {
      // Given
      plane.log.atPublishing(submission -> plane.log.tellUnreadably(submission.compaction()));

      // When
      wire.post(COMPACT, Samples.request("hello"));

      // Then
      assertThat(wire.read().status()).isEqualTo(503);
    }
  }
}
