package dev.kompakt.router.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.bootstrap.route.Pause;
import dev.kompakt.bootstrap.route.Policy;
import dev.kompakt.bootstrap.route.Pool;
import dev.kompakt.bootstrap.route.Standing;
import dev.kompakt.router.decide.CompactionState.Running;
import dev.kompakt.router.route.Upstream;
import dev.kompakt.router.topology.RouterSettings;
import dev.kompakt.schemas.history.PayloadRef;
import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.record.AttemptEvent.AttemptFinished;
import dev.kompakt.schemas.record.AttemptEvent.AttemptStarted;
import dev.kompakt.schemas.record.CompactionStatus;
import dev.kompakt.schemas.record.Completion;
import dev.kompakt.schemas.record.DeadLetter;
import dev.kompakt.schemas.record.Failure;
import dev.kompakt.schemas.record.Job;
import dev.kompakt.schemas.record.LearnedLimit;
import dev.kompakt.schemas.record.LimitKey;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.SessionBinding;
import dev.kompakt.schemas.record.Submission.CancelRequested;
import dev.kompakt.schemas.record.Submission.Submitted;
import dev.kompakt.schemas.record.Usage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// One compaction under the decider: keeps state and effects as the processor would, and checks
/// after every event what must always hold.
final class Run {
  final Settings settings;
  final List<Job> jobs = new ArrayList<>();
  final List<CompactionStatus> statuses = new ArrayList<>();
  final List<DeadLetter> letters = new ArrayList<>();
  final Map<TimerKind, Instant> timers = new TreeMap<>();
  final Map<AccountId, Standing> standings = new HashMap<>();
  final Map<String, SessionBinding> sessions = new HashMap<>();
  final Map<LimitKey, LearnedLimit> limits = new HashMap<>();

  Instant now = Fixtures.START;
  @Nullable Upstream upstream;
  @Nullable CompactionState state;
  @Nullable Submitted manifest;

  private final Bindings bindings = new Bindings(sessions::get, Duration.ofHours(24));
  private final Decider decider;
  private int heard;
  private long payloads = 1000;

  Run(Settings settings, RouterSettings.@Nullable Provider provider) {
    this.settings = settings;
    this.upstream = provider == null ? null : upstream(provider);
    decider = new Decider(settings);
  }

  static Run of(RouterSettings.Provider provider) {
    return new Run(Settings.DEFAULT, provider);
  }

  static Upstream upstream(RouterSettings.Provider provider) {
    return new Upstream(
        provider.id(), provider.mode(), new Pool(provider.accounts(), Policy.DEFAULT));
  }

  Run submit(Submitted submitted) {
    return apply(new Event.Asked(submitted));
  }

  Run apply(Event event) {
    Context context = new Context(now, _ -> upstream, bindings, limits::get);
    Decision decision = decider.decide(state, manifest, event, context);
    assertThat(decider.decide(state, manifest, event, context)).isEqualTo(decision);
    state = decision.state();
    for (Effect effect : decision.effects()) {
      switch (effect) {
        case Effect.KeepManifest(Submitted kept) -> manifest = kept;
        case Effect.DropManifest _ -> manifest = null;
        case Effect.SendJob(Job job, _) -> jobs.add(job);
        case Effect.BindSession(String session, SessionBinding binding) ->
            sessions.put(session, binding);
        case Effect.PublishStatus(CompactionStatus status) -> statuses.add(status);
        case Effect.PublishDeadLetter(DeadLetter letter) -> letters.add(letter);
        case Effect.SetTimer(TimerKind timer, Instant at) ->
            assertThat(timers.put(timer, at)).as("timer already set").isNull();
        case Effect.ClearTimer(TimerKind timer, Instant at) ->
            assertThat(timers.remove(timer)).isEqualTo(at);
        case Effect.NoteStanding(Standing standing) -> note(standing);
      }
    }
    check();
    return this;
  }

  void note(Standing standing) {
    standings.put(standing.account(), standing);
    if (upstream != null) {
      upstream.accounts().note(standing);
    }
  }

  /// What asks for it to be cancelled now.
  Event cancel() {
    return new Event.Asked(new CancelRequested(Fixtures.COMPACTION, now, Fixtures.TENANT));
  }

  /// Uses an account's quota up for so long.
  void exhaust(AccountId account, Duration left) {
    note(
        Standing.fresh(account)
            .paused(new Pause(now.plus(left), Pause.Cause.QUOTA_EXHAUSTED, now)));
  }

  /// The jobs sent since the last time this was asked.
  List<Job> newJobs() {
    List<Job> news = List.copyOf(jobs.subList(heard, jobs.size()));
    heard = jobs.size();
    return news;
  }

  /// The one job sent since the last time this was asked.
  Job newJob() {
    List<Job> news = newJobs();
    assertThat(news).hasSize(1);
    return news.getFirst();
  }

  Run finish(Job job, Outcome outcome) {
    return apply(new Event.Reported(finished(job, outcome, "worker-1")));
  }

  Run start(Job job, String worker) {
    return apply(
        new Event.Reported(
            new AttemptStarted(job.attempt(), now, worker, Fixtures.TEAM_A, 1, 1, job.deadline())));
  }

  Run succeed(Job job) {
    return succeed(job, 100);
  }

  Run succeed(Job job, long bytes) {
    return finish(job, new Outcome.Succeeded(result(bytes), new Usage(10, 0, 1, 0)));
  }

  PayloadRef result(long bytes) {
    return Fixtures.payload(payloads++, bytes);
  }

  AttemptFinished finished(Job job, Outcome outcome, String worker) {
    boolean called =
        job.account() != null
            && !(outcome instanceof Outcome.Declined)
            && !(outcome instanceof Outcome.Cancelled)
            && !(outcome instanceof Outcome.TooLarge t && t.limit() != null);
    return new AttemptFinished(
        job.attempt(),
        now,
        worker,
        job.provider(),
        job.account(),
        job.model(),
        job.mode(),
        called,
        called ? 1000 : 0,
        outcome,
        null,
        null);
  }

  /// Lets time pass, firing timers as they come due.
  Run pass(Duration duration) {
    Instant end = now.plus(duration);
    for (; ; ) {
      Map.Entry<TimerKind, Instant> next =
          timers.entrySet().stream().min(Map.Entry.comparingByValue()).orElse(null);
      if (next == null || next.getValue().isAfter(end)) {
        break;
      }
      now = next.getValue().isAfter(now) ? next.getValue() : now;
      apply(new Event.TimerFired(next.getKey()));
      assertThat(timers)
          .as("a fired timer is gone or later")
          .doesNotContainEntry(next.getKey(), next.getValue());
    }
    now = end;
    return this;
  }

  Running running() {
    assertThat(state).isInstanceOf(Running.class);
    return (Running) state();
  }

  CompactionState state() {
    CompactionState known = state;
    if (known == null) {
      throw new AssertionError("the compaction is not known");
    }
    return known;
  }

  Upstream upstream() {
    Upstream known = upstream;
    if (known == null) {
      throw new AssertionError("there is no provider");
    }
    return known;
  }

  CompactionStatus status() {
    return statuses.getLast();
  }

  /// How long it waits before it tries again.
  Duration untilRetry() {
    Instant retry = timers.get(TimerKind.RETRY);
    if (retry == null) {
      throw new AssertionError("it waits for nothing");
    }
    return Duration.between(now, retry);
  }

  /// Why it has failed.
  Failure failure() {
    if (status().completion() instanceof Completion.Failed(Failure failure)) {
      return failure;
    }
    throw new AssertionError("it has not failed: " + status());
  }

  private void check() {
    if (state instanceof Running running) {
      List<Node> nodes = running.layer().nodes();
      long inFlight = nodes.stream().filter(Node.InFlight.class::isInstance).count();
      assertThat(inFlight).isLessThanOrEqualTo(settings.parallelChunks());
      assertThat(nodes).as("something is left to do").anyMatch(n -> !(n instanceof Node.Done));
      assertThat(timers).containsKeys(TimerKind.RETRY, TimerKind.DEADLINE);
    }
    long noted = standings.values().stream().mapToLong(Standing::inFlight).sum();
    long actual =
        state instanceof Running running
            ? running.layer().nodes().stream()
                .filter(n -> n instanceof Node.InFlight f && f.account() != null)
                .count()
            : 0;
    assertThat(noted).as("attempts in flight as the accounts have it").isEqualTo(actual);
    for (int i = 1; i < statuses.size(); i++) {
      assertThat(statuses.get(i).sequence())
          .isBetween(statuses.get(i - 1).sequence(), statuses.get(i - 1).sequence() + 1);
    }
  }
}
