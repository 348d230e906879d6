package dev.kompakt.ingress.park;

import dev.kompakt.bootstrap.observe.Meter;
import dev.kompakt.bootstrap.observe.Meters;
import dev.kompakt.ingress.admission.Permit;
import dev.kompakt.schemas.id.CompactionId;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HttpString;
import java.util.Locale;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;
import org.xnio.IoUtils;

/// One request on its way: what it holds, and what is written of it when it ends.
public final class Request {
  /// The name of the header that names a request.
  public static final HttpString ID_HEADER = new HttpString("x-request-id");

  /// What a request counts as whose client left before its answer.
  static final int CLIENT_GONE = 499;

  private static final Logger LOG = LoggerFactory.getLogger(Request.class);

  private final HttpServerExchange exchange;
  private final String route;
  private final LiveRequests live;
  private final Meters meters;
  private final String id;
  private final long startedNanos = System.nanoTime();
  private final AtomicBoolean finished = new AtomicBoolean();
  private final AtomicInteger beats = new AtomicInteger();
  private volatile long bodyReadNanos = startedNanos;
  private volatile long bodyBytes;
  private volatile @Nullable CompactionId compaction;
  private volatile @Nullable Permit permit;
  private volatile @Nullable Runnable onShutdown;

  /// How a request ended.
  enum Ending {
    ANSWERED,
    /// It failed after the status had been committed.
    FAILED_LATE,
    GONE
  }

  /// Begins a request.
  ///
  /// @param route what it is counted as
  public Request(HttpServerExchange exchange, String route, LiveRequests live, Meters meters) {
    this.exchange = exchange;
    this.route = route;
    this.live = live;
    this.meters = meters;
    ThreadLocalRandom random = ThreadLocalRandom.current();
    id = String.format(Locale.ROOT, "req_%016x%016x", random.nextLong(), random.nextLong());
    exchange.getResponseHeaders().put(ID_HEADER, id);
  }

  public HttpServerExchange exchange() {
    return exchange;
  }

  /// The request's name in logs and in the response.
  public String id() {
    return id;
  }

  /// It has been let in: the permit is given back at its end, and it is waited for at shutdown.
  public void admitted(Permit admission) {
    permit = admission;
    live.add(this);
  }

  /// Its body has been read to the end, and takes no room any more.
  public void bodyRead(long bytes) {
    bodyArrived(bytes);
    releaseBody();
  }

  /// Its body has been read to the end, and is held.
  public void bodyArrived(long bytes) {
    bodyReadNanos = System.nanoTime();
    bodyBytes = bytes;
  }

  /// The compaction it has come to.
  public void compaction(CompactionId met) {
    compaction = met;
  }

  /// Ends as one whose client has left; for a connection that is already lost.
  public void gone() {
    finish(CLIENT_GONE, Ending.GONE);
  }

  /// Does something on the exchange's I/O thread; nothing, if that is gone, for then so is the
  /// connection.
  void onIoThread(Runnable task) {
    try {
      exchange.getIoThread().execute(guarded(task));
    } catch (RejectedExecutionException e) {
      gone();
    }
  }

  /// The task, with whatever it throws ending this request and no other.
  Runnable guarded(Runnable task) {
    return () -> {
      try {
        task.run();
      } catch (RejectedExecutionException e) {
        IoUtils.safeClose(exchange.getConnection());
        gone();
      } catch (RuntimeException e) {
        Faults.log(LOG, e, "a request failed on its I/O thread");
        Line.cut(exchange);
        finish(500, Ending.FAILED_LATE);
      }
    };
  }

  /// Does something on an exchange's I/O thread after a while.
  static void after(HttpServerExchange exchange, long millis, Runnable task) {
    try {
      var _ = exchange.getIoThread().executeAfter(task, millis, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      IoUtils.safeClose(exchange.getConnection());
    }
  }

  long nanosSinceBody() {
    return System.nanoTime() - bodyReadNanos;
  }

  void beat() {
    beats.incrementAndGet();
    meters.count(Meter.KEEPALIVES);
  }

  /// What is to be done if it is still there when the grace of a shutdown is over.
  void onShutdown(Runnable action) {
    onShutdown = action;
  }

  @Nullable Runnable onShutdown() {
    return onShutdown;
  }

  /// Ends it: gives back what it held, counts it and writes it down, once.
  ///
  /// @param status the true one, even where another had been committed
  void finish(int status, Ending ending) {
    if (!finished.compareAndSet(false, true)) {
      return;
    }
    releaseBody();
    Permit held = permit;
    if (held != null) {
      held.close();
    }
    live.remove(this);
    meters.count(Meter.REQUESTS, route, Integer.toString(status));
    if (ending == Ending.GONE) {
      meters.count(Meter.CLIENTS_GONE);
    }
    write(status, ending);
  }

  private void releaseBody() {
    Permit held = permit;
    if (held != null) {
      held.bodyRead();
    }
  }

  private void write(int status, Ending ending) {
    LoggingEventBuilder line =
        LOG.atInfo()
            .addKeyValue("request", id)
            .addKeyValue("route", route)
            .addKeyValue("status", status)
            .addKeyValue("ms", TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startedNanos))
            .addKeyValue("body_bytes", bodyBytes)
            .addKeyValue("sent_bytes", exchange.getResponseBytesSent())
            .addKeyValue("beats", beats.get());
    CompactionId met = compaction;
    if (met != null) {
      line = line.addKeyValue("compaction", met);
    }
    line.log(
        switch (ending) {
          case ANSWERED -> "answered";
          case FAILED_LATE -> "failed after its status was committed";
          case GONE -> "client gone";
        });
  }
}
