package dev.kompakt.ingress.http;

import dev.kompakt.bootstrap.config.IngressConfig;
import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.bootstrap.credential.Credentials;
import dev.kompakt.bootstrap.observe.Meter;
import dev.kompakt.bootstrap.observe.Meters;
import dev.kompakt.bootstrap.seal.CheckpointSeal;
import dev.kompakt.ingress.admission.Admission;
import dev.kompakt.ingress.admission.BufferMemory;
import dev.kompakt.ingress.admission.Clients;
import dev.kompakt.ingress.admission.ClientsWatch;
import dev.kompakt.ingress.admission.TokensUsed;
import dev.kompakt.ingress.park.LiveRequests;
import dev.kompakt.ingress.park.Parking;
import dev.kompakt.ingress.publish.AcceptedHere;
import dev.kompakt.ingress.publish.Chunking;
import dev.kompakt.ingress.publish.IdempotencyKeys;
import dev.kompakt.ingress.publish.Payloads;
import dev.kompakt.ingress.publish.StatusFeed;
import dev.kompakt.ingress.publish.Statuses;
import dev.kompakt.ingress.publish.Submissions;
import dev.kompakt.ingress.publish.Submitter;
import dev.kompakt.ingress.relay.Accounts;
import dev.kompakt.ingress.relay.Relay;
import dev.kompakt.ingress.relay.Sessions;
import dev.kompakt.ingress.relay.TurnReports;
import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.server.DefaultByteBufferPool;
import io.undertow.server.protocol.http.HttpOpenListener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.xnio.ChannelListeners;
import org.xnio.IoUtils;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.StreamConnection;
import org.xnio.Xnio;
import org.xnio.XnioWorker;
import org.xnio.channels.AcceptingChannel;

/// The data plane's listener with everything behind it, over whatever log it is given.
public final class DataPlane implements AutoCloseable {
  private static final Duration GRACE = Duration.ofSeconds(10);
  private static final Duration LAST_WORDS = Duration.ofSeconds(2);

  private static final Duration SWEEP = Duration.ofSeconds(2);
  private static final int BUFFER_BYTES = 16 * 1024 - 20;
  private static final int MAX_POOLED_BUFFERS = 2_000;
  private static final int MAX_HEADER_BYTES = 64 * 1024;
  private static final long ENTITY_SLACK_BYTES = 1 << 20;

  private final IngressConfig settings;
  private final Meters meters;
  private final long maxBodyBytes;
  private final ExecutorService threads;
  private final LiveRequests live = new LiveRequests();
  private final FrontDoor door;
  private final Relay relay;
  private final ClientsWatch watch;
  private @Nullable XnioWorker worker;
  private @Nullable AcceptingChannel<StreamConnection> server;
  private volatile @Nullable InetSocketAddress address;

  /// The log as the data plane sees it.
  ///
  /// @param feed told of every change of a status, after `statuses` knows it
  /// @param keys likewise
  /// @param accounts told of every change of an account's status
  public record Log(
      Submissions submissions,
      Statuses statuses,
      Payloads payloads,
      StatusFeed feed,
      IdempotencyKeys keys,
      Chunking chunking,
      TokensUsed tokens,
      Accounts accounts,
      Sessions sessions,
      TurnReports turns) {}

  /// Makes the plane; nothing listens before [#start].
  public DataPlane(
      KompaktConfig config,
      Log log,
      Credentials credentials,
      CheckpointSeal seal,
      BufferMemory memory,
      Meters meters,
      InstantSource clock) {
    settings = config.ingress();
    this.meters = meters;
    maxBodyBytes =
        LongStream.of(
                settings.maxBodyBytes().bytes(),
                settings.maxBodyBytesInFlight().bytes(),
                settings.lanes().compact().maxBodyBytesInFlight().bytes(),
                settings.lanes().responses().maxBodyBytesInFlight().bytes())
            .min()
            .orElseThrow();
    threads = Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("ingress-", 0).factory());
    Clients clients = new Clients(config.clients(), clock);
    watch = new ClientsWatch(config.clientKeys(), clients, meters);
    Admission admission = new Admission(settings, clock, log.tokens(), clients::several);
    AcceptedHere accepted = new AcceptedHere(log.statuses(), config.compaction().deadline());
    Parking parking =
        new Parking(config, log.statuses(), log.feed(), log.payloads(), memory, threads);
    Submitter submitter =
        new Submitter(
            log.submissions(),
            log.statuses(),
            accepted,
            log.keys(),
            log.chunking(),
            config.compaction().deadline(),
            threads,
            meters,
            clock);
    CompactionQueries queries =
        new CompactionQueries(
            log.statuses(), log.feed(), accepted, log.submissions(), parking, clock);
    relay =
        new Relay(
            config,
            log.accounts(),
            log.sessions(),
            credentials,
            log.turns(),
            parking,
            meters,
            clock);
    CompactionRequests requests =
        new CompactionRequests(
            config,
            maxBodyBytes,
            log.payloads(),
            seal,
            memory,
            submitter,
            queries,
            parking,
            relay,
            meters,
            clock);
    door =
        new FrontDoor(clients, admission, maxBodyBytes, requests, queries, live, threads, meters);
    meters.gauge(Meter.REQUESTS_IN_FLIGHT, admission::requests);
    meters.gauge(Meter.BODY_BYTES_IN_FLIGHT, admission::bodyBytes);
    meters.gauge(Meter.PARKED, parking::parked);
  }

  /// Listens.
  ///
  /// @throws RuntimeException with a `BindException` as cause if the port is taken
  public void start() {
    start(readTimeout());
  }

  /// The same, with another backstop for reads: bodies have their own limits, and parked requests
  /// none.
  synchronized void start(Duration readTimeout) {
    XnioWorker made = worker();
    DefaultByteBufferPool buffers =
        // No thread-local cache: virtual threads would each keep a buffer for good.
        new DefaultByteBufferPool(true, BUFFER_BYTES, MAX_POOLED_BUFFERS, 0);
    HttpOpenListener http = new HttpOpenListener(buffers, httpOptions());
    http.setRootHandler(door);
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
    watch.start();
    worker = made;
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

  /// Where it listens, once started.
  public InetSocketAddress address() {
    InetSocketAddress bound = address;
    if (bound == null) {
      throw new IllegalStateException("the data plane has not been started");
    }
    return bound;
  }

  @Override
  public void close() {
    close(GRACE);
  }

  /// Stops accepting; lets what has been let in end for a while; turns the rest away.
  synchronized void close(Duration grace) {
    door.close();
    watch.close();
    AcceptingChannel<StreamConnection> running = server;
    XnioWorker used = worker;
    if (running != null && used != null) {
      IoUtils.safeClose(running);
      if (!live.await(grace)) {
        live.turnAway();
        if (!live.await(LAST_WORDS)) {
          live.cut();
        }
      }
      used.shutdown();
      awaitTermination(used);
    }
    threads.shutdownNow();
    relay.close();
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

  private Duration readTimeout() {
    Duration body = settings.bodyIdle().plusSeconds(10);
    Duration idle = settings.connections().idleTimeout();
    return body.compareTo(idle) < 0 ? idle : body;
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
}
