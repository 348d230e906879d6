package dev.kompakt.router.decide;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import dev.kompakt.schemas.id.CompactionId;
import dev.kompakt.schemas.id.PayloadId;
import dev.kompakt.schemas.id.ProviderId;
import dev.kompakt.schemas.id.TenantId;
import dev.kompakt.schemas.record.CompactionStatus;
import dev.kompakt.schemas.record.Completion;
import dev.kompakt.schemas.record.DeadLetter;
import dev.kompakt.schemas.record.Failure;
import dev.kompakt.schemas.record.LearnedLimit;
import dev.kompakt.schemas.record.Mode;
import dev.kompakt.schemas.record.Replay;
import dev.kompakt.schemas.record.Usage;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A compaction as the router keeps it. The history's manifest is kept apart, because it is large
/// and does not change.
///
/// ```
///            Submitted           all of a layer done → next layer (merge tree)
///  (none) ─────────────▶ Running ─────────────────────────────────┐
///                         │  │ ▲                                  │ one result left
///    deadline, calls used │  │ │ Submitted again, ReplayRequested ▼
///    up, refused          │  │ └────────────┐                 Completed ──expiry──▶ (none)
///                         ▼  ▼ CancelRequested
///                      Failed  Cancelled ──expiry──▶ (none)
/// ```
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
public sealed interface CompactionState {
  Subject subject();

  /// The latest published change.
  Stamp stamp();

  /// The same, with a further change published.
  CompactionState stamped(Stamp stamp);

  /// When it is forgotten; null while running.
  @Nullable Instant expiresAt();

  /// At work on a layer of nodes.
  ///
  /// @param deadline when it fails as timed out
  /// @param replay what this run is of; null if it is a client's
  @JsonTypeName("running")
  record Running(
      Subject subject,
      Stamp stamp,
      Requests requests,
      Instant deadline,
      Sizing sizing,
      Layer layer,
      Tally tally,
      @Nullable Replay replay)
      implements CompactionState {
    @Override
    public Running stamped(Stamp next) {
      return new Running(subject, next, requests, deadline, sizing, layer, tally, replay);
    }

    @Override
    public @Nullable Instant expiresAt() {
      return null;
    }

    Completed toCompleted(Completion.Completed completion, Instant expiresAt) {
      return new Completed(
          subject, stamp, sizing.mode(), Statuses.progress(this), completion, expiresAt, replay);
    }

    Failed toFailed(DeadLetter.Cause cause, Failure failure, Instant now, Instant expiresAt) {
      return new Failed(this, stamp, Statuses.progress(this), cause, failure, now, expiresAt);
    }

    Cancelled toCancelled(Instant now, Instant expiresAt) {
      return new Cancelled(this, stamp, Statuses.progress(this), now, expiresAt);
    }
  }

  /// The answer is stored.
  @JsonTypeName("completed")
  record Completed(
      Subject subject,
      Stamp stamp,
      Mode mode,
      CompactionStatus.Progress progress,
      Completion.Completed completion,
      Instant expiresAt,
      @Nullable Replay replay)
      implements CompactionState {
    @Override
    public Completed stamped(Stamp next) {
      return new Completed(subject, next, mode, progress, completion, expiresAt, replay);
    }
  }

  /// Ended without an answer, but it can be taken up again from what is done.
  @JsonTypeName("failed")
  record Failed(
      Running left,
      Stamp stamp,
      CompactionStatus.Progress progress,
      DeadLetter.Cause cause,
      Failure failure,
      Instant endedAt,
      Instant expiresAt)
      implements CompactionState {
    @Override
    public Subject subject() {
      return left.subject();
    }

    @Override
    public Failed stamped(Stamp next) {
      return new Failed(left, next, progress, cause, failure, endedAt, expiresAt);
    }

    Failed with(Running settled) {
      return new Failed(settled, stamp, progress, cause, failure, endedAt, expiresAt);
    }
  }

  /// Stopped on request.
  @JsonTypeName("cancelled")
  record Cancelled(
      Running left,
      Stamp stamp,
      CompactionStatus.Progress progress,
      Instant endedAt,
      Instant expiresAt)
      implements CompactionState {
    @Override
    public Subject subject() {
      return left.subject();
    }

    @Override
    public Cancelled stamped(Stamp next) {
      return new Cancelled(left, next, progress, endedAt, expiresAt);
    }

    Cancelled with(Running settled) {
      return new Cancelled(settled, stamp, progress, endedAt, expiresAt);
    }
  }

  /// What is compacted, for whom.
  record Subject(
      CompactionId compaction,
      TenantId tenant,
      String content,
      @Nullable String idempotencyKey,
      String model,
      ProviderId provider,
      Instant acceptedAt,
      CompactionStatus.Size before) {}

  /// A published change.
  record Stamp(long sequence, Instant at) {}

  /// Which requests have been heeded, so that a second delivery of one changes nothing.
  ///
  /// @param submission the items payload of the latest submission heeded
  /// @param cancelledAt the latest cancel request heeded
  record Requests(PayloadId submission, @Nullable Instant cancelledAt) {}

  /// How large the calls are to be.
  ///
  /// @param mode in which upstream calls are made
  /// @param target content bytes aimed at, per call; null while nothing was split
  /// @param seen content sizes accepted and refused in calls of [Mode#SUMMARIZE]
  record Sizing(Mode mode, @Nullable Long target, LearnedLimit.Bound seen) {}

  /// The nodes at work.
  ///
  /// @param number 0 for the history itself, then one more for each round of merging
  /// @param joining whether merging was given up: what is left of it is joined
  record Layer(int number, List<Node> nodes, boolean joining) {
    public Layer {
      nodes = List.copyOf(nodes);
    }
  }

  /// What was done so far.
  ///
  /// @param jobs numbers given to jobs
  /// @param earlier jobs done in earlier layers
  /// @param attempts attempts sent
  /// @param calls upstream calls made, in all runs
  /// @param callsBefore those of earlier runs, which do not count against the bound of this one
  record Tally(int jobs, int earlier, int attempts, int calls, int callsBefore, Usage usage) {
    /// With one more job.
    Tally withJob() {
      return new Tally(jobs + 1, earlier, attempts, calls, callsBefore, usage);
    }

    /// With a layer of so many jobs done.
    Tally withLayer(int done) {
      return new Tally(jobs, earlier + done, attempts, calls, callsBefore, usage);
    }

    Tally plus(int newAttempts, int newCalls, Usage newUsage) {
      return new Tally(
          jobs,
          earlier,
          attempts + newAttempts,
          calls + newCalls,
          callsBefore,
          usage.plus(newUsage));
    }

    /// As another run begins.
    Tally again() {
      return new Tally(jobs, earlier, attempts, calls, calls, usage);
    }
  }
}
