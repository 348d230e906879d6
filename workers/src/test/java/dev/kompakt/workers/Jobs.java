package dev.kompakt.workers;

import dev.kompakt.schemas.history.PayloadRef;
import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.id.AttemptId;
import dev.kompakt.schemas.id.CompactionId;
import dev.kompakt.schemas.id.JobId;
import dev.kompakt.schemas.id.PayloadId;
import dev.kompakt.schemas.id.ProviderId;
import dev.kompakt.schemas.id.TenantId;
import dev.kompakt.schemas.record.Checkpoint;
import dev.kompakt.schemas.record.Job;
import dev.kompakt.schemas.record.Mode;
import dev.kompakt.schemas.record.Work;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Jobs to test with.
public final class Jobs {
  public static final Instant NOW = Instant.parse("2026-11-20T10:00:00Z");
  public static final ProviderId PROVIDER = new ProviderId("openai");
  public static final PayloadRef EMPTY = new PayloadRef(PayloadId.random(), 0, List.of(), 0);

  private Jobs() {}

  public static CompactionId compaction(int number) {
    return CompactionId.of(TenantId.LOCAL, "content " + number);
  }

  public static AttemptId attempt(int number) {
    return new AttemptId(new JobId(compaction(number), 0), 1);
  }

  public static Work.Finish finish(PayloadRef items, Checkpoint checkpoint) {
    return new Work.Finish(checkpoint, items, List.of(), 0);
  }

  public static Work.Whole whole(PayloadRef items, Checkpoint checkpoint) {
    return new Work.Whole(items, null, finish(items, checkpoint));
  }

  public static Job of(int number, @Nullable String account) {
    Mode mode = account == null ? Mode.LOCAL : Mode.NATIVE;
    return of(number, account, mode, EMPTY, whole(EMPTY, Checkpoint.SEALED));
  }

  public static Job of(
      int number, @Nullable String account, Mode mode, PayloadRef envelope, Work work) {
    return new Job(
        attempt(number),
        TenantId.LOCAL,
        PROVIDER,
        account == null ? null : new AccountId(account),
        mode,
        "gpt-5.5",
        envelope,
        work,
        NOW,
        NOW.plusSeconds(900),
        null);
  }
}
