package dev.kompakt.ingress.http;

import dev.kompakt.ingress.answer.ApiError;
import dev.kompakt.ingress.answer.CompactionObject;
import dev.kompakt.ingress.answer.CompactionWithResult;
import dev.kompakt.ingress.answer.StatusEvents;
import dev.kompakt.ingress.park.Faults;
import dev.kompakt.ingress.park.Parking;
import dev.kompakt.ingress.park.Replies;
import dev.kompakt.ingress.park.Request;
import dev.kompakt.ingress.publish.Acceptance;
import dev.kompakt.ingress.publish.AcceptedHere;
import dev.kompakt.ingress.publish.NotAcceptedException;
import dev.kompakt.ingress.publish.StatusFeed;
import dev.kompakt.ingress.publish.Statuses;
import dev.kompakt.ingress.publish.Submissions;
import dev.kompakt.ingress.publish.Undecided;
import dev.kompakt.schemas.id.CompactionId;
import dev.kompakt.schemas.id.TenantId;
import dev.kompakt.schemas.record.CompactionStatus;
import dev.kompakt.schemas.record.Completion;
import dev.kompakt.schemas.record.Submission;
import io.undertow.util.HttpString;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Answers what is asked of a compaction: its status and result, its events, its cancellation. Runs
/// on a virtual thread for each request.
final class CompactionQueries {
  private static final Logger LOG = LoggerFactory.getLogger(CompactionQueries.class);
  private static final HttpString LAST_EVENT_ID = new HttpString("Last-Event-ID");
  private static final Pattern SEQUENCE = Pattern.compile("\\d{1,18}");
  private static final Duration CANCEL_PATIENCE = Duration.ofSeconds(2);
  private static final int RETRY_SECONDS = 5;
  private static final int UNDECIDED_SECONDS = 1;

  private final Statuses statuses;
  private final StatusFeed feed;
  private final AcceptedHere acceptedHere;
  private final Undecided undecided;
  private final Submissions submissions;
  private final Parking parking;
  private final InstantSource clock;

  CompactionQueries(
      Statuses statuses,
      StatusFeed feed,
      AcceptedHere acceptedHere,
      Undecided undecided,
      Submissions submissions,
      Parking parking,
      InstantSource clock) {
    this.statuses = statuses;
    this.feed = feed;
    this.acceptedHere = acceptedHere;
    this.undecided = undecided;
    this.submissions = submissions;
    this.parking = parking;
    this.clock = clock;
  }

  /// What is known of a compaction.
  private sealed interface Known {
    /// The router has told of it.
    record Told(CompactionStatus status) implements Known {}

    /// It is durable, and nothing has been heard of this run.
    record Queued(AcceptedHere.Pending pending) implements Known {}
  }

  /// Handles one request to its end, or parks it.
  void handle(Request request, Route route, TenantId tenant, String id) {
    try {
      Known known = find(tenant, parse(id));
      switch (route) {
        case COMPACTION -> status(request, known);
        case COMPACTION_EVENTS -> events(request, known);
        case COMPACTION_CANCEL -> cancel(request, tenant, known);
        case COMPACT, RESPONSES, MODELS, OPENAPI ->
            throw new IllegalArgumentException(route + " is no query");
      }
    } catch (RefusedException e) {
      Replies.error(request, e.error());
    } catch (NotAcceptedException e) {
      Replies.error(
          request,
          ApiError.unavailable(
              "not_accepted", "The request could not be made durable in time.", RETRY_SECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      Replies.error(request, ApiError.shuttingDown());
    } catch (RuntimeException e) {
      Faults.log(LOG, e, "a query could not be answered");
      Replies.error(request, ApiError.internal());
    }
  }

  /// The face of a compaction that has just been accepted.
  byte[] face(TenantId tenant, CompactionId compaction) throws RefusedException {
    return object(find(tenant, compaction)).json();
  }

  private void status(Request request, Known known) {
    request.compaction(id(known));
    if (known instanceof Known.Told(CompactionStatus status)
        && status.completion() instanceof Completion.Completed) {
      parking.park(
          request,
          new Acceptance.Accepted(status.compaction(), null),
          new CompactionWithResult(status));
    } else {
      Replies.json(request, 200, object(known).json());
    }
  }

  private void events(Request request, Known known) {
    request.compaction(id(known));
    String last = request.exchange().getRequestHeaders().getFirst(LAST_EVENT_ID);
    long seen = last != null && SEQUENCE.matcher(last).matches() ? Long.parseLong(last) : -1;
    switch (known) {
      case Known.Told(CompactionStatus status) ->
          parking.stream(
              request, new Acceptance.Accepted(status.compaction(), null), new byte[0], seen);
      case Known.Queued(AcceptedHere.Pending pending) ->
          parking.stream(request, pending.accepted(), StatusEvents.frame(object(known)), seen);
    }
  }

  private void cancel(Request request, TenantId tenant, Known known)
      throws NotAcceptedException, InterruptedException, RefusedException {
    CompactionId compaction = id(known);
    request.compaction(compaction);
    if (known instanceof Known.Told(CompactionStatus status) && status.ended()) {
      Replies.json(request, 200, object(known).json());
      return;
    }
    CompletableFuture<Boolean> ended = new CompletableFuture<>();
    try (StatusFeed.Follower _ =
        feed.follow(
            compaction,
            status -> {
              if (status.ended()) {
                ended.complete(true);
              }
            })) {
      submissions.publish(new Submission.CancelRequested(compaction, clock.instant(), tenant));
      var _ = ended.get(CANCEL_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      // it has been asked to stop; the answer says where it stands
    } catch (ExecutionException e) {
      throw new IllegalStateException("nothing fails this future", e);
    }
    Replies.json(request, 200, face(tenant, compaction));
  }

  private Known find(TenantId tenant, CompactionId compaction) throws RefusedException {
    AcceptedHere.Pending pending = acceptedHere.find(compaction);
    if (pending != null && pending.tenant().equals(tenant)) {
      return new Known.Queued(pending);
    }
    CompactionStatus status = statuses.find(compaction);
    if (status == null) {
      if (feed.isUnreadable(compaction) || undecided.mayHold(compaction)) {
        throw new RefusedException(
            ApiError.unavailable(
                "status_unknown",
                "Whether there is a compaction of this id cannot be told now; ask again.",
                UNDECIDED_SECONDS));
      }
      status = statuses.find(compaction);
    }
    if (status == null || !status.tenant().equals(tenant)) {
      throw notFound();
    }
    return new Known.Told(status);
  }

  private static CompactionId id(Known known) {
    return switch (known) {
      case Known.Told(CompactionStatus status) -> status.compaction();
      case Known.Queued(AcceptedHere.Pending pending) -> pending.accepted().compaction();
    };
  }

  private static CompactionObject object(Known known) {
    return switch (known) {
      case Known.Told(CompactionStatus status) -> CompactionObject.of(status);
      case Known.Queued(AcceptedHere.Pending pending) ->
          CompactionObject.queued(
              pending.accepted().compaction(), pending.model(), pending.acceptedAt());
    };
  }

  private static CompactionId parse(String id) throws RefusedException {
    try {
      return new CompactionId(id);
    } catch (IllegalArgumentException e) {
      throw notFound();
    }
  }

  private static RefusedException notFound() {
    return RefusedException.invalid(
        404, "compaction_not_found", "There is no compaction of this id.");
  }
}
