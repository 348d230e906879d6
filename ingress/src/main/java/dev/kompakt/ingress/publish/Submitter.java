package dev.kompakt.ingress.publish;

import dev.kompakt.bootstrap.fault.CrashPoint;
import dev.kompakt.bootstrap.observe.Meter;
import dev.kompakt.bootstrap.observe.Meters;
import dev.kompakt.ingress.answer.ApiError;
import dev.kompakt.schemas.history.Chunk;
import dev.kompakt.schemas.history.History;
import dev.kompakt.schemas.history.PayloadRef;
import dev.kompakt.schemas.id.CompactionId;
import dev.kompakt.schemas.record.CompactionStatus;
import dev.kompakt.schemas.record.Completion;
import dev.kompakt.schemas.record.Failure;
import dev.kompakt.schemas.record.Submission;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/// Brings a request to its compaction: the running one, the finished one, or a new one it makes
/// durable. Blocks until that is certain.
public final class Submitter {
  private static final int RETRY_SECONDS = 5;

  private final Submissions submissions;
  private final Statuses statuses;
  private final StatusFeed feed;
  private final AcceptedHere accepted;
  private final IdempotencyKeys keys;
  private final Chunking chunking;
  private final Duration deadline;
  private final ExecutorService threads;
  private final Meters meters;
  private final InstantSource clock;

  /// Makes one.
  ///
  /// @param deadline from acceptance until a compaction has failed
  /// @param threads runs what is waited for beside the caller
  public Submitter(
      Submissions submissions,
      Statuses statuses,
      StatusFeed feed,
      AcceptedHere accepted,
      IdempotencyKeys keys,
      Chunking chunking,
      Duration deadline,
      ExecutorService threads,
      Meters meters,
      InstantSource clock) {
    this.submissions = submissions;
    this.statuses = statuses;
    this.feed = feed;
    this.accepted = accepted;
    this.keys = keys;
    this.chunking = chunking;
    this.deadline = deadline;
    this.threads = threads;
    this.meters = meters;
    this.clock = clock;
  }

  /// Finds or submits what is asked.
  public Acceptance accept(Asked asked) {
    String content = asked.body().content(asked.form());
    String key =
        asked.idempotencyKey() == null
            ? null
            : IdempotencyKeys.hash(asked.tenant(), asked.idempotencyKey());
    if (!keys.claim(key, content)) {
      return new Acceptance.Refused(
          ApiError.invalid(
              422,
              "idempotency_key_reused",
              "This Idempotency-Key was used with another request body."));
    }
    CompactionId id = CompactionId.of(asked.tenant(), content);
    CompactionStatus status = statuses.find(id);
    AcceptedHere.Pending pending = accepted.find(id);
    if (pending != null) {
      meters.count(Meter.ATTACHED);
      return pending.accepted();
    }
    if (status != null) {
      if (answers(status)) {
        meters.count(Meter.ATTACHED);
        return new Acceptance.Accepted(id, null);
      }
      ApiError remembered = remembered(status);
      if (remembered != null) {
        return new Acceptance.Refused(remembered);
      }
    }
    try {
      return submit(asked, id, content, key, status);
    } catch (NotAcceptedException e) {
      keys.release(key, content);
      return new Acceptance.Refused(
          ApiError.unavailable(
              "not_accepted",
              "The request could not be made durable in time. Please try again.",
              RETRY_SECONDS));
    }
  }

  private Acceptance submit(
      Asked asked,
      CompactionId id,
      String content,
      @Nullable String key,
      @Nullable CompactionStatus outdated)
      throws NotAcceptedException {
    if (asked.body().spans().isEmpty()) {
      keys.release(key, content);
      return new Acceptance.Refused(
          new ApiError(
              400,
              ApiError.INVALID_REQUEST,
              "empty_input",
              "There is nothing to compact: `input` has no items.",
              "input",
              null));
    }
    History history = store(asked);
    CrashPoint.INGRESS_PAYLOADS_WRITTEN.pass();
    List<Chunk> chunks = chunking.pack(history, asked.body().model());
    Instant now = clock.instant();
    feed.asked(id);
    submissions.publish(
        new Submission.Submitted(
            id,
            now,
            asked.tenant(),
            content,
            key,
            asked.body().model(),
            chunking.provider(),
            asked.form(),
            history,
            chunks,
            now.plus(deadline),
            asked.session() == null ? null : IdempotencyKeys.hash(asked.tenant(), asked.session()),
            asked.patience()));
    CrashPoint.INGRESS_SUBMISSION_WRITTEN.pass();
    Acceptance.Accepted made = new Acceptance.Accepted(id, outdated);
    accepted.note(new AcceptedHere.Pending(made, asked.tenant(), asked.body().model(), now));
    meters.count(Meter.SUBMISSIONS);
    return made;
  }

  /// Waits for both payloads at once.
  private History store(Asked asked) throws NotAcceptedException {
    Future<PayloadRef> envelope = threads.submit(asked.envelope()::finish);
    PayloadRef items = asked.items().finish();
    try {
      return asked.body().toHistory(items, envelope.get());
    } catch (ExecutionException e) {
      throw new NotAcceptedException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new NotAcceptedException(e);
    }
  }

  /// Whether an identical request gets what this compaction comes to, or has come to.
  private boolean answers(CompactionStatus status) {
    return switch (status.completion()) {
      case null -> true;
      case Completion.Completed _ ->
          status.expiresAt() == null || clock.instant().isBefore(status.expiresAt());
      case Completion.Failed _, Completion.Cancelled _ -> false;
    };
  }

  /// The error of a failure that still answers; null otherwise.
  private @Nullable ApiError remembered(CompactionStatus status) {
    if (!(status.completion() instanceof Completion.Failed(Failure failure))) {
      return null;
    }
    Duration left =
        Duration.between(clock.instant(), status.updatedAt().plus(failure.answersFor()));
    if (!left.isPositive()) {
      return null;
    }
    ApiError error = ApiError.of(failure);
    return failure.retryAfterSeconds() == null
        ? error
        : error.retryAfter((int) left.plusMillis(999).toSeconds());
  }
}
