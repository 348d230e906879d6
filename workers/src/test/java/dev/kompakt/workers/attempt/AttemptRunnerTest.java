package dev.kompakt.workers.attempt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.bootstrap.credential.Credentials;
import dev.kompakt.bootstrap.kafka.NotWrittenException;
import dev.kompakt.bootstrap.observe.Meters;
import dev.kompakt.bootstrap.payload.PayloadLostException;
import dev.kompakt.bootstrap.seal.CheckpointSeal;
import dev.kompakt.bootstrap.seal.SealingKey;
import dev.kompakt.schemas.history.PayloadRef;
import dev.kompakt.schemas.history.Piece;
import dev.kompakt.schemas.record.AttemptEvent;
import dev.kompakt.schemas.record.Checkpoint;
import dev.kompakt.schemas.record.Job;
import dev.kompakt.schemas.record.LearnedLimit;
import dev.kompakt.schemas.record.LimitKey;
import dev.kompakt.schemas.record.Mode;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.Outcome.TooLarge.Unit;
import dev.kompakt.schemas.record.Outcome.Transient.Cause;
import dev.kompakt.schemas.record.Usage;
import dev.kompakt.schemas.record.Work;
import dev.kompakt.workers.Jobs;
import dev.kompakt.workers.TestClock;
import dev.kompakt.workers.TestConfig;
import dev.kompakt.workers.answer.AnswerWriter;
import dev.kompakt.workers.lane.Attempts;
import dev.kompakt.workers.payload.MemoryPayloads;
import dev.kompakt.workers.quota.Spent;
import dev.kompakt.workers.report.OutcomeReporter;
import dev.kompakt.workers.stop.Closing;
import dev.kompakt.workers.stop.StopSignal;
import dev.kompakt.workers.upstream.SocketProvider;
import dev.kompakt.workers.upstream.Upstream;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class AttemptRunnerTest {
  private static final String OK =
      "{\"output\":[{\"type\":\"compaction\",\"encrypted_content\":\"x\"}],"
          + "\"usage\":{\"input_tokens\":7}}";
  private static final String SUMMARY =
      "data: {\"type\":\"response.completed\",\"response\":{\"output\":[{\"type\":\"message\","
          + "\"content\":[{\"type\":\"output_text\",\"text\":\"done\"}]}]}}\n\n";

  @TempDir private Path directory;
  private final TestClock clock = new TestClock();
  private final MemoryPayloads payloads = new MemoryPayloads();
  private final List<AttemptEvent> events = new CopyOnWriteArrayList<>();
  private final AtomicInteger refuseReports = new AtomicInteger();
  private final Map<LimitKey, LearnedLimit> limits = new HashMap<>();
  private final Closing closing = new Closing();
  private final StopSignal stop = new StopSignal();
  private final Watched watch = new Watched();
  private SocketProvider.Answer answer = request -> {};
  private Runnable reported = () -> {};
  private SocketProvider provider;
  private Upstream upstream;
  private AttemptRunner runner;

  /// Keeps what is told of a call.
  private static final class Watched implements Attempts.Watch {
    private final List<String> told = new CopyOnWriteArrayList<>();
    private boolean room = true;
    private BooleanSupplier owned = () -> true;

    @Override
    public boolean owned(Duration atMost) {
      return owned.getAsBoolean();
    }

    @Override
    public boolean sized(long tokens) {
      told.add("sized " + tokens);
      return room;
    }

    @Override
    public boolean again() {
      told.add("again");
      return room;
    }

    @Override
    public void sent() {
      told.add("sent");
    }

    @Override
    public void over(Spent spent) {
      told.add("over " + spent.called() + " " + spent.tokens());
    }
  }

  @BeforeEach
  void make() throws IOException {
    Meters meters = new Meters();
    provider = new SocketProvider(request -> answer.give(request));
    KompaktConfig config = TestConfig.of(directory, provider.base(), "");
    upstream = Upstream.create(config, payloads, meters);
    AnswerWriter answers =
        new AnswerWriter(payloads, new CheckpointSeal(new SealingKey(new byte[32])));
    runner =
        new AttemptRunner(
            "worker-1",
            upstream,
            Credentials.ofKeys(config),
            new Results(payloads, answers, closing),
            new OutcomeReporter(this::report, closing),
            key -> Optional.ofNullable(limits.get(key)),
            Duration.ofMinutes(10),
            meters,
            clock);
  }

  @AfterEach
  void close() throws IOException {
    upstream.close();
    provider.close();
  }

  private void report(AttemptEvent event) {
    if (refuseReports.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
      throw new NotWrittenException(null);
    }
    events.add(event);
    reported.run();
  }

  @Test
  void shouldReportTheStartBeforeTheCallAndTheOutcomeAfter() {
    // Given
    Job job = job(Mode.NATIVE);
    answer =
        request -> {
          request.drainBody();
          assertStarted(job);
          request.respond(200, "Content-Type: application/json\r\n", OK);
        };

    // When
    boolean recorded = runner.run(job, stop, watch);

    // Then
    assertThat(recorded).isTrue();
    assertThat(events).hasSize(2);
    AttemptEvent.AttemptStarted started = (AttemptEvent.AttemptStarted) events.getFirst();
    AttemptEvent.AttemptFinished finished = finished();
    assertThat(started.deadline())
        .as("the earlier of the longest call and the job's deadline")
        .isEqualTo(Jobs.NOW.plusSeconds(600));
    assertThat(finished.called()).isTrue();
    assertThat(finished.wireBytes()).isEqualTo(started.wireBytes()).isPositive();
    Outcome.Succeeded outcome = (Outcome.Succeeded) finished.outcome();
    assertThat(payloads.text(outcome.result())).isEqualTo(OK);
    assertThat(outcome.usage()).isEqualTo(new Usage(7, 0, 0, 0));
  }

  @Test
  void shouldTellTheQuotaOfTheCallAsItGoes() {
    // Given
    answer =
        request -> {
          request.drainBody();
          request.respond(200, "Content-Type: application/json\r\n", OK);
        };

    // When
    runner.run(job(Mode.NATIVE), stop, watch);

    // Then
    long tokens = ((AttemptEvent.AttemptStarted) events.getFirst()).estimatedTokens();
    assertThat(watch.told).containsExactly("sized " + tokens, "sent", "over true 7");
  }

  @Test
  void shouldMakeNoCallTheQuotaHasNoRoomFor() {
    // Given
    watch.room = false;

    // When
    runner.run(job(Mode.NATIVE), stop, watch);

    // Then
    assertThat(finished().outcome()).isEqualTo(new Outcome.Declined(null));
    assertThat(events).hasSize(1);
    assertThat(watch.told).last().isEqualTo("over false null");
    assertThat(provider.connections()).isZero();
  }

  @Test
  void shouldMakeNoCallWhenTheLaneWentWhileTheStartWasReported() {
    // Given
    reported = stop::abandonBeforeCall;

    // When
    boolean recorded = runner.run(job(Mode.NATIVE), stop, watch);

    // Then
    assertThat(recorded).isFalse();
    assertThat(watch.told).last().isEqualTo("over false null");
    assertThat(provider.connections()).isZero();
  }

  private void assertStarted(Job job) {
    assertThat(events).hasSize(1);
    assertThat(events.getFirst().attempt()).isEqualTo(job.attempt());
  }

  @Test
  void shouldMakeNoCallForASizeThatIsKnownToBeRefused() {
    // Given
    learned(new LearnedLimit.Bound(10L, 50L), LearnedLimit.Bound.UNKNOWN);

    // When
    runner.run(job(Mode.NATIVE), stop, watch);

    // Then
    AttemptEvent.AttemptFinished finished = finished();
    assertThat(events).hasSize(1);
    assertThat(finished.called()).isFalse();
    assertThat(finished.outcome())
        .isEqualTo(new Outcome.TooLarge(Unit.BYTES, finished.wireBytes(), 50L));
    assertThat(provider.connections()).isZero();
  }

  @Test
  void shouldCallAgainOnceWhatWasLearnedHasExpired() {
    // Given
    learned(LearnedLimit.Bound.UNKNOWN, new LearnedLimit.Bound(null, 1L));
    clock.advance(Duration.ofMinutes(1));
    answer = request -> request.respond(413, "", "");

    // When
    runner.run(job(Mode.NATIVE), stop, watch);

    // Then
    assertThat(finished().called()).isTrue();
    assertThat(finished().outcome())
        .isEqualTo(new Outcome.TooLarge(Unit.BYTES, finished().wireBytes(), null));
  }

  private void learned(LearnedLimit.Bound bytes, LearnedLimit.Bound tokens) {
    LimitKey key = new LimitKey(Jobs.PROVIDER, LimitKey.Endpoint.COMPACT, "gpt-5.5");
    limits.put(key, new LearnedLimit(key, bytes, tokens, Jobs.NOW, Jobs.NOW.plusSeconds(60), null));
  }

  @Test
  void shouldReportACancelledCall() {
    // Given
    answer =
        request -> {
          stop.stop(StopSignal.Reason.COMPACTION_ENDED);
          request.awaitLeft();
        };

    // When
    runner.run(job(Mode.NATIVE), stop, watch);

    // Then
    assertThat(finished().outcome()).isEqualTo(new Outcome.Cancelled());
    assertThat(finished().called()).isTrue();
  }

  @Test
  void shouldReportNothingOfAnAbandonedAttempt() {
    // Given
    answer =
        request -> {
          stop.stop(StopSignal.Reason.ABANDONED);
          request.awaitLeft();
        };

    // When
    boolean recorded = runner.run(job(Mode.NATIVE), stop, watch);

    // Then
    assertThat(recorded).isFalse();
    assertThat(events).hasSize(1);
  }

  @Test
  void shouldNotCallBeforeTheStartIsAcknowledgedNorForgetTheOutcome() {
    // Given
    refuseReports.set(1);
    answer =
        request -> {
          request.drainBody();
          refuseReports.set(events.isEmpty() ? 100 : 1);
          request.respond(200, "Content-Type: application/json\r\n", OK);
        };

    // When
    boolean recorded = runner.run(job(Mode.NATIVE), stop, watch);

    // Then
    assertThat(recorded).isTrue();
    assertThat(events).hasSize(2);
    assertThat(finished().outcome()).isInstanceOf(Outcome.Succeeded.class);
  }

  @Test
  void shouldNotLoseAResultThatWasPaidForWhenKafkaDoesNotTakeItAtOnce() {
    // Given
    payloads.failWrites(1);
    AtomicInteger calls = new AtomicInteger();
    answer =
        request -> {
          request.drainBody();
          calls.incrementAndGet();
          request.respond(200, "Content-Type: application/json\r\n", OK);
        };

    // When
    runner.run(job(Mode.NATIVE), stop, watch);

    // Then
    assertThat(finished().outcome()).isInstanceOf(Outcome.Succeeded.class);
    assertThat(calls).hasValue(1);
  }

  @Test
  void shouldLeaveTheJobPendingWhenItCloses() {
    // Given
    refuseReports.set(Integer.MAX_VALUE);
    closing.close();

    // When
    boolean recorded = runner.run(job(Mode.NATIVE), stop, watch);

    // Then
    assertThat(recorded).isFalse();
    assertThat(provider.connections()).isZero();
  }

  @Test
  void shouldCallItsOwnFaultWhatIsUnexpected() {
    // Given
    Work chunk = new Work.Chunk(payloads.put("{}"), List.of(new Piece.Copy(0, 2)), 0, 1);
    Job wrongMode = Jobs.of(1, "a", Mode.NATIVE, payloads.put("{}"), chunk);
    Job unknownAccount =
        Jobs.of(2, "stranger", Mode.NATIVE, payloads.put("{}"), job(Mode.NATIVE).work());
    Job needsACall = Jobs.of(3, null, Mode.LOCAL, payloads.put("{}"), chunk);

    // When
    List.of(wrongMode, unknownAccount, needsACall).forEach(job -> runner.run(job, stop, watch));

    // Then
    assertThat(events)
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
    Job job = job(Mode.NATIVE);
    payloads.failReads(lost(job.envelope()));

    // When
    runner.run(job, stop, watch);

    // Then
    assertThat(finished().outcome()).isEqualTo(new Outcome.PayloadLost());
    assertThat(finished().called()).isFalse();
  }

  private static PayloadLostException lost(PayloadRef ref) throws Exception {
    Constructor<PayloadLostException> made =
        PayloadLostException.class.getDeclaredConstructor(PayloadRef.class, String.class);
    made.setAccessible(true);
    return made.newInstance(ref, "is gone");
  }

  @Test
  void shouldDeclineAJobWhoseDeadlineHasPassed() {
    // Given
    clock.advance(Duration.ofMinutes(15));

    // When
    runner.run(job(Mode.NATIVE), stop, watch);

    // Then
    assertThat(finished().outcome()).isEqualTo(new Outcome.Declined(null));
    assertThat(provider.connections()).isZero();
  }

  @Test
  void shouldStoreASummaryAsTextAndAnAnswerWhereOneIsDue() {
    // Given
    answer =
        request -> {
          request.drainBody();
          request.respond(200, "Content-Type: text/event-stream\r\n", SUMMARY);
        };
    PayloadRef items = payloads.put("{}");
    Work merge = new Work.Merge(List.of(payloads.put("one")), null);
    Work last = new Work.Merge(List.of(payloads.put("one")), Jobs.finish(items, Checkpoint.PLAIN));

    // When
    runner.run(Jobs.of(1, "a", Mode.SUMMARIZE, payloads.put("{}"), merge), stop, watch);
    String partial = result();
    runner.run(Jobs.of(2, "a", Mode.SUMMARIZE, payloads.put("{}"), last), stop, watch);
    String whole = result();

    // Then
    assertThat(partial).isEqualTo("done");
    assertThat(whole).contains("\"object\":\"response.compaction\"").contains("\\n\\ndone\"");
  }

  @Test
  void shouldCompactLocallyAndJoinWithoutACall() {
    // Given
    PayloadRef items = payloads.put("{\"type\":\"message\",\"role\":\"user\",\"content\":\"hi\"}");
    Work join =
        new Work.Join(
            List.of(payloads.put("one"), payloads.put("two")),
            Jobs.finish(items, Checkpoint.PLAIN));

    // When
    runner.run(
        Jobs.of(1, null, Mode.LOCAL, Jobs.EMPTY, Jobs.whole(items, Checkpoint.PLAIN)), stop, watch);
    String compacted = result();
    runner.run(Jobs.of(2, null, Mode.LOCAL, Jobs.EMPTY, join), stop, watch);
    String joined = result();

    // Then
    assertThat(compacted).contains("without a model").contains("\"content\":\"hi\"");
    assertThat(joined).contains("Part 1 of 2\\n\\none\\n\\nPart 2 of 2\\n\\ntwo");
    assertThat(events).hasSize(2);
    assertThat(finished().called()).isFalse();
    assertThat(provider.connections()).isZero();
  }

  @Test
  void shouldReportWhatIsSettledWithoutAnAttempt() {
    // When
    boolean recorded = runner.settle(job(Mode.NATIVE), stop, watch, new Outcome.Declined(null));

    // Then
    assertThat(recorded).isTrue();
    assertThat(finished().outcome()).isEqualTo(new Outcome.Declined(null));
  }

  @Test
  void shouldReportNoFailureOfAJobThatWentToAnotherWorker() {
    // Given
    answer = request -> request.respond(500, "", "");
    goesAway(StopSignal.Reason.ABANDONED);

    // When
    boolean recorded = runner.run(job(Mode.NATIVE), stop, watch);

    // Then
    assertThat(recorded).isFalse();
    assertThat(events).hasOnlyElementsOfType(AttemptEvent.AttemptStarted.class);
  }

  @Test
  void shouldReportAResultThoughItsJobMayBeAnothers() {
    // Given
    answer =
        request -> {
          request.drainBody();
          request.respond(200, "Content-Type: application/json\r\n", OK);
        };
    goesAway(null);

    // When
    boolean recorded = runner.run(job(Mode.NATIVE), stop, watch);

    // Then
    assertThat(recorded).isTrue();
    assertThat(finished().outcome()).isInstanceOf(Outcome.Succeeded.class);
  }

  @Test
  void shouldSettleNothingForAnotherWorker() {
    // Given
    watch.told.add("sent");
    goesAway(StopSignal.Reason.ABANDONED);

    // When
    boolean recorded = runner.settle(job(Mode.NATIVE), stop, watch, new Outcome.Declined(null));

    // Then
    assertThat(recorded).isFalse();
    assertThat(events).isEmpty();
  }

  /// Once the request is sent, it is never certain again whose job it is.
  private void goesAway(StopSignal.@Nullable Reason reason) {
    watch.owned =
        () -> {
          boolean sent = watch.told.contains("sent");
          if (sent && reason != null) {
            stop.stop(reason);
          }
          return !sent;
        };
  }

  private Job job(Mode mode) {
    PayloadRef items = payloads.put("{\"type\":\"message\",\"role\":\"user\",\"content\":\"hi\"}");
    return Jobs.of(1, "a", mode, payloads.put("{}"), Jobs.whole(items, Checkpoint.SEALED));
  }

  private AttemptEvent.AttemptFinished finished() {
    return (AttemptEvent.AttemptFinished) events.getLast();
  }

  private String result() {
    return payloads.text(((Outcome.Succeeded) finished().outcome()).result());
  }
}
