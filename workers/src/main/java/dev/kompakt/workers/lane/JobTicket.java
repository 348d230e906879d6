package dev.kompakt.workers.lane;

import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.id.AttemptId;
import dev.kompakt.schemas.record.Job;
import dev.kompakt.workers.quota.AdmissionQueue;
import dev.kompakt.workers.stop.StopSignal;
import org.jspecify.annotations.Nullable;

/// A job as it lies on a lane, from delivery until its offset is finished.
final class JobTicket implements AdmissionQueue.Waiting {
  private final Lane lane;
  private final long offset;
  private final int bytes;
  private final Job job;
  private final StopSignal stop = new StopSignal();

  JobTicket(Lane lane, long offset, int bytes, Job job) {
    this.lane = lane;
    this.offset = offset;
    this.bytes = bytes;
    this.job = job;
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

  @Override
  public AttemptId attempt() {
    return job.attempt();
  }

  @Override
  public @Nullable AccountId account() {
    return job.account();
  }
}
