package dev.kompakt.ingress.http;

import dev.kompakt.bootstrap.config.ByteSize;
import dev.kompakt.bootstrap.stream.BlockStream;
import dev.kompakt.ingress.admission.Permit;
import dev.kompakt.ingress.answer.ApiError;
import dev.kompakt.ingress.park.ClientGoneException;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http.HttpContinue;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.xnio.channels.StreamSourceChannel;

/// A request body as it arrives, for one virtual thread. Reading waits for the client: not longer
/// than `idle` for a byte, nor than `deadline` for all of them; and whoever has been waited for
/// longer than `idle` in all must have sent at `rate`.
final class RequestBody extends BlockStream {
  private static final Duration CONTINUE_PATIENCE = Duration.ofSeconds(10);

  private final HttpServerExchange exchange;
  private final StreamSourceChannel channel;
  private final Permit permit;
  private final long idleNanos;
  private final long endNanos;
  private final long bytesPerSecond;
  private final Semaphore readable = new Semaphore(0);
  private long count;
  private long waitedNanos;
  private boolean begun;
  private boolean ended;

  /// The body was given up; says with what its client is to be told so.
  static final class GivenUpException extends IOException {
    private static final long serialVersionUID = 1L;

    private final transient ApiError error;

    private GivenUpException(ApiError error) {
      super(error.code());
      this.error = error;
    }

    ApiError error() {
      return error;
    }
  }

  /// Makes one of which nothing has been read.
  ///
  /// @param rate bytes in each second waited
  RequestBody(
      HttpServerExchange exchange, Permit permit, Duration idle, Duration deadline, ByteSize rate) {
    this.exchange = exchange;
    this.permit = permit;
    channel = exchange.getRequestChannel();
    idleNanos = idle.toNanos();
    endNanos = System.nanoTime() + deadline.toNanos();
    bytesPerSecond = rate.bytes();
  }

  /// Bytes read so far, as they came.
  long count() {
    return count;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (ended || length == 0) {
      return ended ? -1 : 0;
    }
    try {
      sendContinue();
      ByteBuffer buffer = ByteBuffer.wrap(into, offset, length);
      int read = channel.read(buffer);
      while (read == 0) {
        await();
        read = channel.read(buffer);
      }
      if (read < 0) {
        ended = true;
        return -1;
      }
      count += read;
      if (!permit.cover(count)) {
        throw new GivenUpException(
            ApiError.overloaded("Too many request bytes are being read at the moment."));
      }
      return read;
    } catch (GivenUpException e) {
      throw e;
    } catch (IOException e) {
      throw new ClientGoneException("the connection broke within the body");
    }
  }

  private void sendContinue() throws IOException {
    if (begun) {
      return;
    }
    begun = true;
    if (HttpContinue.requiresContinueResponse(exchange)) {
      HttpContinue.ContinueResponseSender sender = HttpContinue.createResponseSender(exchange);
      long end = System.nanoTime() + CONTINUE_PATIENCE.toNanos();
      while (!sender.send()) {
        if (System.nanoTime() > end) {
          throw new ClientGoneException("the client does not read");
        }
        sender.awaitWritable(1, TimeUnit.SECONDS);
      }
    }
  }

  private void await() throws IOException {
    readable.drainPermits();
    channel
        .getReadSetter()
        .set(
            ready -> {
              ready.suspendReads();
              readable.release();
            });
    channel.resumeReads();
    long before = System.nanoTime();
    long left = endNanos - before;
    try {
      if (readable.tryAcquire(Math.min(idleNanos, left), TimeUnit.NANOSECONDS)) {
        waitedNanos += System.nanoTime() - before;
        if (drips()) {
          throw new GivenUpException(
              ApiError.invalid(408, "body_too_slow", "The body arrives too slowly."));
        }
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new GivenUpException(ApiError.shuttingDown());
    }
    channel.suspendReads();
    throw new GivenUpException(
        left > idleNanos
            ? ApiError.invalid(
                408, "body_stalled", "No byte of the body arrived for too long a time.")
            : ApiError.invalid(408, "body_too_slow", "The body did not arrive in time."));
  }

  /// Only what the client made us wait counts: we may be the slow ones.
  private boolean drips() {
    return waitedNanos > idleNanos
        && count < bytesPerSecond * (waitedNanos / (double) TimeUnit.SECONDS.toNanos(1));
  }
}
