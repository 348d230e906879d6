package dev.kompakt.ingress.park;

import dev.kompakt.ingress.answer.ApiError;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import java.util.concurrent.TimeUnit;

/// Short answers that are given whole. They may be given from any thread, once for each request and
/// before anything else has been written for it. A request that has not been read to its end closes
/// its connection after them.
public final class Replies {
  private static final long WRITE_MILLIS = TimeUnit.SECONDS.toMillis(30);

  private Replies() {}

  /// Tells of an error.
  public static void error(Request request, ApiError error) {
    if (error.retryAfterSeconds() != null) {
      request
          .exchange()
          .getResponseHeaders()
          .put(Headers.RETRY_AFTER, Integer.toString(error.retryAfterSeconds()));
    }
    json(request, error.status(), error.json());
  }

  /// Answers with JSON.
  public static void json(Request request, int status, byte[] body) {
    HttpServerExchange exchange = request.exchange();
    if (exchange.isInIoThread()) {
      send(request, status, body);
    } else {
      request.onIoThread(() -> send(request, status, body));
    }
  }

  private static void send(Request request, int status, byte[] body) {
    HttpServerExchange exchange = request.exchange();
    if (exchange.isResponseStarted()) {
      Line.cut(exchange);
      request.finish(status, Request.Ending.FAILED_LATE);
      return;
    }
    if (!exchange.isRequestComplete()) {
      exchange.setPersistent(false);
      exchange.getResponseHeaders().put(Headers.CONNECTION, "close");
    }
    Line line = new Line(exchange, request::gone);
    line.open(status, "application/json", "no-store", body.length);
    line.endWithin(WRITE_MILLIS);
    line.end(body, () -> request.finish(status, Request.Ending.ANSWERED));
  }
}
