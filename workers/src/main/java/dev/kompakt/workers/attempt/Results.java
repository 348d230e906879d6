package dev.kompakt.workers.attempt;

import dev.kompakt.bootstrap.fault.CrashPoint;
import dev.kompakt.bootstrap.kafka.NotWrittenException;
import dev.kompakt.schemas.history.PayloadRef;
import dev.kompakt.schemas.record.Job;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.Usage;
import dev.kompakt.schemas.record.Work;
import dev.kompakt.workers.answer.AnswerWriter;
import dev.kompakt.workers.local.LocalCompaction;
import dev.kompakt.workers.payload.Payloads;
import dev.kompakt.workers.stop.AttemptBounds;
import dev.kompakt.workers.stop.Closing;
import dev.kompakt.workers.stop.OverdueException;
import dev.kompakt.workers.stop.StoppedException;
import dev.kompakt.workers.upstream.Reply;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Stores what attempts bring. A result that was paid for is not given up because Kafka does not
/// take it at once. Thread-safe.
public final class Results {
  private static final Logger LOG = LoggerFactory.getLogger(Results.class);
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final Payloads payloads;
  private final AnswerWriter answers;
  private final LocalCompaction compaction;
  private final Closing closing;

  public Results(Payloads payloads, AnswerWriter answers, Closing closing) {
    this.payloads = payloads;
    this.answers = answers;
    this.closing = closing;
    compaction = new LocalCompaction(payloads, answers);
  }

  /// Writes a result.
  private interface Content {
    void write(OutputStream out) throws IOException;
  }

  /// What a call brought.
  ///
  /// @throws IOException if it cannot be stored, or the bounds end it
  Outcome of(Job job, Reply reply, AttemptBounds bounds) throws IOException {
    return switch (reply) {
      case Reply.Failed(Outcome outcome) -> outcome;
      case Reply.Answer answer ->
          store(job, bounds, true, answer.usage(), out -> out.write(answer.json()));
      case Reply.Summary(String text, Usage usage) -> {
        Work.Finish finish = finish(job.work());
        byte[] summary = text.getBytes(StandardCharsets.UTF_8);
        yield store(
            job,
            bounds,
            true,
            usage,
            out -> {
              if (finish == null) {
                out.write(summary);
              } else {
                answers.summary(job, finish, text, usage, out);
              }
            });
      }
    };
  }

  /// Does the work of a job that needs no call.
  ///
  /// @throws IOException if a payload cannot be read, or the bounds end it
  Outcome local(Job job, AttemptBounds bounds) throws IOException {
    return switch (job.work()) {
      case Work.Whole whole ->
          store(job, bounds, false, Usage.NONE, out -> compaction.compact(job, whole, bounds, out));
      case Work.Join(var summaries, Work.Finish finish) ->
          store(
              job,
              bounds,
              false,
              Usage.NONE,
              out -> answers.summary(job, finish, answers.joined(summaries), Usage.NONE, out));
      case Work.Chunk _, Work.Merge _ ->
          throw new IllegalArgumentException(
              "job " + job.attempt() + " needs a call, but its mode is local");
    };
  }

  private static Work.@Nullable Finish finish(Work work) {
    return switch (work) {
      case Work.Whole whole -> whole.finish();
      case Work.Merge merge -> merge.finish();
      case Work.Join join -> join.finish();
      case Work.Chunk _ -> null;
    };
  }

  /// Stores a result, trying again while Kafka does not take it.
  ///
  /// @param paid whether the result came from a call; then payloads it is built with are read again
  ///   too rather than the result lost
  private Outcome store(Job job, AttemptBounds bounds, boolean paid, Usage usage, Content content)
      throws IOException {
    while (true) {
      try {
        Payloads.Draft draft = payloads.create();
        content.write(draft);
        PayloadRef result = draft.finish();
        CrashPoint.WORKER_RESULT_STORED.pass();
        return new Outcome.Succeeded(result, usage);
      } catch (StoppedException | OverdueException e) {
        throw e;
      } catch (NotWrittenException e) {
        pauseAfter(e, job, bounds);
      } catch (IOException e) {
        if (!paid) {
          throw e;
        }
        pauseAfter(e, job, bounds);
      }
    }
  }

  private void pauseAfter(Exception cause, Job job, AttemptBounds bounds) throws IOException {
    LOG.atWarn()
        .addKeyValue("compaction", job.attempt().compaction())
        .addKeyValue("attempt", job.attempt())
        .addKeyValue("error", cause.getClass().getSimpleName())
        .log("a result could not be stored, trying again");
    bounds.check();
    if (!closing.pause(PAUSE)) {
      throw new IOException("the worker is closing", cause);
    }
  }
}
