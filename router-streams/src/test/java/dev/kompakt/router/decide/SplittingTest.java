package dev.kompakt.router.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.schemas.history.History;
import dev.kompakt.schemas.history.LongText;
import dev.kompakt.schemas.history.Piece;
import dev.kompakt.schemas.record.Completion;
import dev.kompakt.schemas.record.DeadLetter;
import dev.kompakt.schemas.record.Job;
import dev.kompakt.schemas.record.Mode;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.Outcome.TooLarge.Unit;
import dev.kompakt.schemas.record.Work;
import java.util.List;
import org.junit.jupiter.api.Test;

class SplittingTest {
  private static final int KIB = 1024;

  private final Run run = Run.of(Fixtures.NATIVE);

  private static long content(Job job) {
    return switch (job.work()) {
      case Work.Whole(var items, _, _) -> items.bytes();
      case Work.Chunk(_, List<Piece> pieces, _, _) -> pieces.stream().mapToLong(Piece::bytes).sum();
      case Work.Merge _, Work.Join _ -> 0;
    };
  }

  private static Outcome tooLarge(long bytes) {
    return new Outcome.TooLarge(Unit.BYTES, bytes, null);
  }

  @Test
  void shouldHalveTheRefusedSizeWhenTheWholeIsTooLarge() {
    // Given
    run.submit(Fixtures.whole(Fixtures.spans(64, 16 * KIB - 1)));
    Job whole = run.newJob();

    // When
    run.finish(whole, tooLarge(1024 * KIB + 500));

    // Then
    Job first = run.newJob();
    assertThat(first.mode()).isEqualTo(Mode.SUMMARIZE);
    assertThat(first.work()).isInstanceOf(Work.Chunk.class);
    assertThat(content(first)).isBetween(480L * KIB, 508L * KIB);
    assertThat(run.status().mode()).isEqualTo(Mode.SUMMARIZE);
  }

  @Test
  void shouldAimBelowTheKnownLimitWhenTheWorkerMadeNoCall() {
    // Given
    run.submit(Fixtures.whole(Fixtures.spans(64, 16 * KIB - 1)));

    // When
    run.finish(run.newJob(), new Outcome.TooLarge(Unit.BYTES, 1024 * KIB, 400L * KIB));

    // Then
    assertThat(content(run.newJob())).isBetween(170L * KIB, 196L * KIB);
    assertThat(run.running().tally().calls()).isZero();
  }

  @Test
  void shouldHalveTheContentWhenThereAreTooManyTokens() {
    // Given
    run.submit(Fixtures.whole(Fixtures.spans(64, 16 * KIB - 1)));

    // When
    run.finish(run.newJob(), new Outcome.TooLarge(Unit.TOKENS, 300_000, null));

    // Then
    assertThat(content(run.newJob())).isBetween(490L * KIB, 512L * KIB);
  }

  @Test
  void shouldSendOneAtATimeWhileNothingIsAccepted() {
    // Given
    run.submit(Fixtures.packed(Fixtures.spans(20, 100 * KIB), 200 * KIB + 10));

    // When
    Job probe = run.newJob();

    // Then
    assertThat(run.running().layer().nodes()).hasSize(10);
    run.succeed(probe);
    assertThat(run.newJobs()).hasSize(4);
  }

  @Test
  void shouldProbeWithTheLargestChunkFirst() {
    // Given
    History history = Fixtures.history(List.of(10 * KIB, 100 * KIB, 150 * KIB, 90 * KIB, 70 * KIB));

    // When
    run.submit(Fixtures.packed(history, 151 * KIB));

    // Then
    assertThat(content(run.newJob())).isEqualTo(150L * KIB);
  }

  @Test
  void shouldKeepWhatIsDoneAndInFlightWhenAChunkIsSplitAgain() {
    // Given
    run.submit(Fixtures.packed(Fixtures.spans(24, 100 * KIB), 400 * KIB + 10));
    run.succeed(run.newJob());
    List<Job> parallel = run.newJobs();
    assertThat(parallel).hasSize(4);

    // When
    run.finish(parallel.get(1), tooLarge(404 * KIB));

    // Then
    List<Node> nodes = run.running().layer().nodes();
    assertThat(nodes.get(0)).isInstanceOf(Node.Done.class);
    assertThat(nodes.get(1)).isInstanceOf(Node.InFlight.class);
    assertThat(nodes.subList(2, nodes.size()))
        .filteredOn(n -> n instanceof Node.InFlight f && f.assignment().content().bytes() > 300_000)
        .hasSize(2);
    assertThat(
            nodes.stream()
                .filter(n -> n instanceof Node.Waiting)
                .mapToLong(n -> n.assignment().content().bytes()))
        .allMatch(bytes -> bytes <= 200 * KIB);
  }

  @Test
  void shouldFailWhenAChunkAtTheFloorIsRefused() {
    // Given
    run.submit(Fixtures.whole(Fixtures.spans(4, 32 * KIB - 1)));
    run.finish(run.newJob(), tooLarge(130 * KIB));
    Job atFloor = run.newJob();
    assertThat(content(atFloor)).isLessThanOrEqualTo(64 * KIB);

    // When
    run.finish(atFloor, tooLarge(66 * KIB));

    // Then
    assertThat(run.status().completion())
        .isInstanceOfSatisfying(
            Completion.Failed.class,
            failed -> {
              assertThat(failed.failure().status()).isEqualTo(400);
              assertThat(failed.failure().code()).isEqualTo("context_length_exceeded");
            });
    assertThat(run.letters.getFirst().cause()).isEqualTo(DeadLetter.Cause.TOO_LARGE);
  }

  @Test
  void shouldFailWithoutAnotherCallWhenNothingCanBeCutFurther() {
    // Given
    run.submit(Fixtures.packed(Fixtures.history(List.of(10 * KIB, 900 * KIB)), 100 * KIB));
    Job uncuttable = run.newJob();

    // When
    run.finish(uncuttable, tooLarge(904 * KIB));

    // Then
    assertThat(run.letters.getFirst().cause()).isEqualTo(DeadLetter.Cause.TOO_LARGE);
    assertThat(run.newJobs()).isEmpty();
  }

  @Test
  void shouldCutInsideALongTextWhenOneSpanIsTooLarge() {
    // Given
    long bytes = 400 * KIB;
    List<Long> cuts =
        java.util.stream.LongStream.iterate(16 * KIB, c -> c < bytes - 100, c -> c + 16 * KIB)
            .boxed()
            .toList();
    History history =
        Fixtures.history(
            1, List.of((int) bytes), List.of(new LongText(0, 50, bytes - 50, cuts, false)));
    run.submit(Fixtures.whole(history));

    // When
    run.finish(run.newJob(), tooLarge(bytes + 5000));

    // Then
    assertThat(content(run.newJob())).isBetween(170L * KIB, 205L * KIB);
    assertThat(run.running().layer().nodes()).hasSize(3);
  }

  @Test
  void shouldTrySummarizingWhenOnlyTheEnvelopeIsLarge() {
    // Given
    run.submit(Fixtures.whole(Fixtures.spans(2, 10 * KIB)));

    // When
    run.finish(run.newJob(), tooLarge(3_000 * KIB));

    // Then
    Job chunk = run.newJob();
    assertThat(chunk.mode()).isEqualTo(Mode.SUMMARIZE);
    assertThat(content(chunk)).isEqualTo(20 * KIB + 1);
    run.succeed(chunk);
    assertThat(run.newJob().work()).isInstanceOf(Work.Join.class);
  }

  @Test
  void shouldFailBeforeCallingWhenMoreCallsAreNeededThanMayBeMade() {
    // When
    run.submit(Fixtures.packed(Fixtures.spans(49, 100 * KIB), 100 * KIB));

    // Then
    assertThat(run.newJobs()).isEmpty();
    assertThat(run.letters.getFirst().cause()).isEqualTo(DeadLetter.Cause.CALLS_EXHAUSTED);
    assertThat(run.letters.getFirst().failure())
        .isNotNull()
        .satisfies(
            failure -> {
              assertThat(failure.status()).isEqualTo(400);
              assertThat(failure.message()).contains("49", "48");
            });
  }

  @Test
  void shouldFailWhenALocalCompactionSaysTooLarge() {
    // Given
    Run local = Run.of(Fixtures.LOCAL);
    local.submit(Fixtures.whole(Fixtures.spans(8, 100 * KIB)));

    // When
    local.finish(local.newJob(), tooLarge(800 * KIB));

    // Then
    assertThat(local.letters.getFirst().cause()).isEqualTo(DeadLetter.Cause.TOO_LARGE);
  }
}
