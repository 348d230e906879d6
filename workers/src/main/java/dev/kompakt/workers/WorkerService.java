package dev.kompakt.workers;

import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.bootstrap.credential.AccountProbes;
import dev.kompakt.bootstrap.credential.Credentials;
import dev.kompakt.bootstrap.kafka.Groups;
import dev.kompakt.bootstrap.kafka.KafkaClients;
import dev.kompakt.bootstrap.kafka.LogView;
import dev.kompakt.bootstrap.kafka.Rights;
import dev.kompakt.bootstrap.kafka.TopicWriter;
import dev.kompakt.bootstrap.observe.Health;
import dev.kompakt.bootstrap.observe.Meters;
import dev.kompakt.bootstrap.payload.PayloadStore;
import dev.kompakt.bootstrap.seal.CheckpointSeal;
import dev.kompakt.bootstrap.seal.SealingKey;
import dev.kompakt.schemas.id.CompactionId;
import dev.kompakt.schemas.record.AccountReport;
import dev.kompakt.schemas.record.CompactionStatus;
import dev.kompakt.schemas.record.Job;
import dev.kompakt.schemas.record.LearnedLimit;
import dev.kompakt.schemas.record.LimitKey;
import dev.kompakt.schemas.record.Report;
import dev.kompakt.schemas.topic.Topics;
import dev.kompakt.workers.answer.AnswerWriter;
import dev.kompakt.workers.attempt.AttemptRunner;
import dev.kompakt.workers.attempt.Results;
import dev.kompakt.workers.lane.LaneWorker;
import dev.kompakt.workers.payload.Payloads;
import dev.kompakt.workers.payload.StoredPayloads;
import dev.kompakt.workers.report.OutcomeReporter;
import dev.kompakt.workers.stop.Closing;
import dev.kompakt.workers.upstream.Upstream;
import dev.kompakt.workers.usage.UsagePolling;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The worker role of one process.
public final class WorkerService {
  /// What it must be allowed in Kafka.
  public static final Rights RIGHTS =
      Rights.of(
              List.of(Topics.PAYLOADS, Topics.OUTCOMES, Topics.CREDENTIALS, Topics.DEAD_LETTERS),
              List.of(
                  Topics.PAYLOADS,
                  Topics.JOBS,
                  Topics.OUTCOMES,
                  Topics.CREDENTIALS,
                  Topics.LIMITS,
                  Topics.COMPACTIONS))
          .inGroup(Groups.WORKERS);

  private static final Logger LOG = LoggerFactory.getLogger(WorkerService.class);

  /// Statuses held; only whether a compaction with a job here has ended is asked of them.
  private static final long MOST_STATUSES = 10_000;

  private static final long MOST_LIMITS = 10_000;

  private final KafkaClients clients;
  private final Upstream upstream;
  private final LaneWorker lanes;
  private final AccountProbes probes;
  private final UsagePolling usage;
  private final Closing closing = new Closing();
  private final CompletableFuture<Void> ready = new CompletableFuture<>();
  private volatile @Nullable LogView<LimitKey, LearnedLimit> limits;
  private volatile @Nullable LogView<CompactionId, CompactionStatus> statuses;

  private WorkerService(
      KompaktConfig config,
      KafkaClients clients,
      PayloadStore store,
      Credentials credentials,
      SealingKey key,
      Meters meters,
      Health health,
      InstantSource clock) {
    this.clients = clients;
    Payloads payloads = new StoredPayloads(store);
    upstream = Upstream.create(config, payloads, meters);
    AnswerWriter answers = new AnswerWriter(payloads, new CheckpointSeal(key));
    TopicWriter<String, Report> outcomes = clients.writer(Topics.OUTCOMES);
    OutcomeReporter reporter =
        new OutcomeReporter(
            event -> outcomes.sendAndWait(event.attempt().compaction().value(), event), closing);
    String worker = "worker-" + UUID.randomUUID();
    AttemptRunner attempts =
        new AttemptRunner(
            worker,
            upstream,
            credentials,
            new Results(payloads, answers, closing),
            reporter,
            this::limit,
            config.upstream().totalTimeout(),
            meters,
            clock);
    lanes = new LaneWorker(worker, config, clients, attempts, this::ended, ready, meters, clock);
    Consumer<AccountReport> reports =
        report -> {
          var _ = outcomes.send(report.key(), report);
        };
    probes = new AccountProbes(config, credentials, reports, meters, clock);
    usage = new UsagePolling(config, probes, lanes::owns, reports, clock);
    health.follow("worker lanes", lanes::check);
    LOG.atInfo()
        .addKeyValue("worker", worker)
        .addKeyValue("accounts", config.accounts().size())
        .log("worker made");
  }

  /// Makes the role; nothing runs before [#start].
  ///
  /// @param credentials of the config's accounts
  public static WorkerService create(
      KompaktConfig config,
      KafkaClients clients,
      PayloadStore payloads,
      Credentials credentials,
      SealingKey key,
      Meters meters,
      Health health,
      InstantSource clock) {
    return new WorkerService(config, clients, payloads, credentials, key, meters, health, clock);
  }

  /// Joins the lanes; returns at once. Ready when [Health] says so.
  public void start() {
    LogView<LimitKey, LearnedLimit> known =
        LogView.follow(clients, Topics.LIMITS, MOST_LIMITS, (_, _) -> {});
    LogView<CompactionId, CompactionStatus> compactions =
        LogView.follow(clients, Topics.COMPACTIONS, MOST_STATUSES, this::changed);
    limits = known;
    statuses = compactions;
    var _ =
        CompletableFuture.allOf(known.loaded(), compactions.loaded())
            .thenRun(() -> ready.complete(null));
    lanes.start();
    usage.start();
  }

  private void changed(CompactionId compaction, CompactionStatus status) {
    if (status.ended()) {
      lanes.ended(compaction);
    }
  }

  /// Whether a job's compaction ended after the job was made. A compaction that failed may go on
  /// later, with newer jobs.
  private boolean ended(Job job) {
    LogView<CompactionId, CompactionStatus> known = statuses;
    return known != null
        && known
            .get(job.attempt().compaction())
            .filter(CompactionStatus::ended)
            .filter(status -> status.updatedAt().isAfter(job.at()))
            .isPresent();
  }

  private Optional<LearnedLimit> limit(LimitKey key) {
    LogView<LimitKey, LearnedLimit> known = limits;
    return known == null ? Optional.empty() : known.get(key);
  }

  /// Stops taking jobs, lets running attempts finish and report, commits and leaves the group.
  ///
  /// @param grace how long attempts may take; then they are abandoned, for other workers to repeat
  public void close(Duration grace) {
    usage.close();
    probes.close();
    lanes.close(grace);
    closing.close();
    upstream.close();
    close(limits);
    close(statuses);
  }

  private static void close(@Nullable LogView<?, ?> view) {
    if (view != null) {
      view.close();
    }
  }
}
