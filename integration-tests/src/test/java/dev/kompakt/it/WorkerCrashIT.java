package dev.kompakt.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.bootstrap.fault.CrashPoint;
import dev.kompakt.testing.Call;
import dev.kompakt.testing.Cluster;
import dev.kompakt.testing.FakeUpstream;
import dev.kompakt.testing.Histories;
import dev.kompakt.testing.audit.Audit;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A worker dies in the second of several calls, before or after each thing it makes durable, and
/// another one goes on: rows W1 to W3 of the fault matrix.
@Patient
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class WorkerCrashIT {
  private static final Duration SOON = Duration.ofSeconds(40);

  private FakeUpstream upstream;
  private Cluster kompakt;
  private String next = "worker";
  private int seed;

  @BeforeAll
  void start(@TempDir Path home) {
    upstream = FakeUpstream.start().summarizing(Audit::receipt);
    kompakt = TwoWorkers.start(home, upstream, 4);
  }

  @AfterAll
  void stop() {
    if (kompakt != null) {
      kompakt.close();
    }
    upstream.close();
  }

  @AfterEach
  void assertNothingLostAndNothingBoughtTwice() {
    assertThat(Audit.violations(kompakt, upstream)).isEmpty();
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
  @EnumSource(names = {"WORKER_ANSWERED", "WORKER_RESULT_STORED"})
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

  /// Has the only worker there is die in its second call, and the other one started after it.
  private Course courseWithDeathAt(CrashPoint point) {
    String dying = next;
    String other = TwoWorkers.other(dying);
    next = other;
    if (kompakt.alive(other)) {
      kompakt.terminate(other);
      assertThat(kompakt.awaitExit(other, SOON)).isZero();
    }
    kompakt.crashAt(dying, point, 2);
    int first = upstream.count();

    CompletableFuture<HttpResponse<String>> answer =
        new Client(kompakt.data()).postAsync("/v1/responses/compact", history());
    assertThat(kompakt.awaitExit(dying, SOON)).isEqualTo(137);
    int before = upstream.count() - first;
    kompakt.start(other);

    assertThat(Client.await(answer).statusCode()).isEqualTo(200);
    List<Call> calls = upstream.calls().subList(first, upstream.count());
    Map<String, Long> times =
        calls.stream().collect(Collectors.groupingBy(Call::sha256, Collectors.counting()));
    assertThat(times).hasSizeGreaterThan(4);
    Course course = new Course(calls, before, times);
    assertThat(course.goneOnElsewhere(dying)).as("%s", calls).isTrue();
    return course;
  }

  private String history() {
    return Histories.ofBytes(++seed, 250_000).toText();
  }
}
