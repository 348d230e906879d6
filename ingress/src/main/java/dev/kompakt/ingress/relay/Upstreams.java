package dev.kompakt.ingress.relay;

import dev.kompakt.bootstrap.config.UpstreamConfig;
import dev.kompakt.bootstrap.credential.Access;
import dev.kompakt.bootstrap.credential.Credentials;
import dev.kompakt.bootstrap.observe.Meter;
import dev.kompakt.bootstrap.observe.Meters;
import dev.kompakt.bootstrap.upstream.Classification;
import dev.kompakt.bootstrap.upstream.ErrorBody;
import dev.kompakt.bootstrap.upstream.Unanswered;
import dev.kompakt.bootstrap.upstream.UsageHeaders;
import dev.kompakt.bootstrap.upstream.UsageReadings;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.UsageReading;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/// Makes calls for turns, up to the response's headers. Never follows a redirect. Thread-safe; a
/// caller that is interrupted closes the call's connection.
final class Upstreams implements AutoCloseable {
  /// The most that is read of an error.
  static final int MOST_ERROR_BYTES = 1 << 20;

  private final UpstreamConfig limits;
  private final Credentials credentials;
  private final Meters meters;
  private final InstantSource clock;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpClient client;

  Upstreams(UpstreamConfig limits, Credentials credentials, Meters meters, InstantSource clock) {
    this.credentials = credentials;
    this.limits = limits;
    this.meters = meters;
    this.clock = clock;
    client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(limits.connectTimeout())
            .executor(threads)
            .build();
  }

  /// What a call came to.
  sealed interface Reply {
    /// An answer to be passed on.
    ///
    /// @param body to be closed by whoever takes it
    record Answer(int status, HttpHeaders headers, InputStream body) implements Reply {}

    /// No answer.
    ///
    /// @param status 0 if there was no response
    /// @param json what upstream said, if it said it in JSON
    record Refused(
        int status, @Nullable HttpHeaders headers, @Nullable String json, Outcome outcome)
        implements Reply {
      Refused as(Outcome another) {
        return new Refused(status, headers, json, another);
      }
    }

    /// No call was made, as there is nothing to make it with.
    record NotMade(Outcome outcome) implements Reply {}
  }

  /// Makes one call, and if its credential is refused that can be renewed, one more.
  Reply turn(Seat seat, Turn turn, TurnBody body, @Nullable String turnState)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        request(seat, "/responses", null).header("content-type", "application/json");
    TurnHeaders.toUpstream(turn.headers(), request);
    if (turnState != null) {
      request.header(TurnHeaders.TURN_STATE, turnState);
    }
    String accept = turn.header("accept");
    request.header("accept", accept != null && TurnHeaders.plain(accept) ? accept : "*/*");
    request.POST(
        BodyPublishers.fromPublisher(
            BodyPublishers.ofInputStream(
                () -> {
                  try {
                    return body.open();
                  } catch (IOException e) {
                    throw new UncheckedIOException(e);
                  }
                }),
            body.length()));
    return call(seat, request, body.length());
  }

  /// Asks for an account's models.
  Reply models(Seat seat, @Nullable String query) throws IOException, InterruptedException {
    return call(seat, request(seat, "/models", query).GET(), 0);
  }

  private HttpRequest.Builder request(Seat seat, String path, @Nullable String query) {
    String base = seat.provider().baseUrl().toString();
    String root = base.endsWith("/") ? base.substring(0, base.length() - 1) : base;
    return HttpRequest.newBuilder(URI.create(root + path + (query == null ? "" : "?" + query)))
        .timeout(limits.headerTimeout());
  }

  private Reply call(Seat seat, HttpRequest.Builder request, long wireBytes)
      throws InterruptedException {
    return switch (credentials.access(seat.id())) {
      case Access.Refused(Outcome outcome) -> new Reply.NotMade(outcome);
      case Access.Granted granted ->
          switch (send(seat, request, granted, wireBytes)) {
            case Reply.Refused refused when Access.refused(refused.outcome()) ->
                renewed(seat, request, granted, refused, wireBytes);
            case Reply reply -> reply;
          };
    };
  }

  private Reply renewed(
      Seat seat,
      HttpRequest.Builder request,
      Access.Granted used,
      Reply.Refused refused,
      long wireBytes)
      throws InterruptedException {
    return switch (credentials.renew(seat.id(), used)) {
      case Access.Refused(Outcome outcome) -> refused.as(outcome);
      case Access.Granted granted ->
          switch (send(seat, request, granted, wireBytes)) {
            case Reply.Refused again when Access.refused(again.outcome()) ->
                again.as(Access.REFUSED_FOR_GOOD);
            case Reply reply -> reply;
          };
    };
  }

  private Reply send(Seat seat, HttpRequest.Builder request, Access.Granted access, long wireBytes)
      throws InterruptedException {
    HttpRequest.Builder carrying = request.copy();
    access.headers().forEach(carrying::setHeader);
    HttpResponse<InputStream> response;
    try {
      response = client.send(carrying.build(), BodyHandlers.ofInputStream());
    } catch (IOException e) {
      return new Reply.Refused(
          0, null, null, new Outcome.Transient(Unanswered.cause(e), null, null));
    }
    int status = response.statusCode();
    if (status >= 200 && status < 300) {
      return new Reply.Answer(status, response.headers(), response.body());
    }
    byte[] error = Clockwork.readShort(response.body(), MOST_ERROR_BYTES, limits.idleTimeout());
    Classification classes =
        new Classification(
            wireBytes, response.headers()::firstValue, clock.instant(), implausible(seat));
    return new Reply.Refused(
        status,
        response.headers(),
        error != null && status >= 400 && isJson(response.headers())
            ? new String(error, StandardCharsets.UTF_8)
            : null,
        classes.status(
            status, ErrorBody.of(error == null ? new byte[0] : error, classes.theirs())));
  }

  /// How long an answer may be silent.
  Duration idle() {
    return limits.idleTimeout();
  }

  private static boolean isJson(HttpHeaders headers) {
    return headers.firstValue("content-type").orElse("").startsWith("application/json");
  }

  /// What a response's headers say of the account's quota; null for nothing.
  @Nullable List<UsageReading> readings(Seat seat, @Nullable HttpHeaders headers) {
    if (headers == null) {
      return null;
    }
    UsageReadings readings = new UsageReadings(clock, implausible(seat));
    UsageHeaders.read(headers::firstValue, readings);
    return readings.all();
  }

  private Runnable implausible(Seat seat) {
    return () -> meters.count(Meter.IMPLAUSIBLE_USAGE, seat.id().value());
  }

  @Override
  public void close() {
    client.shutdownNow();
    threads.shutdownNow();
  }
}
