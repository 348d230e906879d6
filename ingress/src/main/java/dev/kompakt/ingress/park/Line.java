package dev.kompakt.ingress.park;

import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http.HttpServerConnection;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.Options;
import org.xnio.channels.StreamSinkChannel;

/// The response side of one exchange, written without blocking. Belongs to the exchange's I/O
/// thread.
final class Line {
  private static final HttpString ACCEL_BUFFERING = new HttpString("X-Accel-Buffering");

  private final HttpServerExchange exchange;
  private final Runnable onLost;
  private final ArrayDeque<ByteBuffer> pending = new ArrayDeque<>();
  private @Nullable StreamSinkChannel channel;
  private boolean flushed = true;
  private boolean lost;
  private long busySinceNanos;
  private @Nullable Runnable onEnd;

  /// Makes the line of an exchange that has no response yet.
  ///
  /// @param onLost called once, if the client turns out to be gone
  Line(HttpServerExchange exchange, Runnable onLost) {
    this.exchange = exchange;
    this.onLost = onLost;
  }

  /// Commits status and headers; they leave with the first bytes.
  ///
  /// @param length bytes of the body; -1 if not known
  void open(int status, String contentType, String cacheControl, long length) {
    exchange.setStatusCode(status);
    exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, contentType);
    exchange.getResponseHeaders().put(Headers.CACHE_CONTROL, cacheControl);
    if (length >= 0) {
      exchange.setResponseContentLength(length);
    } else {
      exchange.getResponseHeaders().put(ACCEL_BUFFERING, "no");
      if (exchange.isHttp11()) {
        // Said even where the connection will close: only so is a broken body told from a whole
        // one.
        exchange.getResponseHeaders().put(Headers.TRANSFER_ENCODING, "chunked");
      }
    }
    channel = exchange.getResponseChannel();
    if (channel == null) {
      lose();
    }
  }

  boolean isOpen() {
    return channel != null;
  }

  /// Whether bytes given to [#send] have not left yet.
  boolean busy() {
    return !flushed;
  }

  /// Whether it has been busy for longer than this.
  boolean stalled(long nanos) {
    return busy() && System.nanoTime() - busySinceNanos > nanos;
  }

  /// Writes bytes, now or as soon as the client takes them.
  void send(byte[] bytes) {
    if (!busy()) {
      busySinceNanos = System.nanoTime();
    }
    if (bytes.length > 0) {
      pending.add(ByteBuffer.wrap(bytes));
    }
    flushed = false;
    drain();
  }

  /// Writes the last bytes and ends the response cleanly once everything has left.
  void end(byte[] last, Runnable ended) {
    onEnd = ended;
    send(last);
  }

  /// Gives the channel to a thread that may block, with what has not left yet.
  Handover handOver() {
    StreamSinkChannel given = channel;
    if (given == null || lost) {
      throw new IllegalStateException("the line is not open");
    }
    given.suspendWrites();
    given.getWriteSetter().set(null);
    return new Handover(given, new ArrayDeque<>(pending));
  }

  /// Takes the channel back from a thread that has written everything.
  void takeBack() {
    pending.clear();
    flushed = true;
  }

  /// A channel and the bytes that must leave before any other.
  record Handover(StreamSinkChannel channel, ArrayDeque<ByteBuffer> pending) {}

  /// Breaks the response off, so that no client can take it for a whole one.
  void cut() {
    cut(exchange);
  }

  static void cut(HttpServerExchange exchange) {
    if (!exchange.isHttp11()) {
      // Without chunks the end of the connection is the end of the body, unless it is a reset.
      try {
        HttpServerConnection connection = (HttpServerConnection) exchange.getConnection();
        connection.getChannel().setOption(Options.CLOSE_ABORT, true);
      } catch (IOException e) {
        // it is closed anyway
      }
    }
    IoUtils.safeClose(exchange.getConnection());
  }

  /// Cuts the connection unless the response has ended by then.
  void endWithin(long millis) {
    Request.after(
        exchange,
        millis,
        () -> {
          if (onEnd != null) {
            lose();
          }
        });
  }

  private void drain() {
    StreamSinkChannel out = channel;
    if (out == null || lost) {
      return;
    }
    try {
      while (!pending.isEmpty()) {
        ByteBuffer first = pending.getFirst();
        if (first.hasRemaining() && out.write(first) == 0) {
          listen(out);
          return;
        }
        if (!first.hasRemaining()) {
          pending.removeFirst();
        }
      }
      if (!out.flush()) {
        listen(out);
        return;
      }
      flushed = true;
    } catch (IOException | RejectedExecutionException e) {
      lose();
      return;
    }
    if (onEnd != null) {
      shutDown();
    }
  }

  private void listen(StreamSinkChannel out) {
    out.getWriteSetter()
        .set(
            ready -> {
              ready.suspendWrites();
              drain();
            });
    out.resumeWrites();
  }

  private void shutDown() {
    StreamSinkChannel out = channel;
    if (out == null || lost) {
      return;
    }
    boolean unread = !exchange.isRequestComplete();
    try {
      out.shutdownWrites();
      if (!out.flush()) {
        out.getWriteSetter().set(_ -> finishFlush(out, unread));
        out.resumeWrites();
        return;
      }
    } catch (IOException | RejectedExecutionException e) {
      lose();
      return;
    }
    complete(unread);
  }

  private void finishFlush(StreamSinkChannel out, boolean unread) {
    try {
      if (!out.flush()) {
        return;
      }
      out.suspendWrites();
    } catch (IOException | RejectedExecutionException e) {
      lose();
      return;
    }
    complete(unread);
  }

  private void complete(boolean unread) {
    Runnable ended = onEnd;
    onEnd = null;
    if (ended != null) {
      ended.run();
    }
    if (unread) {
      LingeringClose.begin(exchange);
    } else {
      exchange.endExchange();
    }
  }

  private void lose() {
    if (!lost) {
      lost = true;
      onEnd = null;
      IoUtils.safeClose(exchange.getConnection());
      onLost.run();
    }
  }
}
