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
import dev.kompakt.ingress.publish.Undecided;
import dev.kompakt.ingress.relay.Accounts;
import dev.kompakt.ingress.relay.Relay;
import dev.kompakt.ingress.relay.Sessions;
import dev.kompakt.ingress.relay.TurnReports;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/// The data plane's listener with everything behind it, over whatever log it is given.
public final class DataPlane {
  private static final Duration LAST_WORDS = Duration.ofSeconds(2);

  private final IngressConfig settings;
  private final ExecutorService threads;
  private final LiveRequests live = new LiveRequests();
  private final FrontDoor door;
  private final Relay relay;
  private final ClientsWatch watch;
  private final Listener listener;

  /// The log as the data plane sees it.
  ///
  /// @param feed told of every change of a status, after `statuses` knows it
  /// @param keys likewise
  /// @param accounts told of every change of an account's status
  public record Log(
      Submissions submissions,
      Statuses statuses,
      Undecided undecided,
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
    long maxBodyBytes =
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
    AcceptedHere accepted =
        new AcceptedHere(log.statuses(), log.feed(), config.compaction().deadline());
    Parking parking =
        new Parking(config, log.statuses(), log.feed(), log.payloads(), memory, threads);
    Submitter submitter =
        new Submitter(
            log.submissions(),
            log.statuses(),
            log.feed(),
            accepted,
            log.keys(),
            log.chunking(),
            config.compaction().deadline(),
            threads,
            meters,
            clock);
    CompactionQueries queries =
        new CompactionQueries(
            log.statuses(),
            log.feed(),
            accepted,
            log.undecided(),
            log.submissions(),
            parking,
            clock);
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
            new BodyReader(settings, maxBodyBytes, seal, meters),
            new Submitting(config.compaction().checkpoint(), submitter, queries, parking, clock),
            log.payloads(),
            memory,
            relay,
            meters);
    door =
        new FrontDoor(clients, admission, maxBodyBytes, requests, queries, live, threads, meters);
    listener = new Listener(settings, maxBodyBytes, door, meters);
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
  void start(Duration readTimeout) {
    listener.start(readTimeout);
    watch.start();
  }

  /// Where it listens; null before it is started.
  public @Nullable InetSocketAddress listening() {
    return listener.address();
  }

  /// Where it listens, once started.
  public InetSocketAddress address() {
    InetSocketAddress bound = listener.address();
    if (bound == null) {
      throw new IllegalStateException("the data plane has not been started");
    }
    return bound;
  }

  /// Serves on, but every response is the last of its connection, so that clients open their next
  /// one elsewhere.
  public void leave() {
    door.leave();
    live.makeLast();
  }

  /// From now on whatever comes is turned away, to be tried again.
  public void turnAway() {
    door.close();
    live.makeLast();
  }

  /// Turns away what comes, lets what has been let in end for a while, and then turns that away
  /// too.
  public void close(Duration grace) {
    turnAway();
    watch.close();
    if (!live.await(grace)) {
      live.turnAway();
      if (!live.await(LAST_WORDS)) {
        live.cut();
      }
    }
    listener.close();
    threads.shutdownNow();
    relay.close();
  }

  private Duration readTimeout() {
    Duration body = settings.bodyIdle().plusSeconds(10);
    Duration idle = settings.connections().idleTimeout();
    return body.compareTo(idle) < 0 ? idle : body;
  }
}
