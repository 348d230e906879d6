package dev.kompakt.ingress.http;

import dev.kompakt.bootstrap.config.Client;
import dev.kompakt.bootstrap.observe.Meter;
import dev.kompakt.bootstrap.observe.Meters;
import dev.kompakt.ingress.admission.Admission;
import dev.kompakt.ingress.admission.Admitted;
import dev.kompakt.ingress.admission.Caller;
import dev.kompakt.ingress.admission.Clients;
import dev.kompakt.ingress.admission.Identity;
import dev.kompakt.ingress.admission.Lane;
import dev.kompakt.ingress.admission.Permit;
import dev.kompakt.ingress.answer.ApiError;
import dev.kompakt.ingress.park.Faults;
import dev.kompakt.ingress.park.LiveRequests;
import dev.kompakt.ingress.park.Replies;
import dev.kompakt.ingress.park.Request;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import io.undertow.util.SameThreadExecutor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xnio.IoUtils;

/// The first steps of every request, in order: framing, route, who calls, whether there is room,
/// headers. Then a virtual thread takes it. Runs on I/O threads and blocks nowhere.
final class FrontDoor implements HttpHandler {
  private static final Logger LOG = LoggerFactory.getLogger(FrontDoor.class);

  private final Clients clients;
  private final Admission admission;
  private final long maxBodyBytes;
  private final CompactionRequests requests;
  private final CompactionQueries queries;
  private final LiveRequests live;
  private final ExecutorService threads;
  private final Meters meters;
  private volatile Stance stance = Stance.OPEN;

  private enum Stance {
    OPEN,
    /// Requests are served, each as the last of its connection.
    LEAVING,
    /// Requests are turned away.
    CLOSED
  }

  /// Makes the door, open.
  ///
  /// @param maxBodyBytes larger bodies are refused unread
  FrontDoor(
      Clients clients,
      Admission admission,
      long maxBodyBytes,
      CompactionRequests requests,
      CompactionQueries queries,
      LiveRequests live,
      ExecutorService threads,
      Meters meters) {
    this.clients = clients;
    this.admission = admission;
    this.maxBodyBytes = maxBodyBytes;
    this.requests = requests;
    this.queries = queries;
    this.live = live;
    this.threads = threads;
    this.meters = meters;
  }

  /// From now on every request is the last of its connection.
  void leave() {
    stance = Stance.LEAVING;
  }

  /// From now on requests are turned away.
  void close() {
    stance = Stance.CLOSED;
  }

  @Override
  public void handleRequest(HttpServerExchange exchange) {
    // Once dispatched, nothing but our own code ends the exchange.
    exchange.dispatch(
        exchange.isInIoThread() ? SameThreadExecutor.INSTANCE : exchange.getIoThread(),
        () -> arrived(exchange));
  }

  private void arrived(HttpServerExchange exchange) {
    Route.Match match =
        Route.find(
            exchange.getRequestMethod().toString(),
            exchange.getRequestPath(),
            "websocket".equalsIgnoreCase(exchange.getRequestHeaders().getFirst(Headers.UPGRADE)));
    Request request = new Request(exchange, match.label(), live, meters);
    try {
      receive(request, match);
    } catch (RejectedExecutionException e) {
      // the I/O thread itself is going away
      IoUtils.safeClose(exchange.getConnection());
      request.gone();
    }
  }

  private void receive(Request request, Route.Match match) {
    try {
      enter(request, match);
    } catch (RefusedException e) {
      Replies.error(request, e.error());
    } catch (RejectedExecutionException e) {
      Replies.error(request, ApiError.shuttingDown());
    } catch (RuntimeException e) {
      Faults.log(LOG, e, "a request could not be let in");
      Replies.error(request, ApiError.internal());
    }
  }

  private void enter(Request request, Route.Match match) throws RefusedException {
    HttpServerExchange exchange = request.exchange();
    try {
      Framing.check(exchange);
    } catch (RefusedException e) {
      exchange.setPersistent(false);
      throw e;
    }
    Stance now = stance;
    if (now != Stance.OPEN) {
      exchange.setPersistent(false);
    }
    if (now == Stance.CLOSED) {
      throw new RefusedException(ApiError.shuttingDown());
    }
    switch (match) {
      case Route.Match.Nothing _ ->
          throw RefusedException.invalid(404, "not_found", "Nothing is served at this path.");
      case Route.Match.WrongMethod(String allowed) -> {
        exchange.getResponseHeaders().put(Headers.ALLOW, allowed);
        throw RefusedException.invalid(
            405, "method_not_allowed", "Only " + allowed + " is answered here.");
      }
      case Route.Match.Upgrade _ -> {
        exchange.getResponseHeaders().put(Headers.UPGRADE, "HTTP/1.1");
        throw RefusedException.invalid(
            426, "websocket_not_served", "WebSockets are not served. Use HTTPS.");
      }
      case Route.Match.Found(Route route, String id) -> found(request, route, id);
    }
  }

  private void found(Request request, Route route, @Nullable String id) throws RefusedException {
    if (route == Route.OPENAPI) {
      Replies.json(request, 200, OpenApi.document());
      return;
    }
    HttpServerExchange exchange = request.exchange();
    Caller caller = caller(exchange);
    if (route == Route.COMPACT && !caller.may(Client.Scope.COMPACT)) {
      throw RefusedException.invalid(
          403, "insufficient_scope", "This API key is not good for compactions.");
    }
    long length = Framing.length(exchange);
    if (route.takesBody()) {
      if (length > maxBodyBytes) {
        throw RefusedException.invalid(
            400,
            "request_too_large",
            "The body is larger than the " + maxBodyBytes + " bytes accepted.");
      }
    } else if (length != 0 && route != Route.COMPACTION_CANCEL) {
      throw RefusedException.invalid(400, "unexpected_body", "This request takes no body.");
    }
    Permit permit =
        switch (admission.admit(lane(route), caller, route.takesBody() ? length : 0)) {
          case Permit given -> given;
          case Admitted.Refusal refusal -> {
            meters.count(Meter.REFUSED, refusal.reason().label());
            throw new RefusedException(
                ApiError.rateLimited(
                    refusal.reason().code(), refusal.message(), refusal.retryAfterSeconds()));
          }
        };
    request.admitted(permit);
    if (route.takesBody()) {
      Wishes wishes = Wishes.of(exchange.getRequestHeaders());
      threads.execute(() -> requests.handle(request, route, caller, wishes, permit));
    } else if (route == Route.MODELS) {
      threads.execute(() -> requests.models(request, caller));
    } else {
      threads.execute(() -> queries.handle(request, route, caller.tenant(), id == null ? "" : id));
    }
  }

  private static Lane lane(Route route) {
    if (route == Route.COMPACT) {
      return Lane.COMPACT;
    }
    return route.takesBody() ? Lane.RESPONSES : Lane.ADMIN;
  }

  private Caller caller(HttpServerExchange exchange) throws RefusedException {
    HeaderValues keys = exchange.getRequestHeaders().get(Headers.AUTHORIZATION);
    Identity identity =
        clients.identify(
            keys == null || keys.size() != 1 ? null : keys.getFirst(),
            exchange.getSourceAddress().getAddress().isLoopbackAddress());
    return switch (identity) {
      case Identity.Known(Caller caller) -> caller;
      case Identity.Stranger stranger -> {
        int status = stranger == Identity.Stranger.NOT_LOCAL ? 403 : 401;
        if (status == 401) {
          exchange.getResponseHeaders().put(Headers.WWW_AUTHENTICATE, "Bearer");
        }
        throw RefusedException.invalid(status, stranger.code(), stranger.message());
      }
    };
  }
}
