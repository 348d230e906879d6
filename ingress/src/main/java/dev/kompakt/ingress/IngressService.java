package dev.kompakt.ingress;

import dev.kompakt.bootstrap.admin.AdminServer;
import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.bootstrap.credential.AccountProbes;
import dev.kompakt.bootstrap.credential.Credentials;
import dev.kompakt.bootstrap.kafka.Groups;
import dev.kompakt.bootstrap.kafka.KafkaClients;
import dev.kompakt.bootstrap.kafka.Rights;
import dev.kompakt.bootstrap.kafka.TopicFollower;
import dev.kompakt.bootstrap.kafka.TopicWriter;
import dev.kompakt.bootstrap.kafka.UnreachableException;
import dev.kompakt.bootstrap.observe.Health;
import dev.kompakt.bootstrap.observe.Meters;
import dev.kompakt.bootstrap.payload.PayloadStore;
import dev.kompakt.bootstrap.seal.CheckpointSeal;
import dev.kompakt.bootstrap.seal.SealingKey;
import dev.kompakt.ingress.admin.AdminEndpoints;
import dev.kompakt.ingress.admission.BufferMemory;
import dev.kompakt.ingress.http.DataPlane;
import dev.kompakt.ingress.publish.Chunking;
import dev.kompakt.ingress.publish.IdempotencyKeys;
import dev.kompakt.ingress.publish.KafkaPayloads;
import dev.kompakt.ingress.publish.KafkaStatuses;
import dev.kompakt.ingress.publish.KafkaSubmissions;
import dev.kompakt.ingress.publish.KafkaUndecided;
import dev.kompakt.ingress.publish.StatusFeed;
import dev.kompakt.ingress.publish.Statuses;
import dev.kompakt.ingress.publish.Submissions;
import dev.kompakt.ingress.relay.Accounts;
import dev.kompakt.ingress.relay.PendingReports;
import dev.kompakt.ingress.relay.Sessions;
import dev.kompakt.ingress.replay.DeadLetters;
import dev.kompakt.ingress.replay.Replays;
import dev.kompakt.ingress.replay.Retention;
import dev.kompakt.schemas.record.AccountReport;
import dev.kompakt.schemas.record.DeadLetter;
import dev.kompakt.schemas.record.Report;
import dev.kompakt.schemas.topic.Topics;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;

/// The ingress role of one process.
public final class IngressService {
  /// What it must be allowed in Kafka.
  public static final Rights RIGHTS =
      Rights.of(
              List.of(Topics.PAYLOADS, Topics.SUBMISSIONS, Topics.OUTCOMES, Topics.CREDENTIALS),
              List.of(
                  Topics.PAYLOADS,
                  Topics.ACCOUNTS,
                  Topics.CREDENTIALS,
                  Topics.TENANTS,
                  Topics.LIMITS,
                  Topics.SESSIONS,
                  Topics.COMPACTIONS,
                  Topics.DEAD_LETTERS))
          .watching(Groups.ROUTER);

  private static final int MAX_REPORTS = 1_000;

  private final Views views;
  private final TopicFollower<String, DeadLetter> letters;
  private final KafkaProbe probe;
  private final AccountProbes probes;
  private final DataPlane plane;

  private IngressService(
      Views views,
      TopicFollower<String, DeadLetter> letters,
      KafkaProbe probe,
      AccountProbes probes,
      DataPlane plane) {
    this.views = views;
    this.letters = letters;
    this.probe = probe;
    this.probes = probes;
    this.plane = plane;
  }

  /// Makes the service, which begins to read what Kafka holds; it listens once started.
  public static IngressService create(
      KompaktConfig config,
      KafkaClients clients,
      PayloadStore payloads,
      Credentials credentials,
      SealingKey key,
      Meters meters,
      Health health,
      AdminServer admin) {
    InstantSource clock = InstantSource.system();
    StatusFeed feed = new StatusFeed();
    IdempotencyKeys keys = new IdempotencyKeys(clock);
    CheckpointSeal seal = new CheckpointSeal(key);
    Accounts accounts = new Accounts(config, seal, meters, clock);
    Views views = Views.follow(clients, feed, keys, accounts);
    Sessions bound =
        new Sessions(
            session -> views.sessions().get(session).orElse(null), config.routing().sessionIdle());
    Statuses statuses = new KafkaStatuses(views.compactions());
    Submissions submissions = new KafkaSubmissions(clients);
    DeadLetters letters = new DeadLetters();
    TopicFollower<String, DeadLetter> newLetters = letters.follow(clients);
    TopicWriter<String, Report> reports = clients.writer(Topics.OUTCOMES);
    Admin kafka = clients.admin();
    DataPlane plane =
        new DataPlane(
            config,
            new DataPlane.Log(
                submissions,
                statuses,
                new KafkaUndecided(kafka, views.compactions(), config.kafka().partitions()),
                new KafkaPayloads(payloads),
                feed,
                keys,
                new Chunking(config, limit -> views.limits().get(limit).orElse(null), clock),
                views::tokens,
                accounts,
                bound,
                new PendingReports(
                    turn -> {
                      var _ = reports.send(turn.turn().value(), turn);
                    },
                    MAX_REPORTS,
                    meters)),
            credentials,
            seal,
            BufferMemory.ofHeap(),
            meters,
            clock);
    KafkaProbe probe = new KafkaProbe(kafka);
    health.require(
        "ingress has read the log", () -> newLetters.loaded().isDone() && views.loaded().isDone());
    health.require("ingress reaches kafka", probe::answers);
    Consumer<AccountReport> operators = report -> reports.sendAndWait(report.key(), report);
    AccountProbes probes = new AccountProbes(config, credentials, operators, meters, clock);
    AdminEndpoints.add(
        admin,
        config,
        new AdminEndpoints.Sources(
            statuses,
            account -> views.accounts().get(account).orElse(null),
            accounts::standing,
            session -> bound.account(session, clock.instant()),
            () -> views.limits().all().values(),
            operators,
            probes,
            letters,
            new Replays(
                letters,
                statuses,
                submissions,
                new Retention(clients)::earliest,
                config.compaction().deadline(),
                clock)),
        clock);
    return new IngressService(views, newLetters, probe, probes, plane);
  }

  /// Waits until what Kafka already holds has been read, then listens.
  ///
  /// @param patience how long that may take
  /// @throws UnreachableException if Kafka does not answer
  /// @throws RuntimeException with a `BindException` as cause if the port is taken
  public void start(Duration patience) {
    try {
      views.loaded().get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new UnreachableException("the ingress could not read its topics in time", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UnreachableException("interrupted while reading topics", e);
    }
    plane.start();
  }

  /// Where it listens, once started.
  public InetSocketAddress address() {
    return plane.address();
  }

  /// Serves on, but makes clients open their next connection elsewhere.
  ///
  /// @return whether it serves at all
  public boolean leave() {
    plane.leave();
    return plane.listening() != null;
  }

  /// Turns away whatever comes from now on, so that clients try again.
  public void turnAway() {
    plane.turnAway();
  }

  /// Turns away what comes, and what is here and does not end in time: requests whose status is not
  /// committed get 503, of others the body breaks or tells of a failure that is to be tried again.
  ///
  /// @param grace how long turns and parked requests may take to end
  public void close(Duration grace) {
    plane.close(grace);
    probe.close();
    probes.close();
    views.close();
    letters.close();
  }
}
