package dev.kompakt.workers.attempt;

import dev.kompakt.bootstrap.credential.Credentials;
import dev.kompakt.bootstrap.fault.CrashPoint;
import dev.kompakt.bootstrap.kafka.NotWrittenException;
import dev.kompakt.bootstrap.observe.Meter;
import dev.kompakt.bootstrap.observe.Meters;
import dev.kompakt.bootstrap.payload.PayloadLostException;
import dev.kompakt.schemas.record.AttemptEvent;
import dev.kompakt.schemas.record.Job;
import dev.kompakt.schemas.record.LearnedLimit;
import dev.kompakt.schemas.record.LimitKey;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.Outcome.Transient.Cause;
import dev.kompakt.workers.lane.Attempts;
import dev.kompakt.workers.quota.Spent;
import dev.kompakt.workers.report.OutcomeReporter;
import dev.kompakt.workers.stop.AttemptBounds;
import dev.kompakt.workers.stop.OverdueException;
import dev.kompakt.workers.stop.StopSignal;
import dev.kompakt.workers.stop.StoppedException;
import dev.kompakt.workers.upstream.EnvelopeRejectedException;
import dev.kompakt.workers.upstream.Upstream;
import dev.kompakt.workers.upstream.UpstreamCall;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/// Makes attempts, each on its own thread, and reports exactly one outcome for each, whatever
/// happens; only one that is abandoned, or met by the worker's closing, reports none. Thread-safe.
public final class AttemptRunner implements Attempts {
  private static final Logger LOG = LoggerFactory.getLogger(AttemptRunner.class);

  /// How often it is looked whether an attempt is abandoned while it is not certain whose it is.
  private static final Duration LOOK = Duration.ofMillis(100);

  private final String worker;
  private final Upstream upstream;
  private final Calls calls;
  private final Results results;
  private final OutcomeReporter reporter;
  private final Function<LimitKey, Optional<LearnedLimit>> limits;
  private final Meters meters;
  private final InstantSource clock;

  /// Makes a runner.
  ///
  /// @param worker this process' name in reports
  /// @param limits what is known of providers
  /// @param longestCall no call takes longer
  public AttemptRunner(
      String worker,
      Upstream upstream,
      Credentials credentials,
      Results results,
      OutcomeReporter reporter,
      Function<LimitKey, Optional<LearnedLimit>> limits,
      Duration longestCall,
      Meters meters,
      InstantSource clock) {
    this.worker = worker;
    this.upstream = upstream;
    calls = new Calls(worker, credentials, reporter, longestCall, clock);
    this.results = results;
    this.reporter = reporter;
    this.limits = limits;
    this.meters = meters;
    this.clock = clock;
  }

  @Override
  public boolean run(Job job, StopSignal stop, Watch watch) {
    Instant began = clock.instant();
    Course course = new Course();
    Outcome outcome = attempt(job, new AttemptBounds(stop, job.deadline(), clock), course, watch);
    watch.over(Spent.of(course.called, outcome));
    if (outcome == null) {
      return false;
    }
    meters.record(
        Meter.ATTEMPT_DURATION, Duration.between(began, clock.instant()), job.mode().name());
    return mayReport(job, outcome, stop, watch) && report(job, outcome, course, began);
  }

  @Override
  public boolean settle(Job job, StopSignal stop, Watch watch, Outcome outcome) {
    return mayReport(job, outcome, stop, watch)
        && report(job, outcome, new Course(), clock.instant());
  }

  /// Waits until it is certain that the job is still this worker's, unless it is a result, which is
  /// of use in any case. The router would answer anything else with another attempt, beside that of
  /// the worker who has the job now.
  private static boolean mayReport(Job job, Outcome outcome, StopSignal stop, Watch watch) {
    if (outcome instanceof Outcome.Succeeded) {
      return true;
    }
    try {
      while (stop.reason() != StopSignal.Reason.ABANDONED) {
        if (watch.owned(LOOK)) {
          return true;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    var _ = abandoned(job);
    return false;
  }

  /// Makes the attempt; null if nothing is to be reported.
  private @Nullable Outcome attempt(Job job, AttemptBounds bounds, Course course, Watch watch) {
    try {
      bounds.check();
      return switch (job.mode()) {
        case LOCAL -> results.local(job, bounds);
        case NATIVE, TRIGGER, SUMMARIZE -> call(job, bounds, course, watch);
      };
    } catch (StoppedException e) {
      return switch (e.reason()) {
        case COMPACTION_ENDED, ANSWERED_ELSEWHERE -> new Outcome.Cancelled();
        case ABANDONED -> abandoned(job);
      };
    } catch (Calls.ClosingException e) {
      return abandoned(job);
    } catch (OverdueException e) {
      return course.called || job.account() == null
          ? new Outcome.Transient(Cause.TOTAL_TIMEOUT, null, null)
          : new Outcome.Declined(null);
    } catch (EnvelopeRejectedException e) {
      return e.outcome();
    } catch (PayloadLostException e) {
      return new Outcome.PayloadLost();
    } catch (IOException | NotWrittenException e) {
      return fault(job, e, Level.WARN);
    } catch (RuntimeException | Error e) {
      return fault(job, e, Level.ERROR);
    }
  }

  private Outcome call(Job job, AttemptBounds bounds, Course course, Watch watch)
      throws IOException {
    if (job.account() == null) {
      throw new IllegalArgumentException("job " + job.attempt() + " has no account to call with");
    }
    UpstreamCall call = upstream.prepare(job, bounds);
    course.wireBytes = call.wireBytes();
    LimitKey key = new LimitKey(job.provider(), LimitKey.Endpoint.of(job.mode()), job.model());
    Outcome refused =
        limits
            .apply(key)
            .map(k -> LimitCheck.refuse(k, course.wireBytes, clock.instant()))
            .orElse(null);
    if (refused != null) {
      return refused;
    }
    return results.of(job, calls.make(job, call, bounds, course, watch), bounds);
  }

  private static @Nullable Outcome abandoned(Job job) {
    LOG.atInfo()
        .addKeyValue("compaction", job.attempt().compaction())
        .addKeyValue("attempt", job.attempt())
        .log("attempt abandoned");
    return null;
  }

  private static Outcome fault(Job job, Throwable cause, Level level) {
    LOG.atLevel(level)
        .addKeyValue("compaction", job.attempt().compaction())
        .addKeyValue("attempt", job.attempt())
        .addKeyValue("error", Faults.ownMessage(cause))
        .setCause(Faults.withoutMessages(cause))
        .log("attempt failed in this worker");
    return new Outcome.Transient(Cause.WORKER_FAULT, null, null);
  }

  private boolean report(Job job, Outcome outcome, Course course, Instant began) {
    Instant now = clock.instant();
    boolean recorded =
        reporter.finished(
            new AttemptEvent.AttemptFinished(
                job.attempt(),
                now,
                worker,
                job.provider(),
                job.account(),
                job.model(),
                job.mode(),
                course.called,
                course.wireBytes,
                outcome,
                job.tenant(),
                course.readings));
    CrashPoint.WORKER_OUTCOME_WRITTEN.pass();
    meters.count(Meter.ATTEMPTS, job.mode().name(), OutcomeText.kind(outcome));
    LOG.atInfo()
        .addKeyValue("compaction", job.attempt().compaction())
        .addKeyValue("attempt", job.attempt())
        .addKeyValue("mode", job.mode())
        .addKeyValue("account", job.account())
        .addKeyValue("outcome", OutcomeText.of(outcome))
        .addKeyValue("called", course.called)
        .addKeyValue("bytes", course.wireBytes)
        .addKeyValue("ms", Duration.between(began, now).toMillis())
        .log(recorded ? "attempt finished" : "attempt finished but not recorded");
    return recorded;
  }
}
