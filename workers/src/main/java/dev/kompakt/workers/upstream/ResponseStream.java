package dev.kompakt.workers.upstream;

import dev.kompakt.bootstrap.stream.BlockStream;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.workers.stop.StopSignal;
import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A response's body, read by the attempt's thread as it comes; every wait ends at the idle or the
/// total deadline, or when the attempt is stopped. At most two blocks are held.
final class ResponseStream extends BlockStream implements BodySubscriber<ResponseStream> {
  private sealed interface Signal {
    record Blocks(List<ByteBuffer> blocks) implements Signal {}

    record End() implements Signal {}

    record Lost(Throwable cause) implements Signal {}

    record Stop() implements Signal {}
  }

  private final BlockingQueue<Signal> signals = new LinkedBlockingQueue<>();
  private final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();
  private final StopSignal stop;
  private final long totalDeadline;
  private volatile long idleNanos;
  private List<ByteBuffer> blocks = List.of();
  private int block;
  private boolean ended;
  private volatile boolean closed;

  /// Makes a stream that waits for its response.
  ///
  /// @param totalDeadline by [System#nanoTime]
  ResponseStream(Duration idle, long totalDeadline, StopSignal stop) {
    idleNanos = idle.toNanos();
    this.totalDeadline = totalDeadline;
    this.stop = stop;
  }

  /// From now on waits no longer than this for the next byte.
  void idle(Duration most) {
    idleNanos = most.toNanos();
  }

  @Override
  public CompletionStage<ResponseStream> getBody() {
    return CompletableFuture.completedFuture(this);
  }

  @Override
  public void onSubscribe(Flow.Subscription given) {
    if (closed || !subscription.complete(given)) {
      given.cancel();
    } else {
      given.request(1);
    }
  }

  @Override
  public void onNext(List<ByteBuffer> received) {
    signals.add(new Signal.Blocks(received));
  }

  @Override
  public void onError(Throwable cause) {
    signals.add(new Signal.Lost(cause));
  }

  @Override
  public void onComplete() {
    signals.add(new Signal.End());
  }

  /// Reads what is there, or waits.
  ///
  /// @throws CallFailedException if the connection is lost or a deadline passes
  /// @throws dev.kompakt.workers.stop.StoppedException if the attempt is stopped
  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    while (!ended) {
      while (block < blocks.size()) {
        ByteBuffer next = blocks.get(block);
        if (next.hasRemaining()) {
          int n = Math.min(length, next.remaining());
          next.get(into, offset, n);
          return n;
        }
        block++;
      }
      await();
    }
    return -1;
  }

  private void await() throws IOException {
    switch (take()) {
      case Signal.Blocks(List<ByteBuffer> received) -> {
        blocks = received;
        block = 0;
        subscription.join().request(1);
      }
      case Signal.End() -> ended = true;
      case Signal.Lost(Throwable cause) ->
          throw new CallFailedException(Outcome.Transient.Cause.CONNECTION_LOST, cause);
      case Signal.Stop() -> stop.check();
    }
  }

  private Signal take() throws IOException {
    try (var _ = stop.onStop(() -> signals.add(new Signal.Stop()))) {
      long total = totalDeadline - System.nanoTime();
      long idle = idleNanos;
      @Nullable Signal signal =
          signals.poll(Math.max(0, Math.min(total, idle)), TimeUnit.NANOSECONDS);
      if (signal != null) {
        return signal;
      }
      throw new CallFailedException(
          idle < total
              ? Outcome.Transient.Cause.IDLE_TIMEOUT
              : Outcome.Transient.Cause.TOTAL_TIMEOUT,
          null);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CallFailedException(Outcome.Transient.Cause.WORKER_FAULT, e);
    }
  }

  /// Ends the call; what was not read is not waited for.
  @Override
  public void close() {
    closed = true;
    var _ = subscription.thenAccept(Flow.Subscription::cancel);
  }
}
