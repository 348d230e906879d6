package dev.kompakt.workers.upstream;

import dev.kompakt.bootstrap.config.UpstreamConfig;
import dev.kompakt.bootstrap.stream.BlockStream;
import dev.kompakt.bootstrap.upstream.Unanswered;
import dev.kompakt.schemas.record.Outcome.Transient.Cause;
import dev.kompakt.workers.stop.AttemptBounds;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// Sends requests and waits for headers, each within its deadlines. Never follows a redirect. A
/// call that is given up closes its connection. Thread-safe.
final class Exchange implements AutoCloseable {
  private final UpstreamConfig limits;
  private final ResponseMemory memory;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpClient client;

  Exchange(UpstreamConfig limits, ResponseMemory memory) {
    this.limits = limits;
    this.memory = memory;
    client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(limits.connectTimeout())
            .executor(threads)
            .build();
  }

  /// Makes one call, up to the response's headers.
  ///
  /// @param request without method and body
  /// @param body of exactly `length` bytes
  /// @param handedOver told when all of it has been handed to the network
  /// @throws CallFailedException if there is no response
  /// @throws dev.kompakt.bootstrap.payload.PayloadLostException if the request cannot be read
  /// @throws dev.kompakt.workers.stop.StoppedException if the attempt is stopped
  ResponseBody send(
      HttpRequest.Builder request,
      InputStream body,
      long length,
      AttemptBounds bounds,
      Runnable handedOver)
      throws IOException {
    Sending sending = new Sending(body, handedOver);
    BodyPublisher publisher =
        BodyPublishers.fromPublisher(BodyPublishers.ofInputStream(() -> sending), length);
    Duration total = limits.totalTimeout();
    long totalDeadline =
        System.nanoTime() + (bounds.left().compareTo(total) < 0 ? bounds.left() : total).toNanos();
    CompletableFuture<HttpResponse<ResponseStream>> sent =
        client.sendAsync(
            request.POST(publisher).build(),
            _ -> new ResponseStream(limits.idleTimeout(), totalDeadline, bounds.stop()));
    try {
      HttpResponse<ResponseStream> response = headers(sent, sending, totalDeadline, bounds);
      return new ResponseBody(
          response.statusCode(),
          response.headers(),
          response.body(),
          memory,
          limits.maxResponseBytes().bytes());
    } catch (IOException | RuntimeException e) {
      giveUp(sent);
      throw e;
    }
  }

  private HttpResponse<ResponseStream> headers(
      CompletableFuture<HttpResponse<ResponseStream>> sent,
      Sending sending,
      long totalDeadline,
      AttemptBounds bounds)
      throws IOException {
    CompletableFuture<Void> stopped = new CompletableFuture<>();
    long headerDeadline = System.nanoTime() + limits.headerTimeout().toNanos();
    try (var _ = bounds.stop().onStop(() -> stopped.complete(null))) {
      while (true) {
        long now = System.nanoTime();
        long left = Math.min(headerDeadline - now, totalDeadline - now);
        try {
          var _ =
              CompletableFuture.anyOf(sent, stopped).get(Math.max(0, left), TimeUnit.NANOSECONDS);
          bounds.stop().check();
          return sent.join();
        } catch (TimeoutException e) {
          if (totalDeadline - System.nanoTime() <= 0) {
            throw new CallFailedException(Cause.TOTAL_TIMEOUT, null);
          }
          long extended = sending.endedAt() + limits.headerTimeout().toNanos();
          if (!sending.ended() || extended - headerDeadline <= 0) {
            throw new CallFailedException(Cause.HEADER_TIMEOUT, null);
          }
          headerDeadline = extended;
        }
      }
    } catch (ExecutionException e) {
      throw failed(e.getCause(), sending);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CallFailedException(Cause.WORKER_FAULT, e);
    }
  }

  private static IOException failed(@Nullable Throwable cause, Sending sending) {
    Throwable reading = sending.failure();
    if (reading instanceof RuntimeException e) {
      throw e;
    }
    if (reading != null) {
      return new CallFailedException(Cause.WORKER_FAULT, reading);
    }
    return new CallFailedException(Unanswered.cause(cause), cause);
  }

  private static void giveUp(CompletableFuture<HttpResponse<ResponseStream>> sent) {
    var _ =
        sent.whenComplete(
            (response, _) -> {
              if (response != null) {
                response.body().close();
              }
            });
    sent.cancel(true);
  }

  @Override
  public void close() {
    client.shutdownNow();
    threads.shutdownNow();
  }

  /// The request as it is read, with when it ended and why it could not be read on.
  private static final class Sending extends BlockStream {
    private final InputStream body;
    private final Runnable handedOver;
    private volatile @Nullable Throwable failure;
    private volatile boolean ended;
    private volatile long endedAt;

    Sending(InputStream body, Runnable handedOver) {
      this.body = body;
      this.handedOver = handedOver;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      try {
        int n = body.read(into, offset, length);
        if (n < 0) {
          endedAt = System.nanoTime();
          ended = true;
          handedOver.run();
        }
        return n;
      } catch (IOException | RuntimeException e) {
        failure = e;
        throw e;
      }
    }

    boolean ended() {
      return ended;
    }

    long endedAt() {
      return endedAt;
    }

    @Nullable Throwable failure() {
      return failure;
    }
  }
}
