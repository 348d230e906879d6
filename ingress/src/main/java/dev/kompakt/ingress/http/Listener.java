package dev.kompakt.ingress.http;

import dev.kompakt.bootstrap.config.IngressConfig;
import dev.kompakt.bootstrap.observe.Meter;
import dev.kompakt.bootstrap.observe.Meters;
import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.server.DefaultByteBufferPool;
import io.undertow.server.HttpHandler;
import io.undertow.server.protocol.http.HttpOpenListener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.xnio.ChannelListeners;
import org.xnio.IoUtils;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.StreamConnection;
import org.xnio.Xnio;
import org.xnio.XnioWorker;
import org.xnio.channels.AcceptingChannel;

/// Where the data plane listens, and the I/O threads of its connections.
final class Listener implements AutoCloseable {
  private static final Duration LAST_WORDS = Duration.ofSeconds(2);
  private static final Duration SWEEP = Duration.ofSeconds(2);
  private static final int BUFFER_BYTES = 16 * 1024 - 20;
  private static final int MAX_POOLED_BUFFERS = 2_000;
  private static final int MAX_HEADER_BYTES = 64 * 1024;
  private static final long ENTITY_SLACK_BYTES = 1 << 20;

  private final IngressConfig settings;
  private final long maxBodyBytes;
  private final HttpHandler handler;
  private final Meters meters;
  private @Nullable XnioWorker worker;
  private @Nullable AcceptingChannel<StreamConnection> server;
  private volatile @Nullable InetSocketAddress address;

  /// Makes one that does not listen yet.
  ///
  /// @param handler takes every request
  Listener(IngressConfig settings, long maxBodyBytes, HttpHandler handler, Meters meters) {
    this.settings = settings;
    this.maxBodyBytes = maxBodyBytes;
    this.handler = handler;
    this.meters = meters;
  }

  /// Listens.
  ///
  /// @param readTimeout a connection whose request brings nothing for so long is closed
  /// @throws UncheckedIOException with a `BindException` as cause if the port is taken
  synchronized void start(Duration readTimeout) {
    XnioWorker made = worker();
    DefaultByteBufferPool buffers =
        // No thread-local cache: virtual threads would each keep a buffer for good.
        new DefaultByteBufferPool(true, BUFFER_BYTES, MAX_POOLED_BUFFERS, 0);
    HttpOpenListener http = new HttpOpenListener(buffers, httpOptions());
    http.setRootHandler(handler);
    Connections connections = new Connections(settings.connections().perAddress(), http, meters);
    try {
      AcceptingChannel<StreamConnection> accepting =
          made.createStreamConnectionServer(
              settings.listen().address(),
              ChannelListeners.openListenerAdapter(connections),
              OptionMap.builder()
                  .set(Options.TCP_NODELAY, true)
                  .set(Options.REUSE_ADDRESSES, true)
                  .set(Options.BACKLOG, 4_096)
                  .set(Options.READ_TIMEOUT, (int) readTimeout.toMillis())
                  .getMap());
      accepting.resumeAccepts();
      server = accepting;
      address = (InetSocketAddress) accepting.getLocalAddress();
    } catch (IOException e) {
      made.shutdownNow();
      throw new UncheckedIOException(e);
    }
    var _ =
        made.getIoThread()
            .executeAtInterval(connections::sweep, SWEEP.toSeconds(), TimeUnit.SECONDS);
    meters.gauge(Meter.CONNECTIONS, connections::count);
    worker = made;
  }

  /// Where it listens; null before it is started.
  @Nullable InetSocketAddress address() {
    return address;
  }

  private OptionMap httpOptions() {
    IngressConfig.Connections limits = settings.connections();
    return OptionMap.builder()
        .set(UndertowOptions.ENABLE_HTTP2, false)
        .set(UndertowOptions.ALLOW_UNKNOWN_PROTOCOLS, false)
        .set(UndertowOptions.MAX_ENTITY_SIZE, maxBodyBytes + ENTITY_SLACK_BYTES)
        .set(UndertowOptions.MAX_HEADER_SIZE, MAX_HEADER_BYTES)
        .set(UndertowOptions.MAX_HEADERS, 100)
        .set(UndertowOptions.MAX_PARAMETERS, 100)
        .set(UndertowOptions.MAX_COOKIES, 50)
        .set(UndertowOptions.REQUEST_PARSE_TIMEOUT, (int) limits.headTimeout().toMillis())
        .set(UndertowOptions.NO_REQUEST_TIMEOUT, (int) limits.idleTimeout().toMillis())
        .set(UndertowOptions.ALWAYS_SET_DATE, true)
        // It would hold keepalives back while another request is pipelined behind.
        .set(UndertowOptions.BUFFER_PIPELINED_DATA, false)
        .getMap();
  }

  private XnioWorker worker() {
    int connections = (int) Math.min(Integer.MAX_VALUE, settings.maxRequests() * 2L + 1_000);
    try {
      return Xnio.getInstance(Undertow.class.getClassLoader())
          .createWorker(
              OptionMap.builder()
                  .set(Options.WORKER_NAME, "ingress")
                  .set(
                      Options.WORKER_IO_THREADS,
                      Math.max(2, Runtime.getRuntime().availableProcessors()))
                  .set(Options.WORKER_TASK_CORE_THREADS, 1)
                  .set(Options.WORKER_TASK_MAX_THREADS, 1)
                  .set(Options.CONNECTION_HIGH_WATER, connections)
                  .set(Options.CONNECTION_LOW_WATER, connections)
                  .set(Options.TCP_NODELAY, true)
                  .set(Options.THREAD_DAEMON, true)
                  .getMap());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Stops listening and ends the I/O threads, and with them every connection.
  @Override
  public synchronized void close() {
    XnioWorker used = worker;
    if (used != null) {
      IoUtils.safeClose(server);
      used.shutdown();
      awaitTermination(used);
    }
    server = null;
    worker = null;
  }

  private static void awaitTermination(XnioWorker worker) {
    try {
      if (!worker.awaitTermination(LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS)) {
        worker.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      worker.shutdownNow();
    }
  }
}
