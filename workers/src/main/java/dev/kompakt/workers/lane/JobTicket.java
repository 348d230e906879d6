package dev.kompakt.workers.lane;

import dev.kompakt.schemas.history.PayloadRef;
import dev.kompakt.schemas.history.Piece;
import dev.kompakt.schemas.history.Tokens;
import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.id.AttemptId;
import dev.kompakt.schemas.record.Job;
import dev.kompakt.schemas.record.Work;
import dev.kompakt.workers.quota.AdmissionQueue;
import dev.kompakt.workers.stop.StopSignal;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A job as it lies on a lane, from delivery until its offset is finished.
final class JobTicket implements AdmissionQueue.Waiting {
  private final Lane lane;
  private final long offset;
  private final int bytes;
  private final Job job;
  private final long tokens;
  private final StopSignal stop = new StopSignal();
  private volatile @Nullable CountDownLatch contested;

  JobTicket(Lane lane, long offset, int bytes, Job job) {
    this.lane = lane;
    this.offset = offset;
    this.bytes = bytes;
    this.job = job;
    tokens = Tokens.estimate(content(job.work()) + job.envelope().bytes());
  }

  Lane lane() {
    return lane;
  }

  long offset() {
    return offset;
  }

  /// The record's size.
  int bytes() {
    return bytes;
  }

  Job job() {
    return job;
  }

  StopSignal stop() {
    return stop;
  }

  /// Another worker may yet have reported an outcome of its attempt.
  void contest() {
    contested = new CountDownLatch(1);
  }

  /// None has, before this worker reported that it begins.
  void uncontested() {
    CountDownLatch waiting = contested;
    if (waiting != null) {
      waiting.countDown();
    }
  }

  /// Waits until it is known whether another worker's outcome came first. Any thread.
  ///
  /// @return whether none did; if not, the time given is over, or it did and the attempt is stopped
  boolean first(Duration atMost) throws InterruptedException {
    CountDownLatch waiting = contested;
    return waiting == null || waiting.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
  }

  @Override
  public AttemptId attempt() {
    return job.attempt();
  }

  @Override
  public @Nullable AccountId account() {
    return job.account();
  }

  /// An estimate from what the job points to; that of the request comes when it is sized.
  @Override
  public long tokens() {
    return tokens;
  }

  private static long content(Work work) {
    return switch (work) {
      case Work.Whole(PayloadRef items, List<Piece> pieces, _) ->
          pieces == null ? items.bytes() : sent(pieces);
      case Work.Chunk chunk -> sent(chunk.pieces());
      case Work.Merge merge -> bytes(merge.summaries());
      case Work.Join join -> bytes(join.summaries());
    };
  }

  private static long sent(List<Piece> pieces) {
    return pieces.stream().mapToLong(Piece::bytes).sum();
  }

  private static long bytes(List<PayloadRef> refs) {
    return refs.stream().mapToLong(PayloadRef::bytes).sum();
  }

  @Override
  public boolean stays() {
    return Boolean.TRUE.equals(job.stays());
  }
}
