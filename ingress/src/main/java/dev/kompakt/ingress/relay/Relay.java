package dev.kompakt.ingress.relay;

import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.bootstrap.observe.Meter;
import dev.kompakt.bootstrap.observe.Meters;
import dev.kompakt.bootstrap.seal.CheckpointSeal;
import dev.kompakt.ingress.admission.Gate;
import dev.kompakt.ingress.answer.ApiError;
import dev.kompakt.ingress.park.Faults;
import dev.kompakt.ingress.park.Parking;
import dev.kompakt.ingress.park.Passage;
import dev.kompakt.ingress.park.Request;
import dev.kompakt.ingress.relay.Accounts.Choice;
import dev.kompakt.ingress.relay.Accounts.Seat;
import dev.kompakt.ingress.relay.Upstreams.Reply;
import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.id.TurnId;
import dev.kompakt.schemas.record.AccountStatus;
import dev.kompakt.schemas.record.Outcome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Passes ordinary turns through to an account. Until the first byte has gone to the client a call
/// that fails is made again, elsewhere if possible; from then on the answer is upstream's, to its
/// end or its break. Thread-safe.
public final class Relay implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Relay.class);

  /// Calls made for one turn at most.
  private static final int MOST_CALLS = 5;

  /// How long a turn waits between calls, in all.
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private static final Duration FIRST_PAUSE = Duration.ofMillis(200);

  /// How long an account rests whose credential was refused, or that is out of quota until nobody
  /// says when.
  private static final Duration REST = Duration.ofMinutes(1);

  /// Calls that may be waiting for their first byte at once.
  private static final int MOST_WAITING = 1_000;

  private static final Duration LONGEST = Duration.ofHours(1);
  private static final int CLIENT_GONE = 499;
  private static final String REFUSED = "refused";

  private final Accounts accounts;
  private final Upstreams upstreams;
  private final Models models;
  private final Gate calling = new Gate(MOST_WAITING, Duration.ofSeconds(5));
  private final RecentFailures failures = new RecentFailures();
  private final AnswerStream.Settings streaming;
  private final Parking parking;
  private final Meters meters;
  private final InstantSource clock;
  private final AtomicInteger open = new AtomicInteger();

  /// Makes one for the accounts of a config.
  ///
  /// @param known what the router knows of an account; null if nothing
  /// @param seal makes of an account's id what clients may know of it
  public Relay(
      KompaktConfig config,
      Function<AccountId, @Nullable AccountStatus> known,
      CheckpointSeal seal,
      TurnReports reports,
      Parking parking,
      Meters meters,
      InstantSource clock) {
    accounts =
        new Accounts(
            config,
            known,
            account -> seal.mark(account.value()).substring(0, TurnState.MARK_CHARACTERS));
    upstreams = new Upstreams(config.upstream(), clock);
    models = new Models(accounts, upstreams, clock);
    streaming = new AnswerStream.Settings(upstreams.idle(), LONGEST, reports, meters, clock);
    meters.gauge(Meter.TURNS_OPEN, open::get);
    this.parking = parking;
    this.meters = meters;
    this.clock = clock;
  }

  /// Where models are asked for.
  public Models models() {
    return models;
  }

  /// Makes a turn, to its end. On the request's own virtual thread, which is interrupted if the
  /// client leaves. Closes the turn.
  public void relay(Request request, Turn turn) {
    Thread thread = Thread.currentThread();
    Passage passage = parking.pass(request, LONGEST, thread::interrupt);
    open.incrementAndGet();
    try (turn) {
      TurnError error = make(passage, turn);
      if (error != null) {
        meters.count(Meter.TURNS, REFUSED);
        fail(passage, error);
      }
    } catch (Gate.FullException e) {
      meters.count(Meter.REFUSED, "upstream");
      meters.count(Meter.TURNS, REFUSED);
      fail(
          passage,
          TurnError.of(ApiError.overloaded("Too many calls are waiting for the provider.")));
    } catch (InterruptedException e) {
      // the client has left, or this ingress is going away: the passage knows
      meters.count(Meter.TURNS, AnswerStream.GONE);
      passage.breakOff(CLIENT_GONE);
    } catch (IOException | RuntimeException e) {
      Faults.log(LOG, e, "a turn failed here");
      passage.error(500, Map.of(), ApiError.internal().json());
    } finally {
      open.decrementAndGet();
    }
  }

  private static void fail(Passage passage, TurnError error) {
    Map<String, List<String>> headers = new HashMap<>(error.headers());
    if (error.retryAfterSeconds() != null) {
      headers.put("retry-after", List.of(Integer.toString(error.retryAfterSeconds())));
    }
    passage.error(error.status(), headers, error.json().getBytes(StandardCharsets.UTF_8));
  }

  /// Makes calls until one is answered; null if one was, else what the client is to be told.
  private @Nullable TurnError make(Passage passage, Turn turn)
      throws IOException, InterruptedException, Gate.FullException {
    if (accounts.isEmpty()) {
      return TurnError.of(
          ApiError.invalid(
              501,
              "ordinary_turns_not_served",
              "No account is configured, so only compaction is served: the last input item must be"
                  + " a `compaction_trigger`."));
    }
    TurnError recent = failures.of(turn);
    if (recent != null) {
      return recent;
    }
    TurnState state = TurnState.parse(turn.header(TurnHeaders.TURN_STATE));
    Course course = new Course(turn, clock.instant().plus(PATIENCE));
    for (int call = 1; call <= MOST_CALLS; call++) {
      Seat seat = seat(course, state);
      if (seat == null) {
        break;
      }
      try (Gate.Pass _ = seat.room().enter()) {
        Call made = new Call(course, call, seat, bodyFor(turn, seat), clock.instant());
        Reply reply;
        try (Gate.Pass _ = calling.enter()) {
          reply = upstreams.turn(seat, turn, made.body(), stateFor(state, seat));
        }
        switch (reply) {
          case Reply.Answer answer -> {
            turn.close();
            new AnswerStream(streaming, passage, made, answer).run();
            return null;
          }
          case Reply.Refused refused -> {
            streaming
                .reports()
                .report(
                    made.refused(refused, upstreams.readings(refused.headers()), clock.instant()));
            course.refused(refused);
          }
        }
      }
      if (!again(course, seat)) {
        break;
      }
    }
    TurnError error = course.error(clock.instant());
    if (error.status() >= 400 && error.status() != 429) {
      failures.note(turn, error);
    }
    return error;
  }

  private static TurnBody bodyFor(Turn turn, Seat seat) throws IOException {
    List<String> rejected = seat.provider().rejectedTools();
    return TurnBody.of(turn, rejected == null ? List.of() : rejected);
  }

  /// The turn state as this account is to get it: only what it said itself.
  private static @Nullable String stateFor(@Nullable TurnState state, Seat seat) {
    return state != null && state.isOf(seat) ? state.value() : null;
  }

  /// The account for the next call, once it may be used; null if none may in time.
  private @Nullable Seat seat(Course course, @Nullable TurnState state)
      throws InterruptedException {
    while (true) {
      Instant now = clock.instant();
      switch (accounts.choose(course.turn.session(), state, course.tried, now)) {
        case Choice.Use(Seat seat) -> {
          return seat;
        }
        case Choice.None _ -> {
          return null;
        }
        case Choice.Wait(Instant until) -> {
          course.restUntil = until;
          if (until.isAfter(course.end)) {
            return null;
          }
          Thread.sleep(Duration.between(now, until).plusMillis(1));
        }
      }
    }
  }

  /// Whether another call makes sense after the last one was refused; if so, waits until it does.
  private boolean again(Course course, Seat seat) throws InterruptedException {
    Instant now = clock.instant();
    Reply.Refused last = course.last;
    if (last == null) {
      return false;
    }
    course.tried.add(seat.id());
    return switch (last.outcome()) {
      case Outcome.RateLimited(Duration wait) -> {
        accounts.rest(seat.id(), now.plus(wait), now);
        yield true;
      }
      case Outcome.QuotaExhausted(Instant resets) -> {
        accounts.rest(seat.id(), resets == null ? now.plus(REST) : resets, now);
        yield true;
      }
      case Outcome.Unauthorized _ -> {
        accounts.rest(seat.id(), now.plus(REST), now);
        yield true;
      }
      case Outcome.Transient(_, _, Duration asked) -> course.pause(asked, now);
      // a proxy on the way may be the one to refuse it, and another way be open
      case Outcome.TooLarge _ -> last.status() == 413 && course.sizeRefusals == 1;
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

  @Override
  public void close() {
    upstreams.close();
  }

  /// What is known of a turn while it is made.
  static final class Course {
    final Turn turn;
    final TurnId id = TurnId.random();
    private final Instant end;
    private final Set<AccountId> tried = new HashSet<>();
    private Reply.@Nullable Refused last;
    private @Nullable Instant restUntil;
    private Duration pause = FIRST_PAUSE;
    private int sizeRefusals;

    Course(Turn turn, Instant end) {
      this.turn = turn;
      this.end = end;
    }

    private void refused(Reply.Refused refused) {
      last = refused;
      if (refused.outcome() instanceof Outcome.TooLarge) {
        sizeRefusals++;
      }
    }

    /// Waits before the same is tried again; false if that would take too long.
    private boolean pause(@Nullable Duration asked, Instant now) throws InterruptedException {
      Duration wait = asked != null && asked.compareTo(pause) > 0 ? asked : pause;
      pause = pause.multipliedBy(2);
      if (now.plus(wait).isAfter(end)) {
        return false;
      }
      Thread.sleep(wait);
      return true;
    }

    private TurnError error(Instant now) {
      if (last != null) {
        return TurnError.of(last, now);
      }
      return TurnError.resting(restUntil == null ? now : restUntil, now);
    }
  }
}
