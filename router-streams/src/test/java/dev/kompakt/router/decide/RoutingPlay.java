package dev.kompakt.router.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kompakt.bootstrap.route.Member;
import dev.kompakt.bootstrap.route.Policy;
import dev.kompakt.bootstrap.route.Pool;
import dev.kompakt.bootstrap.route.Routing;
import dev.kompakt.bootstrap.route.Standing;
import dev.kompakt.bootstrap.route.Verdict;
import dev.kompakt.router.route.Upstream;
import dev.kompakt.schemas.history.ByteRange;
import dev.kompakt.schemas.history.History;
import dev.kompakt.schemas.history.Packing;
import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.id.CompactionId;
import dev.kompakt.schemas.record.AccountState;
import dev.kompakt.schemas.record.AccountStatus;
import dev.kompakt.schemas.record.AttemptEvent.AttemptFinished;
import dev.kompakt.schemas.record.CompactionStatus;
import dev.kompakt.schemas.record.Job;
import dev.kompakt.schemas.record.Mode;
import dev.kompakt.schemas.record.Outcome;
import dev.kompakt.schemas.record.SessionBinding;
import dev.kompakt.schemas.record.Submission.Patience;
import dev.kompakt.schemas.record.Submission.Submitted;
import dev.kompakt.schemas.record.Work;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// One stream task and the world it sees: compactions of several sessions on accounts that are
/// limited, used up, paused and closed at random. Checks whatever is sent.
final class RoutingPlay {
  static final int COMPACTIONS = 25;
  private static final Duration KNOWN_AFTER = Duration.ofMillis(300);
  private static final Duration LONGEST_OVERSIGHT = Duration.ofSeconds(61);

  /// What is kept of one compaction.
  static final class Kept {
    @Nullable CompactionState state;
    @Nullable Submitted manifest;
    final Map<TimerKind, Instant> timers = new HashMap<>();
    final List<CompactionStatus> ends = new ArrayList<>();
    @Nullable Instant overlookedSince;
  }

  final Random random;
  final Agenda agenda = new Agenda();
  final Map<CompactionId, Kept> compactions = new LinkedHashMap<>();
  final Map<String, SessionBinding> sessions = new HashMap<>();
  final Pool pool;
  final SimulatedLanes lanes;
  final Decider decider;
  final Bindings bindings = new Bindings(sessions::get, Duration.ofHours(24));
  int stayed;
  int sent;

  RoutingPlay(long seed) {
    random = new Random(seed);
    List<SimulatedLanes.Account> accounts =
        IntStream.rangeClosed(1, 1 + random.nextInt(5))
            .mapToObj(i -> new AccountId("account-" + i))
            .map(id -> new SimulatedLanes.Account(id, 1 + random.nextInt(3)))
            .toList();
    pool =
        new Pool(
            accounts.stream().map(a -> new Member(a.id, a.room, null, Map.of())).toList(),
            Policy.DEFAULT);
    lanes = new SimulatedLanes(agenda, random, accounts, this::report);
    decider = new Decider(Settings.DEFAULT.withLocalWhenExhausted(random.nextInt(4) == 0));
    for (int i = 0; i < COMPACTIONS; i++) {
      Submitted submitted = submitted(i);
      agenda.at(submitted.at(), () -> decide(submitted.compaction(), new Event.Asked(submitted)));
    }
    for (int i = 0; i < 12; i++) {
      agenda.after(Duration.ofSeconds(random.nextInt(900)), this::befall);
    }
  }

  private Submitted submitted(int number) {
    History history =
        Fixtures.unreadable(
            Fixtures.spans(1 + random.nextInt(8), 1000),
            random.nextInt(4) == 0,
            random.nextInt(3) == 0 ? List.of(new ByteRange(0, 1000)) : null);
    Packing packing = new Packing(history);
    return Fixtures.of(
        Fixtures.submitted(
            String.format("%064x", number),
            history,
            random.nextBoolean() ? packing.whole() : packing.pack(packing.whole(), 1000),
            Fixtures.START.plusSeconds(random.nextInt(600))),
        random.nextInt(3) == 0 ? null : String.format("%064x", random.nextInt(6)),
        random.nextBoolean() ? Patience.CONNECTED : Patience.DETACHED);
  }

  /// Something happens to an account; who asks for its status hears of some of it.
  private void befall() {
    List<SimulatedLanes.Account> all = List.copyOf(lanes.accounts.values());
    SimulatedLanes.Account account = all.get(random.nextInt(all.size()));
    Instant until = agenda.now().plusSeconds(1 + random.nextInt(500));
    switch (random.nextInt(5)) {
      case 0 -> account.limitedUntil = until;
      case 1 -> account.exhaustedUntil = until;
      case 2 -> {
        account.exhaustedUntil = until;
        publish(account.id, new AccountState.QuotaExceeded(until));
      }
      case 3 -> {
        publish(account.id, new AccountState.Paused());
        agenda.at(until, () -> publish(account.id, new AccountState.Active()));
      }
      default -> account.closed = all.size() > 1 && random.nextInt(3) == 0;
    }
  }

  private void publish(AccountId account, AccountState state) {
    Instant since = agenda.now();
    agenda.after(
        KNOWN_AFTER,
        () ->
            pool.learn(
                new AccountStatus(
                    account, Fixtures.PROVIDER, 1, Fixtures.USAGE, since, null, state, since)));
  }

  private void report(Job job, Outcome outcome) {
    if (outcome instanceof Outcome.Unauthorized && job.account() != null) {
      publish(job.account(), new AccountState.Deactivated());
    }
    Event event =
        new Event.Reported(
            new AttemptFinished(
                job.attempt(),
                agenda.now(),
                "worker",
                job.provider(),
                job.account(),
                job.model(),
                job.mode(),
                job.account() != null && !(outcome instanceof Outcome.Declined),
                1000,
                outcome,
                null,
                null));
    decide(job.attempt().compaction(), event);
  }

  private void decide(CompactionId compaction, Event event) {
    Kept kept = compactions.computeIfAbsent(compaction, _ -> new Kept());
    Upstream upstream = new Upstream(Fixtures.PROVIDER, Mode.NATIVE, pool);
    Decision decision =
        decider.decide(
            kept.state,
            kept.manifest,
            event,
            new Context(agenda.now(), _ -> upstream, bindings, _ -> null));
    rewind(decision);
    kept.state = decision.state();
    for (Effect effect : decision.effects()) {
      switch (effect) {
        case Effect.KeepManifest(Submitted manifest) -> kept.manifest = manifest;
        case Effect.DropManifest _, Effect.PublishDeadLetter _ -> {}
        case Effect.SendJob(Job job, Effect.Choice choice) -> {
          check(kept, job, choice);
          lanes.take(job);
        }
        case Effect.PublishStatus(CompactionStatus status) -> {
          if (status.ended()) {
            kept.ends.add(status);
          }
        }
        case Effect.SetTimer(TimerKind timer, Instant at) -> {
          kept.timers.put(timer, at);
          if (timer != TimerKind.EXPIRY) {
            agenda.at(at, () -> fire(compaction, timer, at));
          }
        }
        case Effect.ClearTimer(TimerKind timer, Instant at) -> kept.timers.remove(timer, at);
        case Effect.BindSession(String session, SessionBinding binding) ->
            sessions.put(session, binding);
        case Effect.NoteStanding(Standing standing) -> pool.note(standing);
      }
    }
    compactions.values().forEach(this::checkWaiting);
  }

  private void fire(CompactionId compaction, TimerKind timer, Instant at) {
    Kept kept = compactions.get(compaction);
    if (kept != null && kept.timers.remove(timer, at)) {
      decide(compaction, new Event.TimerFired(timer));
    }
  }

  /// Notes standings as they were before the decision sent anything.
  private void rewind(Decision decision) {
    for (Effect effect : decision.effects()) {
      if (effect instanceof Effect.NoteStanding(Standing after)) {
        Standing before = after;
        for (Effect other : decision.effects()) {
          if (other instanceof Effect.SendJob(Job job, _)
              && after.account().equals(job.account())) {
            before = before.ended();
          }
        }
        pool.note(before);
      }
    }
  }

  private void check(Kept kept, Job job, Effect.@Nullable Choice choice) {
    if (choice == null || job.account() == null) {
      assertThat(job.mode()).isEqualTo(Mode.LOCAL);
      return;
    }
    sent++;
    List<Verdict> verdicts = pool.verdicts(choice.ask(), agenda.now());
    Verdict chosen =
        verdicts.stream().filter(v -> v.account().equals(job.account())).findFirst().orElseThrow();
    boolean anySafe =
        verdicts.stream()
            .anyMatch(
                v ->
                    v.grade() == Verdict.Grade.SAFE && !choice.ask().tried().contains(v.account()));
    AccountId maker = maker(kept, job);
    if (maker != null) {
      assertThat(job.account()).as("the maker of its ciphertext").isEqualTo(maker);
    } else if (Boolean.TRUE.equals(job.stays()) && !chosen.usable()) {
      stayed++;
      assertThat(pool.choose(choice.ask(), agenda.now()))
          .as("it stays only where no other could take it")
          .isNotInstanceOf(Routing.Use.class);
    } else {
      assertThat(chosen.usable()).as("%s of %s", chosen, verdicts).isTrue();
      if (anySafe && choice.reason() != Routing.Reason.SESSION) {
        assertThat(chosen.grade()).as("of %s", verdicts).isEqualTo(Verdict.Grade.SAFE);
      }
    }
    if (choice.reason() == Routing.Reason.SESSION) {
      assertThat(job.account()).isEqualTo(choice.ask().session());
    }
    assertThat(kept.ends).as("nothing is sent after the end").isEmpty();
    pool.note(pool.standing(job.account()).sent(agenda.now()));
  }

  /// The only account that can read what the job carries; null if any can.
  private @Nullable AccountId maker(Kept kept, Job job) {
    Submitted manifest = kept.manifest;
    boolean carriesHistory = job.work() instanceof Work.Whole || job.work() instanceof Work.Chunk;
    boolean carriesThoughts =
        manifest != null
            && manifest.history().thoughts() != null
            && job.work() instanceof Work.Whole whole
            && whole.pieces() == null;
    assertThat(carriesThoughts && job.mode() == Mode.SUMMARIZE).isFalse();
    return manifest != null
            && (carriesThoughts || (manifest.history().ciphertext() && carriesHistory))
        ? bindings.account(manifest.session(), agenda.now())
        : null;
  }

  /// Whoever waits for an account is not overlooked for long once there is one.
  private void checkWaiting(Kept kept) {
    boolean overlooked = false;
    if (kept.state instanceof CompactionState.Running running && kept.manifest != null) {
      for (Node node : running.layer().nodes()) {
        if (node instanceof Node.Backoff(Assignment assignment, _, var cause) && cause != null) {
          AccountId home = bindings.account(kept.manifest.session(), agenda.now());
          overlooked |= overlooked(kept.manifest, assignment, home);
          if (Thoughts.removable(kept.manifest.history(), assignment.content())) {
            Content without = new Content.Whole(assignment.content().bytes(), true);
            overlooked |= overlooked(kept.manifest, assignment.on(without), home);
          }
        }
      }
    }
    if (!overlooked) {
      kept.overlookedSince = null;
    } else if (kept.overlookedSince == null) {
      kept.overlookedSince = agenda.now();
    } else {
      assertThat(Duration.between(kept.overlookedSince, agenda.now()))
          .as("waits though somebody could take it")
          .isLessThan(LONGEST_OVERSIGHT);
    }
  }

  private boolean overlooked(Submitted manifest, Assignment assignment, @Nullable AccountId home) {
    return pool.choose(Asking.ask(manifest, assignment, home), agenda.now()) instanceof Routing.Use;
  }

  RoutingPlay play() {
    while (agenda.step()) {
      // until nothing is left to happen
    }
    return this;
  }
}
