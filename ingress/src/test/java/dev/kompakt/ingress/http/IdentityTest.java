package dev.kompakt.ingress.http;

import static dev.kompakt.ingress.http.Samples.COMPACT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.schemas.record.CompactionStatus;
import dev.kompakt.schemas.record.Failure;
import dev.kompakt.schemas.record.Submission;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class IdentityTest {
  private static final String ATTACHED = "kompakt_requests_attached_total";
  private static final Failure REJECTED =
      new Failure(400, "invalid_request_error", "invalid_value", "No.", null);

  @Test
  void shouldAttachWhenSameRequestIsRunning() throws Exception {
    try (TestPlane plane = TestPlane.with("ingress.keepalive.firstAfter", "60s");
        Wire one = plane.connect();
        Wire other = plane.connect()) {
      // Given
      one.post(COMPACT, "{\"model\":\"m\",\"input\":[" + Samples.message("a") + "],\"tools\":[]}");
      plane.log.run(plane.submitted(1), 1);

      // When
      other.post(
          COMPACT,
          "{ \"tools\": [], \"input\": ["
              + Samples.message("a")
              + "], \"model\": \"m\", \"metadata\": {\"n\": 2} }");
      plane.awaitMeter(ATTACHED, 1);
      plane.log.complete(plane.submitted(1), Samples.answer("x"));

      // Then
      assertThat(one.read().body()).isEqualTo(Samples.answer("x"));
      assertThat(other.read().body()).isEqualTo(Samples.answer("x"));
      assertThat(plane.log.submissions()).hasSize(1);
      assertThat(plane.meter("kompakt_submissions_total")).isEqualTo(1);
    }
  }

  @Test
  void shouldAttachWhenSameRequestIsDurableAndNotHeardOfYet() throws Exception {
    try (TestPlane plane = TestPlane.with("ingress.keepalive.firstAfter", "60s");
        Wire one = plane.connect();
        Wire other = plane.connect()) {
      // Given
      one.post(COMPACT, Samples.request("a"));
      plane.submitted(1);
      plane.awaitMeter("kompakt_parked_requests", 1);

      // When
      other.post(COMPACT, Samples.request("a"));
      plane.awaitMeter("kompakt_parked_requests", 2);
      plane.log.complete(plane.submitted(1), Samples.answer("x"));

      // Then
      assertThat(other.read().body()).isEqualTo(Samples.answer("x"));
      assertThat(plane.log.submissions()).hasSize(1);
    }
  }

  @Test
  void shouldGetFinishedResultUntilItExpires() throws Exception {
    try (TestPlane plane = TestPlane.with("ingress.keepalive.firstAfter", "60s");
        Wire wire = plane.connect()) {
      // Given
      wire.post(COMPACT, Samples.request("a"));
      plane.log.complete(plane.submitted(1), Samples.answer("x"));
      wire.read();

      // When
      plane.pass(Duration.ofHours(23));
      String early = wire.post(COMPACT, Samples.request("a")).read().body();
      plane.pass(Duration.ofHours(2));
      wire.post(COMPACT, Samples.request("a"));
      plane.log.complete(plane.submitted(2), Samples.answer("y"));

      // Then
      assertThat(early).isEqualTo(Samples.answer("x"));
      assertThat(wire.read().body()).isEqualTo(Samples.answer("y"));
    }
  }

  @Test
  void shouldAnswerStoredErrorForAMinuteWhenFailedWithoutRetryAfter() throws Exception {
    try (TestPlane plane = TestPlane.with("ingress.keepalive.firstAfter", "60s");
        Wire wire = plane.connect()) {
      // Given
      wire.post(COMPACT, Samples.request("a"));
      plane.log.fail(plane.submitted(1), REJECTED);
      wire.read();

      // When
      plane.pass(Duration.ofSeconds(55));
      Wire.Reply early = wire.post(COMPACT, Samples.request("a")).read();
      plane.pass(Duration.ofSeconds(6));
      wire.post(COMPACT, Samples.request("a"));
      plane.log.complete(plane.submitted(2), Samples.answer("y"));

      // Then
      assertThat(early.status()).isEqualTo(400);
      assertThat(early.body()).contains("invalid_value");
      assertThat(early.head().header("retry-after")).isNull();
      assertThat(wire.read().body()).isEqualTo(Samples.answer("y"));
    }
  }

  @Test
  void shouldCountRetryAfterDownWhenFailureHasOne() throws Exception {
    try (TestPlane plane = TestPlane.with("ingress.keepalive.firstAfter", "60s");
        Wire wire = plane.connect()) {
      // Given
      wire.post(COMPACT, Samples.request("a"));
      plane.log.fail(
          plane.submitted(1), new Failure(429, "rate_limit_error", "slow_down", "No.", 50));
      wire.read();

      // When
      plane.pass(Duration.ofSeconds(40));
      Wire.Reply early = wire.post(COMPACT, Samples.request("a")).read();

      // Then
      assertThat(early.status()).isEqualTo(429);
      int left = Integer.parseInt(Objects.requireNonNull(early.head().header("retry-after")));
      assertThat(left).isBetween(1, 10);
    }
  }

  @ParameterizedTest
  @CsvSource({"502,", "503,2", "504,"})
  void shouldCostOneRunWhenFifteenTriesAreMade(int status, @Nullable String pace) throws Exception {
    try (TestPlane plane = TestPlane.with("ingress.keepalive.firstAfter", "60s");
        Wire wire = plane.connect()) {
      // Given
      wire.post(COMPACT, Samples.request("a"));
      plane.log.fail(
          plane.submitted(1), new Failure(status, "server_error", "upstream_error", "No.", null));

      for (int i = 0; i < 15; i++) {
        // When
        Wire.Reply reply = i == 0 ? wire.read() : wire.post(COMPACT, Samples.request("a")).read();

        // Then
        assertThat(reply.status()).isEqualTo(status);
        assertThat(reply.head().header("retry-after")).isEqualTo(pace);
        plane.pass(Duration.ofSeconds(pace == null ? 2 : Integer.parseInt(pace)));
      }
      assertThat(plane.log.submitted()).hasSize(1);
    }
  }

  @Test
  void shouldSubmitAgainWhenCancelled() throws Exception {
    try (TestPlane plane = TestPlane.with("ingress.keepalive.firstAfter", "60s");
        Wire wire = plane.connect()) {
      // Given
      wire.post(COMPACT, Samples.request("a"));
      plane.log.cancel(plane.submitted(1));
      Wire.Reply cancelled = wire.read();

      // When
      wire.post(COMPACT, Samples.request("a"));
      plane.log.complete(plane.submitted(2), Samples.answer("y"));

      // Then
      assertThat(cancelled.status()).isEqualTo(400);
      assertThat(cancelled.body()).contains("compaction_cancelled");
      assertThat(wire.read().body()).isEqualTo(Samples.answer("y"));
    }
  }

  @Test
  void shouldAnswerOldFailureWhenRouterStandsByIt() throws Exception {
    try (TestPlane plane = TestPlane.with("ingress.keepalive.firstAfter", "60s");
        Wire wire = plane.connect()) {
      // Given
      wire.post(COMPACT, Samples.request("a"));
      plane.log.fail(plane.submitted(1), REJECTED);
      wire.read();
      CompactionStatus failed =
          Objects.requireNonNull(plane.log.find(plane.submitted(1).compaction()));
      plane.pass(Duration.ofSeconds(61));

      // When
      wire.post(COMPACT, Samples.request("a"));
      plane.submitted(2);
      plane.log.tell(plane.log.copy(failed, failed.tenant()));

      // Then
      assertThat(wire.read().status()).isEqualTo(400);
    }
  }

  @Test
  void shouldRefuseWhenIdempotencyKeyComesWithOtherContent() throws Exception {
    try (TestPlane plane = TestPlane.with();
        Wire wire = plane.connect();
        Wire same = plane.connect();
        Wire other = plane.connect()) {
      // Given
      wire.post(COMPACT, Samples.request("a"), "Idempotency-Key: key 1");
      plane.submitted(1);
      plane.awaitMeter("kompakt_parked_requests", 1);

      // When
      same.post(COMPACT, Samples.request("a"), "Idempotency-Key: key 1");
      plane.awaitMeter("kompakt_parked_requests", 2);
      Wire.Reply reused =
          other.post(COMPACT, Samples.request("b"), "Idempotency-Key: key 1").read();

      // Then
      assertThat(reused.status()).isEqualTo(422);
      assertThat(reused.body()).contains("idempotency_key_reused");
      assertThat(plane.log.submissions()).hasSize(1);
    }
  }

  @Test
  void shouldKnowIdempotencyKeyWhenAnotherReplicaTookItIn() throws Exception {
    try (TestPlane first = TestPlane.with();
        TestPlane second = TestPlane.with();
        Wire wire = first.connect();
        Wire other = second.connect()) {
      // Given
      wire.post(COMPACT, Samples.request("a"), "Idempotency-Key: key 1");
      Submission.Submitted submitted = first.submitted(1);
      first.log.run(submitted, 0);
      CompactionStatus status = Objects.requireNonNull(first.log.find(submitted.compaction()));

      // When
      second.log.tell(status);

      // Then
      assertThat(
              other.post(COMPACT, Samples.request("b"), "Idempotency-Key: key 1").read().status())
          .isEqualTo(422);
    }
  }

  @Test
  void shouldLetKeyBeUsedAnewWhenADayHasPassed() throws Exception {
    try (TestPlane plane = TestPlane.with("ingress.keepalive.firstAfter", "60s");
        Wire wire = plane.connect()) {
      // Given
      wire.post(COMPACT, Samples.request("a"), "Idempotency-Key: key 1");
      plane.log.complete(plane.submitted(1), Samples.answer("x"));
      wire.read();

      // When
      plane.pass(Duration.ofHours(25));
      wire.post(COMPACT, Samples.request("b"), "Idempotency-Key: key 1");
      plane.log.complete(plane.submitted(2), Samples.answer("y"));

      // Then
      assertThat(wire.read().body()).isEqualTo(Samples.answer("y"));
    }
  }

  @Test
  void shouldNameSessionByHashWhenClientTellsIt() throws Exception {
    try (TestPlane plane = TestPlane.with();
        Wire wire = plane.connect();
        Wire other = plane.connect()) {
      // When
      wire.post(COMPACT, Samples.request("a"), "session-id: s1");
      plane.submitted(1);
      other.post(
          COMPACT,
          "{\"model\":\"m\",\"prompt_cache_key\":\"s1\",\"input\":[" + Samples.message("b") + "]}");

      // Then
      assertThat(plane.submitted(1).session()).hasSize(64).isNotEqualTo("s1");
      assertThat(plane.submitted(2).session()).isEqualTo(plane.submitted(1).session());
    }
  }
}
