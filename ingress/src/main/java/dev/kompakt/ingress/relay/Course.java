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
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What is known of a turn while it is made: where it may go, and what became of its calls. For one
/// thread.
final class Course {
  private static final Duration FIRST_PAUSE = Duration.ofMillis(200);

  /// How long an account rests whose credential was refused, or that is out of quota until nobody
  /// says when.
  private static final Duration REST = Duration.ofMinutes(1);

  private final Turn turn;
  private final TurnId id = TurnId.random();
  private final @Nullable String session;
  private final @Nullable TurnState state;
  private final Instant end;
  private final Set<AccountId> tried = new HashSet<>();

  /// The account it stays with; null if it has none, or has been let go.
  private @Nullable AccountId home;

  /// Whether it stays there even if others have more left.
  private boolean held;

  private Reply.@Nullable Refused last;
  private @Nullable Choice nowhere;
  private Duration pause = FIRST_PAUSE;
  private int sizeRefusals;

  /// Begins a turn, which stays with the account its turn state came from, else with its session's.
  ///
  /// @param patience how long it waits between calls, in all
  Course(Turn turn, Accounts accounts, Sessions sessions, Duration patience, Instant now) {
    this.turn = turn;
    end = now.plus(patience);
    state = TurnState.parse(turn.header(TurnHeaders.TURN_STATE));
    session = turn.session() == null ? null : IdempotencyKeys.hash(turn.tenant(), turn.session());
    home = accounts.of(state);
    held = home != null;
    if (home == null && session != null) {
      home = sessions.account(session, now);
    }
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
    return new Ask(home, held, tried, 0);
  }

  /// Whether it may wait until then.
  boolean patientUntil(Instant until) {
    return !until.isAfter(end);
  }

  /// No account can be used in time.
  void stuck(Choice choice) {
    nowhere = choice;
  }

  /// No account can be used in time: whether another than its own will do.
  boolean letGo(Choice choice) {
    stuck(choice);
    if (home == null) {
      return false;
    }
    home = null;
    held = false;
    return true;
  }

  /// A call was refused there.
  void refused(Reply.Refused refused, Seat seat) {
    last = refused;
    tried.add(seat.id());
    if (refused.outcome() instanceof Outcome.TooLarge) {
      sizeRefusals++;
    }
  }

  /// Why the account is to be left alone that refused like this; null if it is not.
  static @Nullable Pause pause(Reply.Refused refused, Instant now) {
    return switch (refused.outcome()) {
      case Outcome.RateLimited(Duration wait) ->
          new Pause(now.plus(wait), Pause.Cause.RATE_LIMITED, now);
      case Outcome.QuotaExhausted(Instant resets) ->
          new Pause(resets == null ? now.plus(REST) : resets, Pause.Cause.QUOTA_EXHAUSTED, now);
      case Outcome.Unauthorized _ -> new Pause(now.plus(REST), Pause.Cause.REFUSED, now);
      case Outcome.Transient _,
          Outcome.TooLarge _,
          Outcome.Rejected _,
          Outcome.Malformed _,
          Outcome.Succeeded _,
          Outcome.Cancelled _,
          Outcome.Declined _,
          Outcome.Unsupported _,
          Outcome.PayloadLost _ ->
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
      // a proxy on the way may be the one to refuse it, and another way be open
      case Outcome.TooLarge _ -> refused.status() == 413 && sizeRefusals == 1;
      case Outcome.Rejected _,
          Outcome.Malformed _,
          Outcome.Succeeded _,
          Outcome.Cancelled _,
          Outcome.Declined _,
          Outcome.Unsupported _,
          Outcome.PayloadLost _ ->
          false;
    };
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
    if (nowhere instanceof Choice.Full) {
      return TurnError.noRoom();
    }
    if (last != null) {
      return TurnError.of(last, now);
    }
    return TurnError.resting(
        nowhere instanceof Choice.Wait(Instant until, _) ? until : now.plus(REST), now);
  }
}
