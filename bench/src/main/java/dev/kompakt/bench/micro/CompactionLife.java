package dev.kompakt.bench.micro;

import dev.kompakt.bootstrap.route.Member;
import dev.kompakt.bootstrap.route.Policy;
import dev.kompakt.bootstrap.route.Pool;
import dev.kompakt.bootstrap.route.Standing;
import dev.kompakt.router.decide.Bindings;
import dev.kompakt.router.decide.CompactionState;
import dev.kompakt.router.decide.Context;
import dev.kompakt.router.decide.Decider;
import dev.kompakt.router.decide.Decision;
import dev.kompakt.router.decide.Effect;
import dev.kompakt.router.decide.Event;
import dev.kompakt.router.decide.Settings;
import dev.kompakt.router.route.Upstream;
import dev.kompakt.schemas.history.Chunk;
import dev.kompakt.schemas.history.History;
import dev.kompakt.schemas.history.Packing;
import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.id.CompactionId;
import dev.kompakt.schemas.id.ProviderId;
import dev.kompakt.schemas.id.TenantId;
import dev.kompakt.schemas.record.AttemptEvent.AttemptFinished;
import dev.kompakt.schemas.record.AttemptEvent.AttemptStarted;
import dev.kompakt.schemas.record.Checkpoint;
import dev.kompakt.schemas.record.Job;
import dev.kompakt.schemas.record.Mode;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.Submission.Submitted;
import dev.kompakt.schemas.record.Usage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/// A compaction under the decider where every attempt succeeds: each event's decision is taken, its
/// state kept and its jobs reported on, until it has completed.
final class CompactionLife {
  private static final int CHUNK_BYTES = 1 << 20;
  private static final int SPAN_BYTES = 4 << 10;
  private static final Instant NOW = Instant.parse("2026-11-20T10:00:00Z");
  private static final Instant DEADLINE = NOW.plusSeconds(1800);
  private static final ProviderId PROVIDER = new ProviderId("openai");
  private static final List<Member> ACCOUNTS =
      List.of(
          new Member(new AccountId("team-a"), 4, null, Map.of()),
          new Member(new AccountId("team-b"), 4, null, Map.of()));
  private static final Bindings NO_SESSIONS = new Bindings(_ -> null, Duration.ofHours(1));
  private static final Outcome SUCCEEDED =
      new Outcome.Succeeded(SampleHistory.payload(3, 4000), new Usage(100_000, 0, 1_000, 0));

  private final Decider decider = new Decider(Settings.DEFAULT);
  private final Event submitted;

  CompactionLife(int chunks) {
    int spans = chunks * (CHUNK_BYTES / (SPAN_BYTES + 1));
    History history = SampleHistory.even(spans, SPAN_BYTES);
    Packing packing = new Packing(history);
    List<Chunk> packed = packing.pack(packing.whole(), CHUNK_BYTES);
    if (packed.size() != chunks) {
      throw new IllegalStateException("packed to " + packed.size() + " chunks, not " + chunks);
    }
    TenantId tenant = new TenantId("alice");
    String content = "ab".repeat(32);
    submitted =
        new Event.Asked(
            new Submitted(
                CompactionId.of(tenant, content),
                NOW,
                tenant,
                content,
                null,
                "gpt-5.5",
                PROVIDER,
                Checkpoint.SEALED,
                history,
                packed,
                DEADLINE,
                null,
                null));
  }

  /// Lives it once.
  ///
  /// @return how many decisions were taken
  int live() {
    Pool accounts = new Pool(ACCOUNTS, Policy.DEFAULT);
    Upstream upstream = new Upstream(PROVIDER, Mode.NATIVE, accounts);
    Context context = new Context(NOW, _ -> upstream, NO_SESSIONS, _ -> null);
    Queue<Event> events = new ArrayDeque<>(List.of(submitted));
    CompactionState state = null;
    Submitted manifest = null;
    int decisions = 0;
    for (Event event = events.poll(); event != null; event = events.poll()) {
      Decision decision = decider.decide(state, manifest, event, context);
      decisions++;
      state = decision.state();
      for (Effect effect : decision.effects()) {
        switch (effect) {
          case Effect.KeepManifest(Submitted kept) -> manifest = kept;
          case Effect.DropManifest _ -> manifest = null;
          case Effect.NoteStanding(Standing standing) -> accounts.note(standing);
          case Effect.SendJob(Job job, _) -> report(job, events);
          case Effect.PublishStatus _,
              Effect.PublishDeadLetter _,
              Effect.BindSession _,
              Effect.SetTimer _,
              Effect.ClearTimer _ -> {}
        }
      }
    }
    expectCompleted(state);
    return decisions;
  }

  private static void report(Job job, Queue<Event> events) {
    AccountId account = job.account();
    if (account != null) {
      events.add(
          new Event.Reported(
              new AttemptStarted(
                  job.attempt(), NOW, "worker", account, CHUNK_BYTES, 250_000, job.deadline())));
    }
    events.add(
        new Event.Reported(
            new AttemptFinished(
                job.attempt(),
                NOW,
                "worker",
                job.provider(),
                account,
                job.model(),
                job.mode(),
                account != null,
                CHUNK_BYTES,
                SUCCEEDED,
                null,
                null)));
  }

  private static void expectCompleted(@Nullable CompactionState state) {
    if (!(state instanceof CompactionState.Completed)) {
      throw new IllegalStateException("the compaction did not complete");
    }
  }
}
