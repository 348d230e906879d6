package dev.kompakt.router.topology;

import dev.kompakt.bootstrap.observe.Meter;
import dev.kompakt.bootstrap.observe.Meters;
import dev.kompakt.bootstrap.route.Refusal;
import dev.kompakt.router.decide.CompactionState;
import dev.kompakt.router.decide.Decision;
import dev.kompakt.router.decide.Effect;
import dev.kompakt.router.decide.Event;
import dev.kompakt.router.route.Upstream;
import dev.kompakt.schemas.id.CompactionId;
import dev.kompakt.schemas.record.AttemptEvent;
import dev.kompakt.schemas.record.CompactionStatus;
import dev.kompakt.schemas.record.Completion;
import dev.kompakt.schemas.record.DeadLetter;
import dev.kompakt.schemas.record.Job;
import dev.kompakt.schemas.record.Submission.ReplayRequested;
import dev.kompakt.schemas.topic.UnreadableRecordException;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.stream.Collectors;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/// What is logged and counted of decisions.
final class Journal {
  private static final Logger LOG = LoggerFactory.getLogger(Journal.class);
  private static final String COMPACTION = "compaction";
  private static final String NO_CAUSE = "none";
  private static final int MOST_PASSED_OVER = 8;

  private final Meters meters;

  Journal(Meters meters) {
    this.meters = meters;
  }

  void decided(
      CompactionId compaction, Event event, @Nullable CompactionState before, Decision decision) {
    if (event instanceof Event.Reported
        && decision.effects().isEmpty()
        && (before == null || before.equals(decision.state()))) {
      meters.count(Meter.DUPLICATE_EVENTS);
    } else if (event instanceof Event.Reported(AttemptEvent.AttemptFinished finished)) {
      refused(finished);
    } else if (event instanceof Event.Asked(ReplayRequested asked)
        && !decision.effects().isEmpty()) {
      LOG.atInfo()
          .addKeyValue(COMPACTION, compaction)
          .addKeyValue("replay", asked.replay().id())
          .log("compaction replayed");
    }
    String cause = NO_CAUSE;
    for (Effect effect : decision.effects()) {
      if (effect instanceof Effect.PublishDeadLetter(DeadLetter letter)) {
        cause = letter.cause().name().toLowerCase(Locale.ROOT);
      }
    }
    for (Effect effect : decision.effects()) {
      if (effect instanceof Effect.PublishStatus(CompactionStatus status)
          && !(before != null && status.sequence() == before.stamp().sequence())) {
        changed(compaction, status, cause);
      }
    }
  }

  private void refused(AttemptEvent.AttemptFinished finished) {
    Refusal refusal = Refusal.of(finished.outcome());
    if (refusal != null && finished.account() != null) {
      meters.count(Meter.ACCOUNT_REFUSED, finished.account().value(), refusal.text());
    }
  }

  void unreadable(
      RecordMetadata source, @Nullable CompactionId compaction, RuntimeException problem) {
    unreadable(source, problem)
        .addKeyValue(COMPACTION, compaction)
        .log("a record cannot be read and became a dead letter");
  }

  void passedOver(RecordMetadata source, RuntimeException problem) {
    unreadable(source, problem).log("a report cannot be read and is passed over");
  }

  private LoggingEventBuilder unreadable(RecordMetadata source, RuntimeException problem) {
    meters.count(Meter.UNREADABLE_RECORDS, source.topic());
    return LOG.atWarn()
        .addKeyValue("topic", source.topic())
        .addKeyValue("partition", source.partition())
        .addKeyValue("offset", source.offset())
        .addKeyValue("problem", problem(problem));
  }

  void undecidable(CompactionId compaction, RuntimeException problem) {
    LOG.atError()
        .addKeyValue(COMPACTION, compaction)
        .addKeyValue("problem", problem(problem))
        .log("a timer cannot be decided on");
  }

  /// Messages of other exceptions may hold content, so only their place is told.
  private static String problem(RuntimeException problem) {
    if (problem instanceof UnreadableRecordException unreadable) {
      return String.valueOf(unreadable.getMessage());
    }
    StackTraceElement[] trace = problem.getStackTrace();
    return problem.getClass().getSimpleName() + (trace.length == 0 ? "" : " at " + trace[0]);
  }

  /// A job was sent. Why to this account, and what it was preferred to, is told of accounts as they
  /// stood before.
  ///
  /// @param choice null if it needs no account
  /// @param upstream whose accounts these are; null if there is none
  void sent(Job job, Effect.@Nullable Choice choice, @Nullable Upstream upstream, Instant now) {
    meters.count(Meter.JOBS_SENT, job.mode().name());
    if (choice != null && job.account() != null) {
      meters.count(
          Meter.ACCOUNT_CHOSEN,
          job.account().value(),
          choice.reason().name().toLowerCase(Locale.ROOT));
    }
    if (!LOG.isDebugEnabled()) {
      return;
    }
    LoggingEventBuilder line =
        LOG.atDebug()
            .addKeyValue(COMPACTION, job.attempt().compaction())
            .addKeyValue("attempt", job.attempt())
            .addKeyValue("account", job.account())
            .addKeyValue("mode", job.mode());
    if (choice != null && upstream != null) {
      line =
          line.addKeyValue("because", because(job, choice))
              .addKeyValue("passedOver", passedOver(job, choice, upstream, now));
    }
    line.log("job sent");
  }

  private static String because(Job job, Effect.Choice choice) {
    return choice.reason().name().toLowerCase(Locale.ROOT)
        + (Boolean.TRUE.equals(job.stays()) ? ", waits there for room" : "")
        + (choice.ask().held() ? ", and to no other" : "");
  }

  private static String passedOver(Job job, Effect.Choice choice, Upstream upstream, Instant now) {
    return upstream.accounts().verdicts(choice.ask(), now).stream()
        .filter(verdict -> !verdict.account().equals(job.account()))
        .limit(MOST_PASSED_OVER)
        .map(verdict -> verdict.account() + " " + verdict.words())
        .collect(Collectors.joining("; "));
  }

  private void changed(CompactionId compaction, CompactionStatus status, String cause) {
    switch (status.completion()) {
      case null -> {
        if (status.sequence() == 0) {
          LOG.atInfo()
              .addKeyValue(COMPACTION, compaction)
              .addKeyValue("tenant", status.tenant())
              .addKeyValue("mode", status.mode())
              .addKeyValue("bytes", status.before().bytes())
              .addKeyValue("jobs", status.progress().jobs())
              .log("compaction begun");
        }
      }
      case Completion.Completed _ -> ended(compaction, status, "completed", NO_CAUSE);
      case Completion.Failed _ -> ended(compaction, status, "failed", cause);
      case Completion.Cancelled _ -> ended(compaction, status, "cancelled", NO_CAUSE);
    }
  }

  private void ended(
      CompactionId compaction, CompactionStatus status, String outcome, String cause) {
    Instant begun = status.replay() == null ? status.acceptedAt() : status.replay().start();
    Duration took = Duration.between(begun, status.updatedAt());
    meters.count(Meter.COMPLETIONS, outcome, cause);
    meters.record(Meter.COMPACTION_DURATION, took, outcome);
    LOG.atInfo()
        .addKeyValue(COMPACTION, compaction)
        .addKeyValue("outcome", outcome)
        .addKeyValue("cause", cause)
        .addKeyValue("jobs", status.progress().jobs())
        .addKeyValue("calls", status.progress().calls())
        .addKeyValue("ms", took.toMillis())
        .log("compaction ended");
  }
}
