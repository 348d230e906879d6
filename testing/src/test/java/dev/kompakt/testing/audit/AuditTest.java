package dev.kompakt.testing.audit;

import static dev.kompakt.testing.audit.MadeUp.COMPACTION;
import static dev.kompakt.testing.audit.MadeUp.DONE;
import static dev.kompakt.testing.audit.MadeUp.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.schemas.record.Completion;
import dev.kompakt.schemas.record.Failure;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.Usage;
import dev.kompakt.testing.audit.QuotaUse.Allowed;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AuditTest {
  private static final Completion COMPLETED = completed("answer");
  private static final Completion FAILED =
      new Completion.Failed(new Failure(502, "server_error", "x", "No.", null));
  private static final Outcome LOST =
      new Outcome.Transient(Outcome.Transient.Cause.CONNECTION_LOST, null, null);
  private static final Outcome REFUSED =
      new Outcome.Transient(Outcome.Transient.Cause.SERVER_ERROR, 500, null);

  private static Completion completed(String answer) {
    return new Completion.Completed(MadeUp.payload(answer), Usage.NONE);
  }

  private static MadeUp accepted() {
    return new MadeUp().accepted();
  }

  private static List<String> endings(MadeUp run) {
    return Endings.violations(run.trail());
  }

  @Test
  void shouldFindNothingWhereEachAcceptedCompactionEndsOnce() {
    assertThat(endings(accepted().accepted().status(0, null).status(1, COMPLETED))).isEmpty();
    assertThat(endings(accepted().status(0, null).status(0, null).status(1, COMPLETED))).isEmpty();
    assertThat(endings(accepted().status(0, null).status(1, new Completion.Cancelled()))).isEmpty();
    assertThat(
            endings(
                accepted()
                    .status(0, null)
                    .status(1, FAILED)
                    .deadLetter()
                    .status(2, null)
                    .status(3, COMPLETED)))
        .as("failed, then taken up")
        .isEmpty();
  }

  @Test
  void shouldFindWhatHasNoEndOrMoreThanOne() {
    assertThat(endings(accepted())).containsExactly(COMPACTION + " was accepted and has no status");
    assertThat(endings(accepted().status(0, null))).containsExactly(COMPACTION + " has not ended");
    assertThat(endings(new MadeUp().status(0, null).status(1, COMPLETED)))
        .containsExactly(COMPACTION + " has a status and was never accepted");
    assertThat(endings(accepted().status(0, COMPLETED).status(1, completed("another"))))
        .singleElement()
        .asString()
        .contains("ended twice: as completed with");
    assertThat(endings(accepted().status(0, COMPLETED).status(1, null).status(2, COMPLETED)))
        .containsExactly(COMPACTION + " went on after it was completed");
    assertThat(endings(accepted().status(1, FAILED)))
        .containsExactly(COMPACTION + " failed and has no dead letter");
    assertThat(endings(accepted().status(2, null).status(1, COMPLETED)))
        .containsExactly(COMPACTION + " was decided on twice: status 1 follows status 2");
    assertThat(endings(accepted().status(1, null).status(1, COMPLETED)))
        .containsExactly(COMPACTION + " was decided on twice: status 1 follows status 1");
  }

  @ParameterizedTest
  @CsvSource({"0, 4, 5", "1, 5, 6"})
  void shouldCountOneCallForEachFinishedAttemptAndOneMoreAtMostForEachThatWasLost(
      int lost, int least, int most) {
    // Given
    MadeUp run = new MadeUp();
    run.started(0, 1).finished(0, 1, true, DONE);
    run.started(1, 1).finished(1, 1, true, REFUSED).started(1, 2).finished(1, 2, true, DONE);
    run.started(2, 1).started(2, 1).finished(2, 1, true, DONE); // redelivered after a crash
    run.started(3, 1).finished(3, 1, false, new Outcome.Declined(null));
    if (lost == 1) {
      run.started(4, 1); // its worker died, and nobody took it up
      least--;
    }

    // Then
    for (int calls = 0; calls <= most + 2; calls++) {
      assertThat(Purchases.violations(run.trail(), calls, 0).isEmpty())
          .as(calls + " calls")
          .isEqualTo(calls >= least && calls <= most);
    }
  }

  @Test
  void shouldNotBeSureOfACallWhoseConnectionBroke() {
    MadeUp run = new MadeUp().started(0, 1).finished(0, 1, true, LOST);

    assertThat(Purchases.violations(run.trail(), 0, 0)).isEmpty();
    assertThat(Purchases.violations(run.trail(), 1, 0)).isEmpty();
    assertThat(Purchases.violations(run.trail(), 2, 0))
        .containsExactly("the provider counted 2 calls; by what is recorded there were 0 to 1");
  }

  @Test
  void shouldCountWhatWorkersMayHaveCalledThatDiedBeforeAnotherGaveUp() {
    MadeUp run = new MadeUp().started(0, 1, "first").started(0, 1, "second");
    run.finished(0, 1, false, new Outcome.WorkerLost());

    assertThat(Purchases.violations(run.trail(), 2, 0)).isEmpty();
    assertThat(Purchases.violations(run.trail(), 3, 0)).hasSize(1);
  }

  @Test
  void shouldCountTurnsApart() {
    MadeUp run = new MadeUp().started(0, 1).finished(0, 1, true, DONE).turn(200).turn(0);

    assertThat(Purchases.violations(run.trail(), 1, 1)).as("one did not get there").isEmpty();
    assertThat(Purchases.violations(run.trail(), 1, 2)).isEmpty();
    assertThat(Purchases.violations(run.trail(), 2, 1)).hasSize(1);
    assertThat(Purchases.violations(run.trail(), 1, 0))
        .containsExactly("the provider counted 0 turns; by what is recorded there were 1 to 2");
  }

  @Test
  void shouldFindACallThatWasNotReportedBeforeItWasMade() {
    assertThat(Purchases.violations(new MadeUp().finished(0, 1, true, REFUSED).trail(), 1, 0))
        .contains(COMPACTION + "/0#1 was called for and not reported before");
  }

  @Test
  void shouldFindWhatWasBoughtAgainUnderWhateverNumber() {
    MadeUp run = new MadeUp().chunk(0, 0).chunk(1, 10).chunk(2, 0);
    run.started(0, 1).finished(0, 1, true, DONE);
    assertThat(Purchases.violations(run.started(1, 1).finished(1, 1, true, DONE).trail(), 2, 0))
        .as("another part of the history")
        .isEmpty();

    assertThat(Purchases.violations(run.started(2, 1).trail(), 3, 0))
        .containsExactly(
            "%s/2#1 was called for though %s/0 had its result already"
                .formatted(COMPACTION, COMPACTION));
    assertThat(
            Purchases.violations(
                new MadeUp().started(0, 1).finished(0, 1, true, DONE).started(0, 2).trail(), 2, 0))
        .hasSize(1);
  }

  @Test
  void shouldBelieveWhoeverBeganAfterTheResultAndSaysThatItMadeNoCall() {
    MadeUp run = new MadeUp().started(0, 1, "silent").finished(0, 1, "silent", true, DONE);
    run.started(0, 1, "other");
    assertThat(Purchases.violations(run.trail(), 1, 0)).hasSize(1);

    run.finished(0, 1, "other", false, new Outcome.Cancelled());
    assertThat(Purchases.violations(run.trail(), 1, 0)).isEmpty();
    assertThat(Purchases.violations(run.trail(), 2, 0)).hasSize(1);
  }

  @Test
  void shouldFindAnswersToSomethingElse() {
    Contents right = new Contents(marks(1, 2), marks(1, 2));

    assertThat(Contents.violations(Map.of(COMPACTION, right))).isEmpty();
    assertThat(Contents.violations(Map.of(COMPACTION, new Contents(marks(1, 2), marks(1)))))
        .containsExactly(
            COMPACTION
                + " was completed with an answer to something else: asked marks [1, 2], answered [1]");
    assertThat(Contents.violations(Map.of(COMPACTION, new Contents(marks(1), marks(1, 7)))))
        .hasSize(1);
    assertThat(Contents.violations(Map.of(COMPACTION, new Contents(marks(1), null))))
        .containsExactly(COMPACTION + " was completed with an answer that cannot be read");
  }

  private static SortedSet<Integer> marks(Integer... marks) {
    return new TreeSet<>(List.of(marks));
  }

  @Test
  void shouldFindAnAccountBeyondItsQuotaAtAnyMoment() {
    // Given
    List<Charge> calls = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      calls.add(charge("a", i * 20, i * 20 + 25));
    }
    calls.add(charge("b", 0, 200));

    // When
    QuotaUse use = QuotaUse.of(calls.subList(0, 6));

    // Then
    assertThat(use).isEqualTo(new QuotaUse(2, 3, 300));
    assertThat(QuotaUse.violations(calls, List.of(new Allowed("acc", "a", 2, 3, 300)))).isEmpty();
    assertThat(QuotaUse.violations(calls, List.of(new Allowed("acc", "a", null, null, null))))
        .isEmpty();
    assertThat(QuotaUse.violations(calls, List.of(new Allowed("acc", "a", 1, 2, 299))))
        .containsExactly(
            "account acc had 2 calls at once, and may have 1",
            "account acc had 3 calls in a minute, and may have 2",
            "account acc had 300 tokens in a minute, and may have 299");
  }

  @Test
  void shouldCountACallOnlyUntilItsWorkerWasCutOffWhereThatIsAllowed() {
    Charge call = charge("a", 10, 50);

    assertThat(call.endingBy(NOW.plusSeconds(30))).isEqualTo(charge("a", 10, 30));
    assertThat(call.endingBy(NOW.plusSeconds(60))).isEqualTo(call);
  }

  private static Charge charge(String account, int from, int to) {
    return new Charge(account, NOW.plusSeconds(from), NOW.plusSeconds(to), 100);
  }

  @Test
  void shouldFindWhatIsLeftToRead() {
    // Given
    TopicPartition lane = new TopicPartition("kompakt.jobs", 3);
    TopicPartition outcomes = new TopicPartition("kompakt.outcomes", 0);
    TopicPartition statuses = new TopicPartition("kompakt.compactions", 0);
    Trail trail = new MadeUp().end(lane, 7).end(outcomes, 4).end(statuses, 9).trail();

    // Then
    assertThat(new Backlog(Map.of(lane, 8L), Map.of(outcomes, 4L)).violations(trail)).isEmpty();
    assertThat(new Backlog(Map.of(lane, 5L), Map.of()).violations(trail))
        .containsExactlyInAnyOrder(
            "group kompakt-workers is 2 records behind on kompakt.jobs-3",
            "group kompakt.router is 4 records behind on kompakt.outcomes-0");
  }
}
