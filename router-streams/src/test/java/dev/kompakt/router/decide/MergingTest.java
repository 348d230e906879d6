package dev.kompakt.router.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.schemas.history.PayloadRef;
import dev.kompakt.schemas.record.Completion;
import dev.kompakt.schemas.record.Job;
import dev.kompakt.schemas.record.Mode;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.Outcome.TooLarge.Unit;
import dev.kompakt.schemas.record.Work;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MergingTest {
  private static final int CHUNK = 100_000;

  private final Run run = Run.of(Fixtures.NATIVE);

  /// Brings a compaction of so many chunks to its first merges; their summaries have these bytes.
  private List<PayloadRef> summarized(Run subject, int chunks, long bytes) {
    subject.submit(Fixtures.packed(Fixtures.spans(chunks, CHUNK), CHUNK));
    List<PayloadRef> summaries = new ArrayList<>();
    while (summaries.size() < chunks) {
      for (Job job : subject.newJobs()) {
        subject.succeed(job, bytes);
        summaries.add(Fixtures.payload(1000 + summaries.size(), bytes));
      }
    }
    return summaries;
  }

  private static List<PayloadRef> merged(Job job) {
    return ((Work.Merge) job.work()).summaries();
  }

  @Test
  void shouldMergeAllInOneCallWhenTheyFit() {
    // When
    List<PayloadRef> summaries = summarized(run, 5, 1000);

    // Then
    Job merge = run.newJob();
    assertThat(merge.mode()).isEqualTo(Mode.SUMMARIZE);
    assertThat(merged(merge)).containsExactlyElementsOf(summaries);
    assertThat(((Work.Merge) merge.work()).finish()).isNotNull();
    run.succeed(merge, 2000);
    assertThat(run.status().completion())
        .isInstanceOfSatisfying(
            Completion.Completed.class, c -> assertThat(c.usage().inputTokens()).isEqualTo(60));
  }

  @Test
  void shouldMergeInLayersWhenTheyDoNotFitOneCall() {
    // When
    List<PayloadRef> summaries = summarized(run, 5, 40_000);

    // Then
    List<Job> layer = run.newJobs();
    assertThat(layer).hasSize(2);
    assertThat(merged(layer.get(0))).containsExactlyElementsOf(summaries.subList(0, 2));
    assertThat(merged(layer.get(1))).containsExactlyElementsOf(summaries.subList(2, 4));
    assertThat(layer).allSatisfy(job -> assertThat(((Work.Merge) job.work()).finish()).isNull());
    PayloadRef second = run.result(20_000);
    PayloadRef first = run.result(20_000);
    run.finish(layer.get(1), new Outcome.Succeeded(second, dev.kompakt.schemas.record.Usage.NONE));
    run.finish(layer.get(0), new Outcome.Succeeded(first, dev.kompakt.schemas.record.Usage.NONE));
    assertThat(merged(run.newJob())).containsExactly(first, second, summaries.get(4));
  }

  @Test
  void shouldJoinWhenCallsAreUsedUp() {
    // Given
    Run few = new Run(Settings.DEFAULT.withCalls(4, 3), Fixtures.NATIVE);

    // When
    List<PayloadRef> summaries = summarized(few, 3, 1000);

    // Then
    Job join = few.newJob();
    assertThat(join.mode()).isEqualTo(Mode.LOCAL);
    assertThat(((Work.Join) join.work()).summaries()).containsExactlyElementsOf(summaries);
    few.succeed(join);
    assertThat(few.status().completion()).isInstanceOf(Completion.Completed.class);
    assertThat(few.status().progress().calls()).isEqualTo(3);
  }

  @Test
  void shouldJoinWhenAMergeFailsItsAttempts() {
    // Given
    List<PayloadRef> summaries = summarized(run, 3, 1000);

    // When
    for (int i = 0; i < Settings.DEFAULT.attemptsPerJob(); i++) {
      run.finish(run.newJob(), new Outcome.Malformed(Outcome.Malformed.Fault.EMPTY_SUMMARY));
      run.pass(Duration.ofSeconds(31));
    }

    // Then
    assertThat(((Work.Join) run.newJob().work()).summaries()).containsExactlyElementsOf(summaries);
  }

  @Test
  void shouldKeepAMergeInFlightWhenItsSiblingIsGivenUp() {
    // Given
    List<PayloadRef> summaries = summarized(run, 4, 60_000);
    List<Job> layer = run.newJobs();

    // When
    run.finish(layer.get(0), new Outcome.Rejected(400, null, null));

    // Then
    assertThat(run.newJobs()).isEmpty();
    PayloadRef second = run.result(10_000);
    run.finish(layer.get(1), new Outcome.Succeeded(second, dev.kompakt.schemas.record.Usage.NONE));
    assertThat(((Work.Join) run.newJob().work()).summaries())
        .containsExactly(summaries.get(0), summaries.get(1), second);
  }

  @Test
  void shouldMergeInHalvesWhenAMergeIsTooLarge() {
    // Given
    List<PayloadRef> summaries = summarized(run, 5, 10_000);
    Job merge = run.newJob();

    // When
    run.finish(merge, new Outcome.TooLarge(Unit.TOKENS, 13_000, null));

    // Then
    List<Job> halves = run.newJobs();
    assertThat(halves).hasSize(2);
    assertThat(merged(halves.get(0))).containsExactlyElementsOf(summaries.subList(0, 3));
    assertThat(merged(halves.get(1))).containsExactlyElementsOf(summaries.subList(3, 5));
  }

  @Test
  void shouldJoinWhenTwoSummariesAreTooLargeTogether() {
    // Given
    List<PayloadRef> summaries = summarized(run, 2, 40_000);

    // When
    run.finish(run.newJob(), new Outcome.TooLarge(Unit.BYTES, 84_000, null));

    // Then
    assertThat(((Work.Join) run.newJob().work()).summaries()).containsExactlyElementsOf(summaries);
  }

  @Test
  void shouldJoinWhenNoAccountIsLeftForMerging() {
    // Given
    Run one = Run.of(Fixtures.ONE_ACCOUNT);
    List<PayloadRef> summaries = summarized(one, 3, 1000);

    // When
    one.finish(one.newJob(), new Outcome.Unauthorized(401, null));

    // Then
    assertThat(((Work.Join) one.newJob().work()).summaries()).containsExactlyElementsOf(summaries);
  }

  @Test
  void shouldFailWhenAPayloadIsLostWhileMerging() {
    // Given
    summarized(run, 3, 1000);

    // When
    run.finish(run.newJob(), new Outcome.PayloadLost());

    // Then
    assertThat(run.status().completion()).isInstanceOf(Completion.Failed.class);
  }
}
