package dev.kompakt.it;

import static dev.kompakt.it.Client.json;
import static dev.kompakt.it.Testbed.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kompakt.bootstrap.fault.CrashPoint;
import dev.kompakt.schemas.record.AttemptEvent;
import dev.kompakt.schemas.topic.Topics;
import dev.kompakt.testing.Call;
import dev.kompakt.testing.Cluster;
import dev.kompakt.testing.FakeUpstream;
import dev.kompakt.testing.Reply;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A worker dies, or is held for longer than its session, before or after each thing it makes
/// durable, and another one goes on: rows W1 to W4 of the fault matrix.
@Patient
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class WorkerCrashIT {
  private static final int LARGE = 250_000;

  @AutoClose private Testbed bed;
  private FakeUpstream upstream;
  private Cluster kompakt;
  private String next = "worker";

  @BeforeAll
  void start(@TempDir Path home) {
    bed = TwoWorkers.start(home, 4);
    upstream = bed.upstream();
    kompakt = bed.kompakt();
  }

  /// What became of a compaction during which a worker died.
  ///
  /// @param calls for it, in their order
  /// @param before how many of them the worker made that died
  /// @param times how often each request was sent
  private record Course(List<Call> calls, int before, Map<String, Long> times) {
    boolean goneOnElsewhere(String died) {
      return calls.stream().limit(before).allMatch(call -> TwoWorkers.maker(call).equals(died))
          && calls.stream().skip(before).noneMatch(call -> TwoWorkers.maker(call).equals(died));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"WORKER_BEFORE_START", "WORKER_STARTED"})
  void shouldHaveAnotherWorkerMakeTheCallThatWasNotMade(CrashPoint point) {
    // When
    Course course = courseWithDeathAt(point);

    // Then
    assertThat(course.before()).isEqualTo(1);
    assertThat(course.times().values()).containsOnly(1L);
  }

  @ParameterizedTest
  @EnumSource(names = {"WORKER_ANSWERED", "SEGMENT_SENT", "WORKER_RESULT_STORED"})
  void shouldCallAgainForTheOneAnswerThatWasLost(CrashPoint point) {
    // When
    Course course = courseWithDeathAt(point);

    // Then
    assertThat(course.before()).isEqualTo(2);
    assertThat(course.calls()).hasSize(course.times().size() + 1);
    assertThat(course.times()).containsEntry(course.calls().get(1).sha256(), 2L);
  }

  @ParameterizedTest
  @EnumSource(names = "WORKER_OUTCOME_WRITTEN")
  void shouldNotCallAgainWhenOnlyThePositionWasLost(CrashPoint point) {
    // When
    Course course = courseWithDeathAt(point);

    // Then
    assertThat(course.before()).isEqualTo(2);
    assertThat(course.times().values()).containsOnly(1L);
  }

  @Test
  void shouldRepeatAtMostTheCallInFlightWhenItDiesWithItsPositionCommitted() {
    // Given
    String dying = next;
    endOf(TwoWorkers.other(dying));
    CountDownLatch dead = new CountDownLatch(1);
    upstream.answering(_ -> Reply.success().after(dead));
    kompakt.crashAt(dying, CrashPoint.WORKER_POSITION_COMMITTED, 1);
    int first = upstream.count();

    // When
    CompletableFuture<HttpResponse<String>> answer = bed.submit(bed.history());
    assertThat(kompakt.awaitExit(dying, SOON)).isEqualTo(137);
    dead.countDown();
    kompakt.start(TwoWorkers.other(dying));

    // Then
    assertThat(Client.await(answer).statusCode()).isEqualTo(200);
    assertThat(callsSince(first))
        .filteredOn(call -> !TwoWorkers.maker(call).equals(dying))
        .hasSize(1);
  }

  @Test
  void shouldMakeNoCallThatAnotherWorkerMakesSinceItWasHeld() {
    // Given
    String held = next;
    String other = TwoWorkers.other(held);
    endOf(other);
    CountDownLatch resumed = new CountDownLatch(1);
    upstream.answering(_ -> Reply.success().after(resumed));
    kompakt.holdAt(held, CrashPoint.WORKER_STARTED, 1);
    int first = upstream.count();
    CompletableFuture<HttpResponse<String>> answer = bed.submit(bed.history());
    kompakt.awaitHeld(held, SOON);

    // When
    kompakt.start(other);
    upstream.awaitCalls(first + 1, SOON);
    kompakt.resume(held);
    await().atMost(SOON).until(() -> running(held) == 0);
    resumed.countDown();

    // Then
    assertThat(Client.await(answer).statusCode()).isEqualTo(200);
    assertThat(callsSince(first)).extracting(TwoWorkers::maker).containsExactly(other);
  }

  @Test
  void shouldNotCallAgainWhenItsFormerOwnerReportsTheAnswerJustBefore() {
    // Given a worker that is held with an answer, and another that is about to repeat its call
    String held = next;
    String other = TwoWorkers.other(held);
    endOf(other);
    upstream.answering(_ -> Reply.success());
    kompakt.holdAt(held, CrashPoint.WORKER_RESULT_STORED, 1);
    int first = upstream.count();
    HttpResponse<String> accepted =
        bed.client().compact(bed.history(LARGE), "prefer", "respond-async");
    String id = json(accepted).path("id").asString();
    kompakt.awaitHeld(held, SOON);
    kompakt.holdAt(other, CrashPoint.WORKER_BEFORE_START, 1);
    kompakt.awaitHeld(other, SOON);

    // When
    kompakt.resume(held);
    await().atMost(SOON).until(() -> isReported(id));
    kompakt.resume(other);

    // Then
    await().atMost(SOON).until(() -> status(id).equals("completed"));
    assertThat(callsSince(first))
        .extracting(Call::sha256)
        .hasSizeGreaterThan(4)
        .doesNotHaveDuplicates();
  }

  private boolean isReported(String compaction) {
    return Records.of(kompakt, Topics.OUTCOMES).stream()
        .anyMatch(
            report ->
                report instanceof AttemptEvent.AttemptFinished finished
                    && finished.attempt().compaction().value().equals(compaction));
  }

  private String status(String compaction) {
    return json(bed.client().get("/v1/compactions/" + compaction)).path("status").asString();
  }

  private double running(String worker) {
    return bed.admin(worker).metric("kompakt_attempts_running");
  }

  private List<Call> callsSince(int first) {
    return upstream.calls().subList(first, upstream.count());
  }

  private void endOf(String worker) {
    if (kompakt.alive(worker)) {
      kompakt.terminate(worker);
      assertThat(kompakt.awaitExit(worker, SOON)).isZero();
    }
  }

  /// Has the only worker there is die in its second call, and the other one started after it.
  private Course courseWithDeathAt(CrashPoint point) {
    String dying = next;
    String other = TwoWorkers.other(dying);
    next = other;
    endOf(other);
    upstream.answering(_ -> Reply.success());
    kompakt.crashAt(dying, point, 2);
    int first = upstream.count();

    CompletableFuture<HttpResponse<String>> answer = bed.submit(bed.history(LARGE));
    assertThat(kompakt.awaitExit(dying, SOON)).isEqualTo(137);
    int before = upstream.count() - first;
    kompakt.start(other);

    assertThat(Client.await(answer).statusCode()).isEqualTo(200);
    List<Call> calls = callsSince(first);
    Map<String, Long> times =
        calls.stream().collect(Collectors.groupingBy(Call::sha256, Collectors.counting()));
    assertThat(times).hasSizeGreaterThan(4);
    Course course = new Course(calls, before, times);
    assertThat(course.goneOnElsewhere(dying)).as("%s", calls).isTrue();
    return course;
  }
}
