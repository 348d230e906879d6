package dev.kompakt.workers.attempt;

import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.bootstrap.credential.Credentials;
import dev.kompakt.bootstrap.kafka.NotWrittenException;
import dev.kompakt.bootstrap.observe.Meters;
import dev.kompakt.bootstrap.seal.CheckpointSeal;
import dev.kompakt.bootstrap.seal.SealingKey;
import dev.kompakt.schemas.history.PayloadRef;
import dev.kompakt.schemas.record.AttemptEvent;
import dev.kompakt.schemas.record.Checkpoint;
import dev.kompakt.schemas.record.Job;
import dev.kompakt.schemas.record.LearnedLimit;
import dev.kompakt.schemas.record.LimitKey;
import dev.kompakt.schemas.record.Mode;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.workers.Jobs;
import dev.kompakt.workers.TestClock;
import dev.kompakt.workers.TestConfig;
import dev.kompakt.workers.answer.AnswerWriter;
import dev.kompakt.workers.payload.MemoryPayloads;
import dev.kompakt.workers.report.OutcomeReporter;
import dev.kompakt.workers.stop.Closing;
import dev.kompakt.workers.stop.StopSignal;
import dev.kompakt.workers.upstream.SocketProvider;
import dev.kompakt.workers.upstream.Upstream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/// Runs attempts without Kafka: its provider answers well unless told otherwise, and what it
/// reports stays here.
final class LoneWorker implements AutoCloseable {
  static final String JSON = "Content-Type: application/json\r\n";

  /// The body of a native answer.
  static final String OK =
      "{\"output\":[{\"type\":\"compaction\",\"encrypted_content\":\"x\"}],"
          + "\"usage\":{\"input_tokens\":7}}";

  final TestClock clock = new TestClock();
  final MemoryPayloads payloads = new MemoryPayloads();
  final Map<LimitKey, LearnedLimit> limits = new HashMap<>();
  final Closing closing = new Closing();
  final StopSignal stop = new StopSignal();
  final Watched watch = new Watched();
  final List<AttemptEvent> events = new CopyOnWriteArrayList<>();

  /// So many reports are refused before one is taken.
  final AtomicInteger refuseReports = new AtomicInteger();

  /// Runs when a report is taken.
  Runnable reported = () -> {};

  SocketProvider.Answer answer =
      request -> {
        request.drainBody();
        request.respond(200, JSON, OK);
      };

  final SocketProvider provider = new SocketProvider(request -> answer.give(request));
  private final Upstream upstream;
  private final AttemptRunner runner;

  /// @param directory for its config
  LoneWorker(Path directory) throws IOException {
    Meters meters = new Meters();
    KompaktConfig config = TestConfig.of(directory, provider.base(), "");
    upstream = Upstream.create(config, payloads, meters);
    AnswerWriter answers =
        new AnswerWriter(payloads, new CheckpointSeal(new SealingKey(new byte[32])));
    runner =
        new AttemptRunner(
            "worker-1",
            upstream,
            Credentials.ofKeys(config),
            new Results(payloads, answers, closing),
            new OutcomeReporter(this::report, closing),
            key -> Optional.ofNullable(limits.get(key)),
            Duration.ofMinutes(10),
            meters,
            clock);
  }

  private void report(AttemptEvent event) {
    if (refuseReports.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
      throw new NotWrittenException(null);
    }
    events.add(event);
    reported.run();
  }

  boolean run(Job job) {
    return runner.run(job, stop, watch);
  }

  boolean settle(Job job, Outcome outcome) {
    return runner.settle(job, stop, watch, outcome);
  }

  /// Of a small history.
  Job job(Mode mode) {
    PayloadRef items = payloads.put("{\"type\":\"message\",\"role\":\"user\",\"content\":\"hi\"}");
    return Jobs.of(1, "a", mode, payloads.put("{}"), Jobs.whole(items, Checkpoint.SEALED));
  }

  /// What was reported last.
  AttemptEvent.AttemptFinished finished() {
    return (AttemptEvent.AttemptFinished) events.getLast();
  }

  /// What the last attempt stored.
  String result() {
    return payloads.text(((Outcome.Succeeded) finished().outcome()).result());
  }

  @Override
  public void close() throws IOException {
    upstream.close();
    provider.close();
  }
}
