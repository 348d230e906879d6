package dev.kompakt.bootstrap.fault;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// A place before or after something durable, where a process ends at once, as if killed, if
/// `KOMPAKT_CRASH_AT` says so: `point`, or `point:n` for the n-th time it is passed. With `:hold`
/// after it the process does not end but is stopped, by SIGSTOP, until SIGCONT. Without the
/// variable a passing costs a check of a constant. For tests; no setting.
public enum CrashPoint {
  /// A segment of a payload was given to the producer; it is not known to be written. Ingress and
  /// worker.
  SEGMENT_SENT,

  /// A request's two payloads are about to be written; each counts as a passing.
  INGRESS_BEFORE_PAYLOADS,
  /// The payloads are written, nothing refers to them yet.
  INGRESS_PAYLOADS_WRITTEN,
  /// The submission was given to the producer; it is not known to be written.
  INGRESS_SUBMISSION_SENT,
  /// The submission is written; the client has not been told, nor been parked.
  INGRESS_SUBMISSION_WRITTEN,
  /// A piece of an answer was written to a client, and more is to follow.
  INGRESS_ANSWERING,

  /// A job is about to be called for, which is not reported yet.
  WORKER_BEFORE_START,
  /// The start of a call is reported, the call not made.
  WORKER_STARTED,
  /// Upstream has answered, well or not; nothing of that is stored.
  WORKER_ANSWERED,
  /// A result is stored, its outcome not reported.
  WORKER_RESULT_STORED,
  /// An outcome is reported; the lane's position is not committed.
  WORKER_OUTCOME_WRITTEN,
  /// Positions of lanes are committed.
  WORKER_POSITION_COMMITTED,

  /// The renewal of a token is claimed, its endpoint not asked.
  CREDENTIAL_CLAIMED,
  /// The endpoint has given a token, which is not written.
  CREDENTIAL_GIVEN,

  /// An event is decided on, nothing is done for it.
  ROUTER_DECIDED,
  /// What was decided is stored and sent, in a transaction not yet committed.
  ROUTER_BEFORE_COMMIT,
  /// A transaction's records and offsets are sent, its commit is asked for next. Any of a router's
  /// transactions.
  ROUTER_COMMITTING,
  /// A transaction is committed, and nobody in the router knows it yet.
  ROUTER_COMMITTED,

  /// A file's result is whole, under a name of its own.
  COMPACT_BEFORE_RENAME,
  /// A file's result has its name.
  COMPACT_RENAMED;

  /// The environment variable.
  public static final String VARIABLE = "KOMPAKT_CRASH_AT";

  private static final @Nullable Crash CRASH = Crash.parse(System.getenv(VARIABLE));

  /// As it is written in the environment: `worker-before-start`.
  public String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /// Reads what the variable says, or null.
  ///
  /// @throws IllegalArgumentException if that is no point; the message lists them
  public static void check(@Nullable String text) {
    var _ = Crash.parse(text);
  }

  /// Whether this process is to end here; for what would not even look without.
  public boolean armed() {
    return CRASH != null && CRASH.at(this);
  }

  /// A thread passes it.
  public void pass() {
    if (CRASH != null) {
      CRASH.passed(this);
    }
  }
}
