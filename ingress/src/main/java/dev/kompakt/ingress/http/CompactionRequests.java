package dev.kompakt.ingress.http;

import dev.kompakt.bootstrap.config.Client;
import dev.kompakt.bootstrap.observe.Meter;
import dev.kompakt.bootstrap.observe.Meters;
import dev.kompakt.ingress.admission.BufferMemory;
import dev.kompakt.ingress.admission.Caller;
import dev.kompakt.ingress.admission.Permit;
import dev.kompakt.ingress.answer.ApiError;
import dev.kompakt.ingress.intake.BodyRejected;
import dev.kompakt.ingress.intake.Purpose;
import dev.kompakt.ingress.intake.ScannedBody;
import dev.kompakt.ingress.park.ClientGoneException;
import dev.kompakt.ingress.park.Faults;
import dev.kompakt.ingress.park.Replies;
import dev.kompakt.ingress.park.Request;
import dev.kompakt.ingress.publish.Payloads;
import dev.kompakt.ingress.publish.UnwrittenException;
import dev.kompakt.ingress.relay.Relay;
import dev.kompakt.ingress.relay.Spool;
import dev.kompakt.ingress.relay.Turn;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xnio.IoUtils;

/// Takes in the requests that carry a history: compactions are submitted, ordinary turns are passed
/// through. Runs on a virtual thread for each request.
final class CompactionRequests {
  private static final Logger LOG = LoggerFactory.getLogger(CompactionRequests.class);
  private static final Duration MEMORY_PATIENCE = Duration.ofSeconds(10);

  /// Disks are not emptied by themselves.
  private static final int HELD_AGAIN_SECONDS = 10;

  private final BodyReader bodies;
  private final Submitting submitting;
  private final Payloads payloads;
  private final BufferMemory memory;
  private final Relay relay;
  private final Meters meters;

  CompactionRequests(
      BodyReader bodies,
      Submitting submitting,
      Payloads payloads,
      BufferMemory memory,
      Relay relay,
      Meters meters) {
    this.bodies = bodies;
    this.submitting = submitting;
    this.payloads = payloads;
    this.memory = memory;
    this.relay = relay;
    this.meters = meters;
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
              "not_accepted",
              "The request could not be made durable in time.",
              Submitting.POLL_SECONDS));
    } catch (Spool.UnheldException e) {
      meters.count(Meter.REFUSED, "disk");
      LOG.atError()
          .addKeyValue("directory", System.getProperty("java.io.tmpdir"))
          .addKeyValue("cause", String.valueOf(e.getCause()))
          .log("a request larger than memory holds is refused: its directory does not take it");
      Replies.error(
          request,
          ApiError.unavailable(
              "not_held",
              "This gateway cannot hold a request of this size at the moment. Please try again.",
              HELD_AGAIN_SECONDS));
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
          bodies.read(
              request, caller.tenant(), wishes, permit, items, envelope, Purpose.COMPACTION);
      checkAllowed(caller, Client.Scope.COMPACT, body);
      submitting.submit(request, route, caller.tenant(), wishes, body, items, envelope);
    }
  }

  /// A body that is a compaction or a turn, which only its end tells.
  private void takeResponse(Request request, Caller caller, Wishes wishes, Permit permit)
      throws IOException, RefusedException, InterruptedException, BufferMemory.NoneFreeException {
    try (BufferMemory.Loan loan = memory.borrowEarly(Spool.MEMORY_BYTES / 2, MEMORY_PATIENCE);
        Spool items = new Spool();
        Spool envelope = new Spool()) {
      ScannedBody body =
          bodies.read(request, caller.tenant(), wishes, permit, items, envelope, Purpose.TURN);
      if (body.trigger()) {
        checkAllowed(caller, Client.Scope.COMPACT, body);
        Payloads.Sink storedItems = payloads.create();
        Payloads.Sink storedEnvelope = payloads.create();
        try (BufferMemory.Loan _ =
            memory.borrow(items.length() + envelope.length(), MEMORY_PATIENCE)) {
          copy(items, storedItems);
          copy(envelope, storedEnvelope);
          permit.bodyRead();
          submitting.submit(
              request, Route.RESPONSES, caller.tenant(), wishes, body, storedItems, storedEnvelope);
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
}
