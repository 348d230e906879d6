package dev.kompakt.workers.attempt;

import dev.kompakt.bootstrap.credential.Access;
import dev.kompakt.bootstrap.credential.Credentials;
import dev.kompakt.bootstrap.fault.CrashPoint;
import dev.kompakt.schemas.history.Tokens;
import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.record.AttemptEvent;
import dev.kompakt.schemas.record.Job;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.workers.lane.Attempts;
import dev.kompakt.workers.report.OutcomeReporter;
import dev.kompakt.workers.stop.AttemptBounds;
import dev.kompakt.workers.upstream.Reply;
import dev.kompakt.workers.upstream.UpstreamCall;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;

/// Makes the call of an attempt, and once more if its credential was refused and could be renewed.
/// Each of the two is reported before it is made, and has its own place in the account's quota.
/// Thread-safe.
final class Calls {
  /// How often the bounds are looked at while it is not certain whose job it is.
  private static final Duration LOOK = Duration.ofMillis(100);

  private static final Reply NO_ROOM = new Reply.Failed(new Outcome.Declined(null));

  private final String worker;
  private final Credentials credentials;
  private final OutcomeReporter reporter;
  private final Duration longestCall;
  private final InstantSource clock;

  Calls(
      String worker,
      Credentials credentials,
      OutcomeReporter reporter,
      Duration longestCall,
      InstantSource clock) {
    this.worker = worker;
    this.credentials = credentials;
    this.reporter = reporter;
    this.longestCall = longestCall;
    this.clock = clock;
  }

  /// The worker is closing: nothing more can be reported.
  static final class ClosingException extends IOException {
    private static final long serialVersionUID = 1L;
  }

  /// Something to be waited for.
  @FunctionalInterface
  private interface Certainty {
    boolean within(Duration atMost) throws InterruptedException;
  }

  /// Asks for what a call carries.
  @FunctionalInterface
  private interface Asking {
    Access ask() throws InterruptedException;
  }

  /// Makes it.
  ///
  /// @throws IOException if the bounds end it, or the worker is closing
  Reply make(Job job, UpstreamCall call, AttemptBounds bounds, Course course, Attempts.Watch watch)
      throws IOException {
    AccountId account = Objects.requireNonNull(job.account());
    return switch (access(() -> credentials.access(account))) {
      case Access.Refused(Outcome outcome) -> new Reply.Failed(outcome);
      case Access.Granted granted -> {
        bounds.check();
        if (!watch.sized(Tokens.estimate(call.wireBytes()))) {
          yield NO_ROOM;
        }
        Reply reply = once(job, call, granted, bounds, course, watch);
        yield refused(reply)
            ? again(
                job, call, access(() -> credentials.renew(account, granted)), bounds, course, watch)
            : reply;
      }
    };
  }

  private Reply again(
      Job job,
      UpstreamCall call,
      Access access,
      AttemptBounds bounds,
      Course course,
      Attempts.Watch watch)
      throws IOException {
    return switch (access) {
      case Access.Refused(Outcome outcome) -> new Reply.Failed(outcome);
      case Access.Granted renewed -> {
        bounds.check();
        if (!watch.again()) {
          yield NO_ROOM;
        }
        Reply reply = once(job, call, renewed, bounds, course, watch);
        yield refused(reply) ? new Reply.Failed(Access.REFUSED_FOR_GOOD) : reply;
      }
    };
  }

  private static boolean refused(Reply reply) {
    return reply instanceof Reply.Failed(Outcome outcome) && Access.refused(outcome);
  }

  private static Access access(Asking asking) throws ClosingException {
    try {
      return asking.ask();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ClosingException();
    }
  }

  /// Waits until it is certain that the job is this worker's alone: until no other worker can have
  /// it, so that whoever gets it after this one finds what this one reported; and once that is
  /// reported, until nobody's outcome can have come before it. What was reported while this worker
  /// was cut off, or stopped, may be read too late.
  private static void await(AttemptBounds bounds, Certainty certainty) throws IOException {
    try {
      do {
        bounds.check();
      } while (!certainty.within(LOOK));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ClosingException();
    }
  }

  private Reply once(
      Job job,
      UpstreamCall call,
      Access.Granted access,
      AttemptBounds bounds,
      Course course,
      Attempts.Watch watch)
      throws IOException {
    await(bounds, watch::owned);
    Instant now = clock.instant();
    Instant latest = now.plus(longestCall);
    AttemptBounds calling =
        new AttemptBounds(
            bounds.stop(), latest.isBefore(job.deadline()) ? latest : job.deadline(), clock);
    AttemptEvent.AttemptStarted started =
        new AttemptEvent.AttemptStarted(
            job.attempt(),
            now,
            worker,
            Objects.requireNonNull(job.account()),
            call.wireBytes(),
            Tokens.estimate(call.wireBytes()),
            calling.deadline());
    CrashPoint.WORKER_BEFORE_START.pass();
    if (!reporter.started(started, calling)) {
      throw new ClosingException();
    }
    CrashPoint.WORKER_STARTED.pass();
    await(calling, watch::first);
    await(calling, watch::owned);
    bounds.stop().commitToCall();
    course.called = true;
    UpstreamCall.Result result = call.make(access, calling, watch::sent);
    CrashPoint.WORKER_ANSWERED.pass();
    course.called = result.reached();
    course.readings = result.readings();
    return result.reply();
  }
}
