package dev.kompakt.ingress.http;

import dev.kompakt.bootstrap.config.Client;
import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.bootstrap.observe.Meter;
import dev.kompakt.bootstrap.observe.Meters;
import dev.kompakt.bootstrap.seal.CheckpointSeal;
import dev.kompakt.ingress.admission.BufferMemory;
import dev.kompakt.ingress.admission.Caller;
import dev.kompakt.ingress.admission.Permit;
import dev.kompakt.ingress.answer.AnswerForm;
import dev.kompakt.ingress.answer.ApiError;
import dev.kompakt.ingress.answer.CompactionJson;
import dev.kompakt.ingress.answer.ResponseEvents;
import dev.kompakt.ingress.answer.ResponseHead;
import dev.kompakt.ingress.answer.ResponseJson;
import dev.kompakt.ingress.intake.BodyRejected;
import dev.kompakt.ingress.intake.BodyScanner;
import dev.kompakt.ingress.intake.CheckpointOpener;
import dev.kompakt.ingress.intake.ContentDecoding;
import dev.kompakt.ingress.intake.Purpose;
import dev.kompakt.ingress.intake.ScannedBody;
import dev.kompakt.ingress.park.ClientGoneException;
import dev.kompakt.ingress.park.Faults;
import dev.kompakt.ingress.park.Parking;
import dev.kompakt.ingress.park.Replies;
import dev.kompakt.ingress.park.Request;
import dev.kompakt.ingress.publish.Acceptance;
import dev.kompakt.ingress.publish.Asked;
import dev.kompakt.ingress.publish.Payloads;
import dev.kompakt.ingress.publish.Submitter;
import dev.kompakt.ingress.publish.UnwrittenException;
import dev.kompakt.ingress.relay.Relay;
import dev.kompakt.ingress.relay.Spool;
import dev.kompakt.ingress.relay.Turn;
import dev.kompakt.ingress.relay.TurnHeaders;
import dev.kompakt.schemas.id.CompactionId;
import dev.kompakt.schemas.id.TenantId;
import dev.kompakt.schemas.record.Checkpoint;
import dev.kompakt.schemas.record.Submission;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xnio.IoUtils;

/// Takes in the requests that carry a history: reads and scans the body, has it made durable, and
/// parks the request or answers 202; or has it passed through, if it is an ordinary turn. Runs on a
/// virtual thread for each request.
final class CompactionRequests {
  private static final Logger LOG = LoggerFactory.getLogger(CompactionRequests.class);
  private static final HttpString PREFERENCE_APPLIED = new HttpString("Preference-Applied");
  private static final HttpString TURN_STATE = new HttpString(TurnHeaders.TURN_STATE);
  private static final Duration MEMORY_PATIENCE = Duration.ofSeconds(10);
  private static final int POLL_SECONDS = 2;

  private final KompaktConfig config;
  private final long maxBodyBytes;
  private final Payloads payloads;
  private final CheckpointSeal seal;
  private final BufferMemory memory;
  private final Submitter submitter;
  private final CompactionQueries queries;
  private final Parking parking;
  private final Relay relay;
  private final Meters meters;
  private final InstantSource clock;

  CompactionRequests(
      KompaktConfig config,
      long maxBodyBytes,
      Payloads payloads,
      CheckpointSeal seal,
      BufferMemory memory,
      Submitter submitter,
      CompactionQueries queries,
      Parking parking,
      Relay relay,
      Meters meters,
      InstantSource clock) {
    this.config = config;
    this.maxBodyBytes = maxBodyBytes;
    this.payloads = payloads;
    this.seal = seal;
    this.memory = memory;
    this.submitter = submitter;
    this.queries = queries;
    this.parking = parking;
    this.relay = relay;
    this.meters = meters;
    this.clock = clock;
  }

  /// Handles one request to its end, or parks it.
  void handle(Request request, Route route, Caller caller, Wishes wishes, Permit permit) {
    try {
      take(request, route, caller, wishes, permit);
    } catch (RefusedException e) {
      Replies.error(request, e.error());
    } catch (BodyRejected e) {
      Replies.error(request, ApiError.of(e));
    } catch (RequestBody.GivenUpException e) {
      Replies.error(request, e.error());
    } catch (ClientGoneException e) {
      IoUtils.safeClose(request.exchange().getConnection());
      request.gone();
    } catch (UnwrittenException e) {
      Replies.error(
          request,
          ApiError.unavailable(
              "not_accepted", "The request could not be made durable in time.", POLL_SECONDS));
    } catch (BufferMemory.NoneFreeException e) {
      meters.count(Meter.REFUSED, "memory");
      Replies.error(request, ApiError.overloaded("Too many bodies are being read at the moment."));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      Replies.error(request, ApiError.shuttingDown());
    } catch (IOException | RuntimeException | Error e) {
      Faults.log(LOG, e, "a request could not be taken in");
      Replies.error(request, ApiError.internal());
    }
  }

  private void take(Request request, Route route, Caller caller, Wishes wishes, Permit permit)
      throws IOException, RefusedException, InterruptedException, BufferMemory.NoneFreeException {
    if (route == Route.RESPONSES) {
      takeResponse(request, caller, wishes, permit);
      return;
    }
    HttpServerExchange exchange = request.exchange();
    long length = wishes.contentEncoding() == null ? Framing.length(exchange) : -1;
    try (BufferMemory.Loan _ = memory.borrow(length, MEMORY_PATIENCE)) {
      Payloads.Sink items = payloads.create();
      Payloads.Sink envelope = payloads.create();
      ScannedBody body =
          scan(request, caller.tenant(), wishes, permit, items, envelope, Purpose.COMPACTION);
      submit(request, route, caller, wishes, body, items, envelope);
    }
  }

  /// A body that is a compaction or a turn, which only its end tells.
  private void takeResponse(Request request, Caller caller, Wishes wishes, Permit permit)
      throws IOException, RefusedException, InterruptedException, BufferMemory.NoneFreeException {
    try (BufferMemory.Loan loan = memory.borrowEarly(Spool.MEMORY_BYTES / 2, MEMORY_PATIENCE);
        Spool items = new Spool();
        Spool envelope = new Spool()) {
      ScannedBody body =
          scan(request, caller.tenant(), wishes, permit, items, envelope, Purpose.TURN);
      if (body.trigger()) {
        Payloads.Sink storedItems = payloads.create();
        Payloads.Sink storedEnvelope = payloads.create();
        try (BufferMemory.Loan _ =
            memory.borrow(items.length() + envelope.length(), MEMORY_PATIENCE)) {
          copy(items, storedItems);
          copy(envelope, storedEnvelope);
          permit.bodyRead();
          submit(request, Route.RESPONSES, caller, wishes, body, storedItems, storedEnvelope);
        }
        return;
      }
      checkAllowed(caller, Client.Scope.RESPONSES, body);
      if (wishes.async() || body.background()) {
        throw RefusedException.invalid(
            400, "background_not_served", "Only compactions can be made in the background.");
      }
      // What lies on the file system counts as what is being read does, until no call needs it.
      if (!items.spilled() && !envelope.spilled()) {
        permit.bodyRead();
      } else if (!permit.cover(items.length() + envelope.length())) {
        throw new RefusedException(
            ApiError.overloaded("Too many request bytes are being held at the moment."));
      }
      loan.shrinkTo(items.length() + envelope.length());
      relay.relay(
          request,
          new Turn(
              caller.tenant(),
              body.model(),
              body.canonicalContent(),
              wishes.session() == null ? body.promptCacheKey() : wishes.session(),
              body.ciphertext(),
              body.thoughts(),
              body.input(),
              items,
              envelope,
              loan,
              permit::bodyRead,
              headers(request.exchange().getRequestHeaders())));
    }
  }

  private static Map<String, List<String>> headers(HeaderMap from) {
    Map<String, List<String>> headers = new LinkedHashMap<>();
    for (HeaderValues values : from) {
      headers.put(values.getHeaderName().toString().toLowerCase(Locale.ROOT), List.copyOf(values));
    }
    return headers;
  }

  /// Hands a client's turn state back to it: a compaction is part of a turn and does not change
  /// where that goes on.
  private static void echoTurnState(HttpServerExchange exchange) {
    String state = exchange.getRequestHeaders().getFirst(TurnHeaders.TURN_STATE);
    if (state != null && TurnHeaders.plain(state)) {
      exchange.getResponseHeaders().put(TURN_STATE, state);
    }
  }

  private static void copy(Spool from, OutputStream to) throws IOException {
    try (InputStream in = from.open()) {
      in.transferTo(to);
    }
  }

  /// Answers with the models an account can use.
  void models(Request request, Caller caller) {
    try {
      Replies.json(
          request, 200, relay.models().list(request.exchange().getQueryString(), caller::allows));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      Replies.error(request, ApiError.shuttingDown());
    } catch (RuntimeException e) {
      Faults.log(LOG, e, "models could not be listed");
      Replies.error(request, ApiError.internal());
    }
  }

  private void submit(
      Request request,
      Route route,
      Caller caller,
      Wishes wishes,
      ScannedBody body,
      Payloads.Sink items,
      Payloads.Sink envelope)
      throws RefusedException {
    checkAllowed(caller, Client.Scope.COMPACT, body);
    boolean async = wishes.async() || body.background();
    Acceptance acceptance =
        submitter.accept(
            new Asked(
                caller.tenant(),
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
          answerAsync(request, caller.tenant(), wishes, accepted.compaction());
        } else {
          echoTurnState(request.exchange());
          parking.park(request, accepted, form(route, body, accepted.compaction()));
        }
      }
    }
  }

  private static void checkAllowed(Caller caller, Client.Scope scope, ScannedBody body)
      throws RefusedException {
    if (!caller.may(scope)) {
      throw RefusedException.invalid(
          403,
          "insufficient_scope",
          switch (scope) {
            case COMPACT -> "This API key is not good for compactions.";
            case RESPONSES -> "This API key is not good for ordinary turns.";
          });
    }
    if (!caller.allows(body.model())) {
      throw new RefusedException(
          new ApiError(
              403,
              ApiError.INVALID_REQUEST,
              "model_not_allowed",
              "This API key is not good for this model.",
              "model",
              null));
    }
  }

  private ScannedBody scan(
      Request request,
      TenantId tenant,
      Wishes wishes,
      Permit permit,
      OutputStream items,
      OutputStream envelope,
      Purpose purpose)
      throws IOException, RefusedException {
    RequestBody raw =
        new RequestBody(
            request.exchange(),
            permit,
            config.ingress().bodyIdle(),
            config.ingress().bodyDeadline(),
            config.ingress().minBodyRate());
    CheckpointOpener opener =
        content -> {
          String summary = seal.open(tenant, content);
          if (summary != null) {
            meters.count(Meter.CHECKPOINTS_OPENED);
          }
          return summary;
        };
    ScannedBody body;
    try (InputStream decoded =
        ContentDecoding.decode(raw, wishes.contentEncoding(), maxBodyBytes)) {
      body = BodyScanner.scan(decoded, items, envelope, opener, purpose);
    }
    if (raw.read() >= 0) {
      throw RefusedException.invalid(
          400, "invalid_content_encoding", "The body goes on after its encoded content.");
    }
    switch (purpose) {
      case COMPACTION -> request.bodyRead(raw.count());
      case TURN -> request.bodyArrived(raw.count());
    }
    meters.add(Meter.BODY_BYTES, (double) (body.itemsBytes() + body.envelopeBytes()));
    return body;
  }

  /// Events need a compaction item, so there the plain form is not to be had.
  private Checkpoint checkpoint(Route route, ScannedBody body, Wishes wishes, boolean async) {
    if (route == Route.RESPONSES && body.stream() && !async) {
      return Checkpoint.SEALED;
    }
    return wishes.checkpoint() == null ? config.compaction().checkpoint() : wishes.checkpoint();
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
}
