package dev.kompakt.workers.upstream;

import dev.kompakt.bootstrap.credential.Access;
import dev.kompakt.bootstrap.upstream.Classification;
import dev.kompakt.bootstrap.upstream.ErrorBody;
import dev.kompakt.bootstrap.upstream.UsageHeaders;
import dev.kompakt.bootstrap.upstream.UsageReadings;
import dev.kompakt.schemas.record.Job;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.Outcome.Malformed.Fault;
import dev.kompakt.schemas.record.Outcome.Transient.Cause;
import dev.kompakt.schemas.record.UsageReading;
import dev.kompakt.workers.payload.Payloads;
import dev.kompakt.workers.stop.AttemptBounds;
import dev.kompakt.workers.stop.StoppedException;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One call, sized and ready to be made; again, if it is refused for what it carried.
public final class UpstreamCall {
  /// What a call came to.
  ///
  /// @param reached whether the provider may have got the request
  /// @param readings what it said of the account's quota; null for nothing
  public record Result(boolean reached, Reply reply, @Nullable List<UsageReading> readings) {}

  /// Counts a call.
  @FunctionalInterface
  interface Counting {
    /// Counts one.
    ///
    /// @param status `2xx` and the like, `none` if no headers came
    /// @param bytes of the request, 0 if it cannot have been got
    void call(String status, long bytes);
  }

  private static final String NO_STATUS = "none";

  private final Job job;
  private final UpstreamMode mode;
  private final HttpRequest.Builder request;
  private final RequestBody body;
  private final Payloads payloads;
  private final Exchange exchange;
  private final InstantSource clock;
  private final Counting counted;
  private final Runnable implausible;

  UpstreamCall(
      Job job,
      UpstreamMode mode,
      HttpRequest.Builder request,
      RequestBody body,
      Payloads payloads,
      Exchange exchange,
      InstantSource clock,
      Counting counted,
      Runnable implausible) {
    this.job = job;
    this.mode = mode;
    this.request = request;
    this.body = body;
    this.payloads = payloads;
    this.exchange = exchange;
    this.clock = clock;
    this.counted = counted;
    this.implausible = implausible;
  }

  /// Exactly so many bytes of body go on the wire.
  public long wireBytes() {
    return body.length();
  }

  /// Makes the call.
  ///
  /// @param access what the account is called with
  /// @param sent told, on any thread, when the request has been handed to the network
  /// @throws StoppedException if the attempt is stopped meanwhile
  /// @throws dev.kompakt.bootstrap.payload.PayloadLostException if the request cannot be read
  public Result make(Access.Granted access, AttemptBounds bounds, Runnable sent)
      throws StoppedException {
    String status = NO_STATUS;
    boolean reached = true;
    UsageReadings readings = new UsageReadings(clock, implausible);
    HttpRequest.Builder carrying = request.copy();
    access.headers().forEach(carrying::setHeader);
    try (ResponseBody response =
        exchange.send(carrying, body.open(payloads), body.length(), bounds, sent)) {
      status = response.status() / 100 + "xx";
      UsageHeaders.read(response::header, readings);
      Reply reply = read(response, readings);
      return new Result(true, reply, readings.all());
    } catch (StoppedException e) {
      throw e;
    } catch (CallFailedException e) {
      reached = e.why() != Cause.CONNECT_FAILED;
      return new Result(reached, failed(e.why()), readings.all());
    } catch (ResponseTooLongException e) {
      return new Result(true, Reply.malformed(Fault.TOO_LONG), readings.all());
    } catch (IOException e) {
      return new Result(true, failed(Cause.WORKER_FAULT), readings.all());
    } finally {
      counted.call(status, reached ? body.length() : 0);
    }
  }

  private static Reply failed(Cause why) {
    return new Reply.Failed(new Outcome.Transient(why, null, null));
  }

  private Reply read(ResponseBody response, UsageReadings readings) throws IOException {
    Classification failures =
        new Classification(body.length(), response::header, clock.instant(), implausible);
    int status = response.status();
    if (status >= 200 && status < 300) {
      return mode.read(job, response, failures, readings);
    }
    ErrorBody error =
        ErrorBody.of(status < 400 ? new byte[0] : response.readError(), failures.theirs());
    return new Reply.Failed(
        mode.isMissing(status, error)
            ? new Outcome.Unsupported(status)
            : failures.status(status, error));
  }
}
