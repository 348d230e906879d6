package dev.kompakt.ingress.relay;

import dev.kompakt.bootstrap.route.Ask;
import dev.kompakt.bootstrap.route.Pause;
import dev.kompakt.ingress.publish.IdempotencyKeys;
import dev.kompakt.ingress.relay.Upstreams.Reply;
import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.id.TurnId;
import dev.kompakt.schemas.record.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What is known of a turn while it is made: where it may go, and what became of its calls. For one
/// thread.
final class Course {
  private static final Duration FIRST_PAUSE = Duration.ofMillis(200);

  /// How long an account rests whose credential was refused.
  private static final Duration REFUSED_REST = Duration.ofMinutes(1);

  private final Turn turn;
  private final Accounts accounts;
  private final TurnId id = TurnId.random();
  private final @Nullable String session;
  private final @Nullable TurnState state;
  private final Instant end;
  private final Set<AccountId> tried = new HashSet<>();

  /// The account that can read its ciphertext; null if it has none, or that is not known.
  private final @Nullable AccountId maker;

  /// The account it stays with; null if it has none, or has been let go.
  private @Nullable AccountId home;

  /// Whether it stays there even if others have more left.
  private final boolean held;

  /// Whether an account has said that it cannot read the ciphertext.
  private boolean unreadable;

  private Reply.@Nullable Refused last;
  private @Nullable Pause rest;
  private @Nullable Choice nowhere;
  private Duration pause = FIRST_PAUSE;
  private int sizeRefusals;

  /// Begins a turn, which stays with the account its turn state came from, else with its session's.
  ///
  /// @param patience how long it waits between calls, in all
  Course(Turn turn, Accounts accounts, Sessions sessions, Duration patience, Instant now) {
    this.turn = turn;
    this.accounts = accounts;
    end = now.plus(patience);
    state = TurnState.parse(turn.header(TurnHeaders.TURN_STATE));
    session = turn.session() == null ? null : IdempotencyKeys.hash(turn.tenant(), turn.session());
    AccountId began = accounts.of(state);
    AccountId bound = session == null ? null : sessions.account(session, now);
    home = began != null || bound == null || !accounts.has(bound) ? began : bound;
    maker = turn.hasMaker() ? home : null;
    held = began != null || maker != null;
  }

  Turn turn() {
    return turn;
  }

  TurnId id() {
    return id;
  }

  /// SHA-256 of the session, hex; null if it is of none.
  @Nullable String session() {
    return session;
  }

  /// The turn state as this account is to get it: only what it said itself.
  @Nullable String stateFor(Seat seat) {
    return state != null && state.isOf(seat) ? state.value() : null;
  }

  /// What is to be asked for now.
  Ask ask() {
    return new Ask(home, held && home != null, tried, 0);
  }

  /// Whether it may wait until then.
  boolean patientUntil(Instant until) {
    return !until.isAfter(end);
  }

  /// Its account cannot be used in time: whether another will do.
  boolean letGo() {
    boolean free = home != null && (maker == null || turn.goesWithout());
    if (free) {
      home = null;
    }
    return free;
  }

  /// No account can be used in time.
  void stuck(Choice choice) {
    nowhere = choice;
  }

  /// Whether this account is to get the turn without its thoughts, for it did not have them.
  boolean thoughtless(Seat seat) {
    return unreadable || (maker != null && !maker.equals(seat.id()));
  }

  /// A call was refused.
  ///
  /// @param pause how long its account is left alone for that; null if it is not
  void refused(Call call, Reply.Refused refused, @Nullable Pause pause) {
    last = refused;
    rest = pause;
    switch (refused.outcome()) {
      case Outcome.Rejected _ -> {}
      case Outcome.TooLarge _ -> {
        sizeRefusals++;
        tried.add(call.seat().id());
      }
      case Outcome.RateLimited _,
          Outcome.QuotaExhausted _,
          Outcome.Unauthorized _,
          Outcome.Transient _,
          Outcome.Malformed _,
          Outcome.Succeeded _,
          Outcome.Cancelled _,
          Outcome.Declined _,
          Outcome.Unsupported _,
          Outcome.PayloadLost _,
          Outcome.WorkerLost _ ->
          tried.add(call.seat().id());
    }
  }

  /// Why the account is to be left alone that refused like this; null if it is not.
  static @Nullable Pause pause(Reply.Refused refused, Instant now) {
    return switch (refused.outcome()) {
      case Outcome.RateLimited(Duration wait) ->
          new Pause(now.plus(wait), Pause.Cause.RATE_LIMITED, now);
      case Outcome.QuotaExhausted(Instant resets) ->
          new Pause(
              resets == null ? now.plus(Pause.UNKNOWN_QUOTA) : resets,
              Pause.Cause.QUOTA_EXHAUSTED,
              now);
      case Outcome.Unauthorized _ -> new Pause(now.plus(REFUSED_REST), Pause.Cause.REFUSED, now);
      case Outcome.Transient _,
          Outcome.TooLarge _,
          Outcome.Rejected _,
          Outcome.Malformed _,
          Outcome.Succeeded _,
          Outcome.Cancelled _,
          Outcome.Declined _,
          Outcome.Unsupported _,
          Outcome.PayloadLost _,
          Outcome.WorkerLost _ ->
          null;
    };
  }

  /// Whether another call makes sense after the last one was refused; if so, waits until it does.
  boolean again(Instant now) throws InterruptedException {
    Reply.Refused refused = last;
    if (refused == null) {
      return false;
    }
    return switch (refused.outcome()) {
      case Outcome.RateLimited _, Outcome.QuotaExhausted _, Outcome.Unauthorized _ -> true;
      case Outcome.Transient(_, _, Duration asked) -> waited(asked, now);
      case Outcome.Declined _ -> waited(null, now);
      // a proxy on the way may be the one to refuse it, and another way be open
      case Outcome.TooLarge _ -> refused.status() == 413 && sizeRefusals == 1;
      case Outcome.Rejected rejected -> readsWithout(rejected);
      case Outcome.Malformed _,
          Outcome.Succeeded _,
          Outcome.Cancelled _,
          Outcome.Unsupported _,
          Outcome.PayloadLost _,
          Outcome.WorkerLost _ ->
          false;
    };
  }

  /// Whether what an account cannot read may be left out, and was not yet.
  private boolean readsWithout(Outcome.Rejected rejected) {
    boolean without = rejected.unreadable() && !unreadable && turn.goesWithout();
    unreadable |= without;
    return without;
  }

  /// Waits before the same is tried again; false if that would take too long.
  private boolean waited(@Nullable Duration asked, Instant now) throws InterruptedException {
    Duration wait = asked != null && asked.compareTo(pause) > 0 ? asked : pause;
    pause = pause.multipliedBy(2);
    if (!patientUntil(now.plus(wait))) {
      return false;
    }
    Thread.sleep(wait);
    return true;
  }

  /// What the client is to be told.
  TurnError error(Instant now) {
    Reply.Refused said = last;
    return switch (nowhere) {
      case Choice.Full _ -> TurnError.noRoom();
      case Choice.Wait(Instant until, Pause.Cause cause) ->
          said != null && rest != null && rest.until().equals(until)
              ? TurnError.of(said, now)
              : TurnError.resting(until, cause, now);
      case Choice.None _ -> {
        if (said != null) {
          yield TurnError.of(said, now);
        }
        yield maker != null && !turn.goesWithout() && !accounts.rests(maker)
            ? TurnError.unreadable()
            : TurnError.noAccount();
      }
      case Choice.Use _ -> throw new IllegalStateException("there was an account to be used");
      case null -> TurnError.of(Objects.requireNonNull(said, "no call was made"), now);
    };
  }
}
