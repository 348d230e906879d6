package dev.kompakt.testing.audit;

import dev.kompakt.schemas.history.ByteRange;
import dev.kompakt.schemas.history.Chunk;
import dev.kompakt.schemas.history.Fragment;
import dev.kompakt.schemas.history.History;
import dev.kompakt.schemas.history.PayloadRef;
import dev.kompakt.schemas.history.Piece;
import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.id.AttemptId;
import dev.kompakt.schemas.id.CompactionId;
import dev.kompakt.schemas.id.JobId;
import dev.kompakt.schemas.id.PayloadId;
import dev.kompakt.schemas.id.ProviderId;
import dev.kompakt.schemas.id.TenantId;
import dev.kompakt.schemas.id.TurnId;
import dev.kompakt.schemas.record.AttemptEvent;
import dev.kompakt.schemas.record.Checkpoint;
import dev.kompakt.schemas.record.CompactionStatus;
import dev.kompakt.schemas.record.Completion;
import dev.kompakt.schemas.record.DeadLetter;
import dev.kompakt.schemas.record.Job;
import dev.kompakt.schemas.record.Mode;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.Report;
import dev.kompakt.schemas.record.Submission;
import dev.kompakt.schemas.record.TurnFinished;
import dev.kompakt.schemas.record.Usage;
import dev.kompakt.schemas.record.Work;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/// A run that never was, written down record by record.
final class MadeUp {
  static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");
  static final CompactionId COMPACTION = CompactionId.of(TenantId.LOCAL, "content");
  static final Outcome DONE = new Outcome.Succeeded(payload("p_result"), Usage.NONE);

  private static final ProviderId PROVIDER = new ProviderId("fake");
  private static final AccountId ACCOUNT = new AccountId("team-a");
  private static final PayloadRef ITEMS =
      new PayloadRef(new PayloadId("p_" + "0".repeat(32)), 0, List.of(0L), 100);

  private final List<Submission> submissions = new ArrayList<>();
  private final List<Job> jobs = new ArrayList<>();
  private final List<Report> reports = new ArrayList<>();
  private final List<CompactionStatus> statuses = new ArrayList<>();
  private final List<DeadLetter> deadLetters = new ArrayList<>();
  private final Map<TopicPartition, Long> ends = new HashMap<>();

  Trail trail() {
    return new Trail(submissions, jobs, reports, statuses, deadLetters, ends);
  }

  static PayloadRef payload(String any) {
    return new PayloadRef(
        new PayloadId("p_" + "%032x".formatted(any.hashCode() & 0xffffffffL)), 0, List.of(1L), 50);
  }

  MadeUp accepted() {
    submissions.add(
        new Submission.Submitted(
            COMPACTION,
            NOW,
            TenantId.LOCAL,
            "content",
            null,
            "gpt-5.5",
            PROVIDER,
            Checkpoint.SEALED,
            new History(
                ITEMS,
                ITEMS,
                List.of(100),
                List.of(),
                List.of(new ByteRange(0, 1)),
                1,
                false,
                List.of()),
            List.of(new Chunk(List.of(new Fragment.Spans(0, 1)))),
            NOW.plusSeconds(900),
            null,
            null));
    return this;
  }

  MadeUp status(long sequence, @Nullable Completion completion) {
    statuses.add(
        new CompactionStatus(
            COMPACTION,
            TenantId.LOCAL,
            "content",
            null,
            "gpt-5.5",
            Mode.SUMMARIZE,
            sequence,
            NOW,
            NOW,
            null,
            new CompactionStatus.Progress(1, 0, 1, 1),
            new CompactionStatus.Size(1, 100, 25),
            completion,
            null));
    return this;
  }

  MadeUp deadLetter() {
    deadLetters.add(DeadLetter.unreadable(NOW, COMPACTION, "somewhere"));
    return this;
  }

  /// A job for these bytes of the history.
  MadeUp chunk(int job, long offset) {
    jobs.add(
        new Job(
            attempt(job, 1),
            TenantId.LOCAL,
            PROVIDER,
            ACCOUNT,
            Mode.SUMMARIZE,
            "gpt-5.5",
            ITEMS,
            new Work.Chunk(ITEMS, List.of(new Piece.Copy(offset, 10)), job, 2),
            NOW,
            NOW.plusSeconds(900),
            null));
    return this;
  }

  MadeUp started(int job, int number) {
    return started(job, number, "worker");
  }

  MadeUp started(int job, int number, String worker) {
    reports.add(
        new AttemptEvent.AttemptStarted(
            attempt(job, number), NOW, worker, ACCOUNT, 100, 25, NOW.plusSeconds(60)));
    return this;
  }

  MadeUp finished(int job, int number, boolean called, Outcome outcome) {
    return finished(job, number, "worker", called, outcome);
  }

  MadeUp finished(int job, int number, String worker, boolean called, Outcome outcome) {
    reports.add(
        new AttemptEvent.AttemptFinished(
            attempt(job, number),
            NOW,
            worker,
            PROVIDER,
            ACCOUNT,
            "gpt-5.5",
            Mode.SUMMARIZE,
            called,
            100,
            outcome,
            TenantId.LOCAL,
            null));
    return this;
  }

  /// A call of a turn, with the status it was answered with, 0 if it was not.
  MadeUp turn(int status) {
    reports.add(
        new TurnFinished(
            TurnId.random(),
            1,
            NOW,
            TenantId.LOCAL,
            PROVIDER,
            ACCOUNT,
            "gpt-5.5",
            status,
            100,
            Usage.NONE,
            null,
            null,
            null));
    return this;
  }

  MadeUp end(TopicPartition partition, long end) {
    ends.put(partition, end);
    return this;
  }

  private static AttemptId attempt(int job, int number) {
    return new AttemptId(new JobId(COMPACTION, job), number);
  }
}
