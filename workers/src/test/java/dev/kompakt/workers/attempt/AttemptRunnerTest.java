package dev.kompakt.workers.attempt;

import static dev.kompakt.workers.attempt.LoneWorker.JSON;
import static dev.kompakt.workers.attempt.LoneWorker.OK;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.bootstrap.payload.PayloadLostException;
import dev.kompakt.schemas.history.PayloadRef;
import dev.kompakt.schemas.history.Piece;
import dev.kompakt.schemas.record.AttemptEvent;
import dev.kompakt.schemas.record.Checkpoint;
import dev.kompakt.schemas.record.Job;
import dev.kompakt.schemas.record.Mode;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.Outcome.Transient.Cause;
import dev.kompakt.schemas.record.Usage;
import dev.kompakt.schemas.record.Work;
import dev.kompakt.workers.Jobs;
import dev.kompakt.workers.stop.StopSignal;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// An attempt from its reported start to its outcome.
@Timeout(30)
class AttemptRunnerTest {
  private static final String SUMMARY =
      "data: {\"type\":\"response.completed\",\"response\":{\"output\":[{\"type\":\"message\","
          + "\"content\":[{\"type\":\"output_text\",\"text\":\"done\"}]}]}}\n\n";

  @AutoClose private final LoneWorker worker;

  AttemptRunnerTest(@TempDir Path directory) throws IOException {
    worker = new LoneWorker(directory);
  }

  @Test
  void shouldReportTheStartBeforeTheCallAndTheOutcomeAfter() {
    // Given
    Job job = worker.job(Mode.NATIVE);
    worker.answer =
        request -> {
          request.drainBody();
          assertStarted(job);
          request.respond(200, JSON, OK);
        };

    // When
    boolean recorded = worker.run(job);

    // Then
    assertThat(recorded).isTrue();
    assertThat(worker.events).hasSize(2);
    AttemptEvent.AttemptStarted started = (AttemptEvent.AttemptStarted) worker.events.getFirst();
    AttemptEvent.AttemptFinished finished = worker.finished();
    assertThat(started.deadline())
        .as("the earlier of the longest call and the job's deadline")
        .isEqualTo(Jobs.NOW.plusSeconds(600));
    assertThat(finished.called()).isTrue();
    assertThat(finished.wireBytes()).isEqualTo(started.wireBytes()).isPositive();
    Outcome.Succeeded outcome = (Outcome.Succeeded) finished.outcome();
    assertThat(worker.payloads.text(outcome.result())).isEqualTo(OK);
    assertThat(outcome.usage()).isEqualTo(new Usage(7, 0, 0, 0));
  }

  private void assertStarted(Job job) {
    assertThat(worker.events).hasSize(1);
    assertThat(worker.events.getFirst().attempt()).isEqualTo(job.attempt());
  }

  @Test
  void shouldTellTheQuotaOfTheCallAsItGoes() {
    // When
    worker.run(worker.job(Mode.NATIVE));

    // Then
    long tokens = ((AttemptEvent.AttemptStarted) worker.events.getFirst()).estimatedTokens();
    assertThat(worker.watch.told).containsExactly("sized " + tokens, "sent", "over true 7");
  }

  @Test
  void shouldNotCallBeforeTheStartIsAcknowledgedNorForgetTheOutcome() {
    // Given
    worker.refuseReports.set(1);
    worker.answer =
        request -> {
          request.drainBody();
          worker.refuseReports.set(worker.events.isEmpty() ? 100 : 1);
          request.respond(200, JSON, OK);
        };

    // When
    boolean recorded = worker.run(worker.job(Mode.NATIVE));

    // Then
    assertThat(recorded).isTrue();
    assertThat(worker.events).hasSize(2);
    assertThat(worker.finished().outcome()).isInstanceOf(Outcome.Succeeded.class);
  }

  @Test
  void shouldNotLoseAResultThatWasPaidForWhenKafkaDoesNotTakeItAtOnce() {
    // Given
    worker.payloads.failWrites(1);
    AtomicInteger calls = new AtomicInteger();
    worker.answer =
        request -> {
          request.drainBody();
          calls.incrementAndGet();
          request.respond(200, JSON, OK);
        };

    // When
    worker.run(worker.job(Mode.NATIVE));

    // Then
    assertThat(worker.finished().outcome()).isInstanceOf(Outcome.Succeeded.class);
    assertThat(calls).hasValue(1);
  }

  @Test
  void shouldReportACancelledCall() {
    // Given
    worker.answer =
        request -> {
          worker.stop.stop(StopSignal.Reason.COMPACTION_ENDED);
          request.awaitLeft();
        };

    // When
    worker.run(worker.job(Mode.NATIVE));

    // Then
    assertThat(worker.finished().outcome()).isEqualTo(new Outcome.Cancelled());
    assertThat(worker.finished().called()).isTrue();
  }

  @Test
  void shouldCallItsOwnFaultWhatIsUnexpected() {
    // Given
    Work chunk = new Work.Chunk(worker.payloads.put("{}"), List.of(new Piece.Copy(0, 2)), 0, 1);
    Job wrongMode = Jobs.of(1, "a", Mode.NATIVE, worker.payloads.put("{}"), chunk);
    Job unknownAccount =
        Jobs.of(
            2, "stranger", Mode.NATIVE, worker.payloads.put("{}"), worker.job(Mode.NATIVE).work());
    Job needsACall = Jobs.of(3, null, Mode.LOCAL, worker.payloads.put("{}"), chunk);

    // When
    List.of(wrongMode, unknownAccount, needsACall).forEach(job -> worker.run(job));

    // Then
    assertThat(worker.events)
        .hasSize(3)
        .allMatch(
            event ->
                event instanceof AttemptEvent.AttemptFinished f
                    && !f.called()
                    && f.outcome().equals(new Outcome.Transient(Cause.WORKER_FAULT, null, null)));
  }

  @Test
  void shouldSayThatAPayloadIsLost() throws Exception {
    // Given
    Job job = worker.job(Mode.NATIVE);
    worker.payloads.failReads(lost(job.envelope()));

    // When
    worker.run(job);

    // Then
    assertThat(worker.finished().outcome()).isEqualTo(new Outcome.PayloadLost());
    assertThat(worker.finished().called()).isFalse();
  }

  private static PayloadLostException lost(PayloadRef ref) throws Exception {
    Constructor<PayloadLostException> made =
        PayloadLostException.class.getDeclaredConstructor(PayloadRef.class, String.class);
    made.setAccessible(true);
    return made.newInstance(ref, "is gone");
  }

  @Test
  void shouldStoreASummaryAsTextAndAnAnswerWhereOneIsDue() {
    // Given
    worker.answer =
        request -> {
          request.drainBody();
          request.respond(200, "Content-Type: text/event-stream\r\n", SUMMARY);
        };
    PayloadRef items = worker.payloads.put("{}");
    Work merge = new Work.Merge(List.of(worker.payloads.put("one")), null);
    Work last =
        new Work.Merge(List.of(worker.payloads.put("one")), Jobs.finish(items, Checkpoint.PLAIN));

    // When
    worker.run(Jobs.of(1, "a", Mode.SUMMARIZE, worker.payloads.put("{}"), merge));
    String partial = worker.result();
    worker.run(Jobs.of(2, "a", Mode.SUMMARIZE, worker.payloads.put("{}"), last));
    String whole = worker.result();

    // Then
    assertThat(partial).isEqualTo("done");
    assertThat(whole).contains("\"object\":\"response.compaction\"").contains("\\n\\ndone\"");
  }

  @Test
  void shouldCompactLocallyAndJoinWithoutACall() {
    // Given
    PayloadRef items =
        worker.payloads.put("{\"type\":\"message\",\"role\":\"user\",\"content\":\"hi\"}");
    Work join =
        new Work.Join(
            List.of(worker.payloads.put("one"), worker.payloads.put("two")),
            Jobs.finish(items, Checkpoint.PLAIN));

    // When
    worker.run(Jobs.of(1, null, Mode.LOCAL, Jobs.EMPTY, Jobs.whole(items, Checkpoint.PLAIN)));
    String compacted = worker.result();
    worker.run(Jobs.of(2, null, Mode.LOCAL, Jobs.EMPTY, join));
    String joined = worker.result();

    // Then
    assertThat(compacted).contains("without a model").contains("\"content\":\"hi\"");
    assertThat(joined).contains("Part 1 of 2\\n\\none\\n\\nPart 2 of 2\\n\\ntwo");
    assertThat(worker.events).hasSize(2);
    assertThat(worker.finished().called()).isFalse();
    assertThat(worker.provider.connections()).isZero();
  }

  @Test
  void shouldReportWhatIsSettledWithoutAnAttempt() {
    // When
    boolean recorded = worker.settle(worker.job(Mode.NATIVE), new Outcome.Declined(null));

    // Then
    assertThat(recorded).isTrue();
    assertThat(worker.finished().outcome()).isEqualTo(new Outcome.Declined(null));
  }
}
