package dev.kompakt.ingress.relay;

import dev.kompakt.bootstrap.config.KompaktConfig;
import dev.kompakt.bootstrap.credential.Credentials;
import dev.kompakt.bootstrap.observe.Meter;
import dev.kompakt.bootstrap.observe.Meters;
import dev.kompakt.bootstrap.route.Pause;
import dev.kompakt.bootstrap.route.Refusal;
import dev.kompakt.ingress.admission.Gate;
import dev.kompakt.ingress.answer.ApiError;
import dev.kompakt.ingress.park.Faults;
import dev.kompakt.ingress.park.Parking;
import dev.kompakt.ingress.park.Passage;
import dev.kompakt.ingress.park.Request;
import dev.kompakt.ingress.relay.Upstreams.Reply;
import dev.kompakt.schemas.id.AccountId;
import dev.kompakt.schemas.record.Outcome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
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
  static final Duration PATIENCE = Duration.ofSeconds(15);

  /// Calls that may be waiting for their first byte at once.
  private static final int MOST_WAITING = 1_000;

  private static final Duration LONGEST = Duration.ofHours(1);
  private static final int CLIENT_GONE = 499;
  private static final String REFUSED = "refused";

  private final Accounts accounts;
  private final Sessions sessions;
  private final Upstreams upstreams;
  private final Models models;
  private final Gate calling = new Gate(MOST_WAITING, Duration.ofSeconds(5));
  private final RecentFailures failures = new RecentFailures();
  private final AnswerStream.Settings streaming;
  private final Parking parking;
  private final Meters meters;
  private final InstantSource clock;
  private final AtomicInteger open = new AtomicInteger();

  /// Makes one.
  public Relay(
      KompaktConfig config,
      Accounts accounts,
      Sessions sessions,
      Credentials credentials,
      TurnReports reports,
      Parking parking,
      Meters meters,
      InstantSource clock) {
    this.accounts = accounts;
    this.sessions = sessions;
    upstreams = new Upstreams(config.upstream(), credentials, meters, clock);
    models = new Models(accounts, upstreams);
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
      fail(passage, TurnError.noRoom());
    } catch (InterruptedException e) {
      // the client has left, or this ingress is going away: the passage knows
      meters.count(Meter.TURNS, AnswerStream.GONE);
      passage.breakOff(CLIENT_GONE);
    } catch (IOException | RuntimeException e) {
      Faults.log(LOG, e, "a turn failed here");
      meters.count(Meter.TURNS, "failed");
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
    Course course = new Course(turn, accounts, sessions, PATIENCE, clock.instant());
    for (int call = 1; call <= MOST_CALLS; call++) {
      Place place = place(course);
      if (place == null) {
        break;
      }
      try (place) {
        Seat seat = place.seat();
        Call made = new Call(course, call, place, bodyFor(course, seat), clock.instant());
        Reply reply;
        try (Gate.Pass _ = calling.enter()) {
          reply = upstreams.turn(seat, turn, made.body(), course.stateFor(seat));
        }
        switch (reply) {
          case Reply.Answer answer -> {
            place.answered();
            turn.close();
            new AnswerStream(streaming, passage, made, answer).run();
            return null;
          }
          case Reply.Refused refused -> {
            report(made, refused);
            refused(made, refused);
          }
          case Reply.NotMade(Outcome outcome) -> {
            Reply.Refused refused = new Reply.Refused(0, null, null, outcome);
            if (outcome instanceof Outcome.Unauthorized) {
              report(made, refused);
            }
            refused(made, refused);
          }
        }
      }
      if (!course.again(clock.instant())) {
        break;
      }
    }
    TurnError error = course.error(clock.instant());
    if (error.status() >= 400 && error.status() != 429) {
      failures.note(turn, error);
    }
    return error;
  }

  private void report(Call call, Reply.Refused refused) {
    streaming
        .reports()
        .report(
            call.refused(
                refused, upstreams.readings(call.seat(), refused.headers()), clock.instant()));
  }

  private void refused(Call call, Reply.Refused refused) {
    Instant now = clock.instant();
    Refusal refusal = Refusal.of(refused.outcome());
    if (refusal != null) {
      meters.count(Meter.ACCOUNT_REFUSED, call.seat().id().value(), refusal.text());
    }
    Pause pause = Course.pause(refused, now);
    if (pause != null) {
      call.place().rest(pause);
    }
    call.course().refused(call, refused, pause);
  }

  private static TurnBody bodyFor(Course course, Seat seat) throws IOException {
    List<String> rejected = seat.provider().rejectedTools();
    return TurnBody.of(
        course.turn(), rejected == null ? List.of() : rejected, course.thoughtless(seat));
  }

  /// Room for the next call; null if there is none in time.
  private @Nullable Place place(Course course) throws InterruptedException {
    while (true) {
      Choice choice = accounts.take(course.ask());
      switch (choice) {
        case Choice.Use(Place place) -> {
          chosen(course, place);
          return place;
        }
        case Choice.Wait(Instant until, _) when course.patientUntil(until) ->
            Thread.sleep(Duration.between(clock.instant(), until).plusMillis(1));
        case Choice.Wait _, Choice.None _ -> {
          if (!course.letGo()) {
            course.stuck(choice);
            return null;
          }
        }
        case Choice.Full _ -> {
          meters.count(Meter.REFUSED, "upstream");
          course.stuck(choice);
          return null;
        }
      }
    }
  }

  private void chosen(Course course, Place place) {
    AccountId account = place.seat().id();
    String session = course.session();
    if (session != null && !place.away()) {
      sessions.chose(session, account, clock.instant());
    }
    String reason = place.reason().name().toLowerCase(Locale.ROOT);
    LOG.atDebug()
        .addKeyValue("turn", course.id())
        .addKeyValue("account", account)
        .addKeyValue("because", place.away() ? "no room where its session stays" : reason)
        .log("turn's account chosen");
  }

  @Override
  public void close() {
    upstreams.close();
  }
}
