package dev.kompakt.ingress.http;

import dev.kompakt.ingress.answer.AnswerForm;
import dev.kompakt.ingress.answer.ApiError;
import dev.kompakt.ingress.answer.CompactionJson;
import dev.kompakt.ingress.answer.ResponseEvents;
import dev.kompakt.ingress.answer.ResponseHead;
import dev.kompakt.ingress.answer.ResponseJson;
import dev.kompakt.ingress.intake.ScannedBody;
import dev.kompakt.ingress.park.Parking;
import dev.kompakt.ingress.park.Replies;
import dev.kompakt.ingress.park.Request;
import dev.kompakt.ingress.publish.Acceptance;
import dev.kompakt.ingress.publish.Asked;
import dev.kompakt.ingress.publish.Payloads;
import dev.kompakt.ingress.publish.Submitter;
import dev.kompakt.ingress.relay.TurnHeaders;
import dev.kompakt.schemas.id.CompactionId;
import dev.kompakt.schemas.id.TenantId;
import dev.kompakt.schemas.record.Checkpoint;
import dev.kompakt.schemas.record.Submission;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.time.InstantSource;

/// Has compactions made durable, and parks their requests or answers 202.
final class Submitting {
  /// How soon to ask again.
  static final int POLL_SECONDS = 2;

  private static final HttpString PREFERENCE_APPLIED = new HttpString("Preference-Applied");
  private static final HttpString TURN_STATE = new HttpString(TurnHeaders.TURN_STATE);

  private final Checkpoint preferred;
  private final Submitter submitter;
  private final CompactionQueries queries;
  private final Parking parking;
  private final InstantSource clock;

  /// @param preferred the form where a request does not ask for one
  Submitting(
      Checkpoint preferred,
      Submitter submitter,
      CompactionQueries queries,
      Parking parking,
      InstantSource clock) {
    this.preferred = preferred;
    this.submitter = submitter;
    this.queries = queries;
    this.parking = parking;
    this.clock = clock;
  }

  /// Submits a compaction whose body was read.
  ///
  /// @throws RefusedException if it is not accepted
  void submit(
      Request request,
      Route route,
      TenantId tenant,
      Wishes wishes,
      ScannedBody body,
      Payloads.Sink items,
      Payloads.Sink envelope)
      throws RefusedException {
    boolean async = wishes.async() || body.background();
    Acceptance acceptance =
        submitter.accept(
            new Asked(
                tenant,
                body,
                checkpoint(route, body, wishes, async),
                wishes.idempotencyKey(),
                wishes.session() == null ? body.promptCacheKey() : wishes.session(),
                async ? Submission.Patience.DETACHED : Submission.Patience.CONNECTED,
                items,
                envelope));
    switch (acceptance) {
      case Acceptance.Refused(ApiError error) -> throw new RefusedException(error);
      case Acceptance.Accepted accepted -> {
        request.compaction(accepted.compaction());
        if (async) {
          answerAsync(request, tenant, wishes, accepted.compaction());
        } else {
          echoTurnState(request.exchange());
          parking.park(request, accepted, form(route, body, accepted.compaction()));
        }
      }
    }
  }

  /// Events need a compaction item, so there the plain form is not to be had.
  private Checkpoint checkpoint(Route route, ScannedBody body, Wishes wishes, boolean async) {
    if (route == Route.RESPONSES && body.stream() && !async) {
      return Checkpoint.SEALED;
    }
    return wishes.checkpoint() == null ? preferred : wishes.checkpoint();
  }

  private AnswerForm form(Route route, ScannedBody body, CompactionId compaction) {
    if (route == Route.COMPACT) {
      return new CompactionJson();
    }
    ResponseHead head = ResponseHead.of(compaction, body.model(), clock.instant());
    return body.stream() ? new ResponseEvents(head) : new ResponseJson(head);
  }

  private void answerAsync(Request request, TenantId tenant, Wishes wishes, CompactionId compaction)
      throws RefusedException {
    HttpServerExchange exchange = request.exchange();
    exchange.getResponseHeaders().put(Headers.LOCATION, "/v1/compactions/" + compaction);
    exchange.getResponseHeaders().put(Headers.RETRY_AFTER, Integer.toString(POLL_SECONDS));
    if (wishes.async()) {
      exchange.getResponseHeaders().put(PREFERENCE_APPLIED, "respond-async");
    }
    Replies.json(request, 202, queries.face(tenant, compaction));
  }

  /// Hands a client's turn state back to it: a compaction is part of a turn and does not change
  /// where that goes on.
  private static void echoTurnState(HttpServerExchange exchange) {
    String state = exchange.getRequestHeaders().getFirst(TurnHeaders.TURN_STATE);
    if (state != null && TurnHeaders.plain(state)) {
      exchange.getResponseHeaders().put(TURN_STATE, state);
    }
  }
}
