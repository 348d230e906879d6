package dev.kompakt.workers.quota;

import dev.kompakt.schemas.id.AttemptId;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What one account is in use for: attempts running here, calls cut short here that the provider
/// may not have given up yet, attempts that a former owner of the lane may still be running, and
/// the calls of the last minute.
final class AccountQuota {
  /// A request handed to the network has arrived by then, as has the end of one that is cut short,
  /// and the clocks of two workers are no further apart.
  static final Duration MARGIN = Duration.ofSeconds(2);

  /// An attempt that runs.
  ///
  /// @param cutShort when its call was; null if it was not
  private record Running(Window.Part part, long estimated, @Nullable Instant cutShort) {
    Running(Window.Part part, long estimated) {
      this(part, estimated, null);
    }
  }

  private record Elsewhere(Running call, Instant until) {}

  private final Limits limits;
  private final Window window;
  private final Overrun overrun = new Overrun();
  private final Map<AttemptId, Running> here = new HashMap<>();
  private final Map<AttemptId, Instant> leaving = new HashMap<>();
  private final Map<AttemptId, Elsewhere> elsewhere = new HashMap<>();

  AccountQuota(Limits limits) {
    this.limits = limits;
    window = new Window(limits);
  }

  /// Lets go of what no longer counts.
  void advance(Instant now) {
    leaving.values().removeIf(until -> !until.isAfter(now));
    elsewhere
        .values()
        .removeIf(
            other -> {
              boolean over = !other.until().isAfter(now);
              if (over) {
                settle(other.call(), Spent.UNKNOWN, other.until());
              }
              return over;
            });
    window.advance(now);
  }

  /// Whether an attempt of so many tokens, as estimated, may start now.
  Admission mayStart(AttemptId attempt, long tokens, Instant now) {
    if (here.containsKey(attempt)) {
      return new Admission.Wait(Admission.Reason.RUNNING_HERE, null);
    }
    advance(now);
    if (here.size() + leaving.size() + elsewhere.size() >= limits.concurrency()) {
      return new Admission.Wait(
          Admission.Reason.CONCURRENCY,
          Stream.concat(
                  leaving.values().stream(), elsewhere.values().stream().map(Elsewhere::until))
              .min(Comparator.naturalOrder())
              .orElse(null));
    }
    long counted = counted(tokens);
    Window.Room room = window.room();
    if (room.holds(1, counted)) {
      return new Admission.Start();
    }
    return new Admission.Wait(
        room.requests() < 1 ? Admission.Reason.REQUESTS : Admission.Reason.TOKENS,
        window.roomFor(1, counted));
  }

  /// Whether a call of so many tokens could start if nothing else did.
  boolean fits(long tokens) {
    return tokens <= limits.tokens();
  }

  boolean runsHere(AttemptId attempt) {
    return here.containsKey(attempt);
  }

  /// What the calls of the last minute leave free.
  Window window() {
    return window;
  }

  /// What a call of so many tokens, as estimated, counts with.
  long counted(long tokens) {
    return Math.min(overrun.of(tokens), limits.tokens());
  }

  void start(AttemptId attempt, long tokens) {
    here.put(attempt, new Running(window.count(counted(tokens), true), tokens));
  }

  /// A call that was started is of so many tokens, as estimated now.
  ///
  /// @return whether there is room for it
  boolean sized(AttemptId attempt, long tokens, Instant now) {
    Running running = here.get(attempt);
    if (running == null || !fits(tokens)) {
      return false;
    }
    advance(now);
    long more = counted(tokens) - running.part().tokens();
    if (more > 0 && !window.room().holds(0, more)) {
      return false;
    }
    window.spent(running.part(), running.part().tokens() + more);
    here.put(attempt, new Running(running.part(), tokens));
    return true;
  }

  /// A call was refused for what it carried: it used a request but no tokens. One more of the same
  /// attempt takes its place.
  ///
  /// @return whether there is room for that
  boolean again(AttemptId attempt, Instant now) {
    Running refused = here.get(attempt);
    if (refused == null) {
      return false;
    }
    settle(refused, new Spent(true, 0L, false), now);
    advance(now);
    if (!window.room().holds(1, counted(refused.estimated()))) {
      return false;
    }
    start(attempt, refused.estimated());
    return true;
  }

  /// A call's request has been handed to the network.
  void sent(AttemptId attempt, Instant now) {
    Running running = here.get(attempt);
    if (running != null) {
      window.arrived(running.part(), now.plus(MARGIN));
    }
  }

  /// A call has ended; the attempt runs on until [#end].
  void over(AttemptId attempt, Spent spent, Instant now) {
    Running running = here.get(attempt);
    if (running != null) {
      settle(running, spent, spent.tokens() == null ? now.plus(MARGIN) : now);
      if (spent.cutShort()) {
        here.put(attempt, new Running(running.part(), running.estimated(), now));
      }
    }
  }

  void end(AttemptId attempt, Instant now) {
    Running running = here.remove(attempt);
    if (running != null) {
      window.arrived(running.part(), now.plus(MARGIN));
      if (running.cutShort() != null) {
        leaving.put(attempt, running.cutShort().plus(MARGIN));
      }
    }
  }

  void runsElsewhere(AttemptId attempt, long tokens, Instant until) {
    if (!here.containsKey(attempt)) {
      Elsewhere known = elsewhere.get(attempt);
      elsewhere.put(
          attempt,
          new Elsewhere(
              known == null
                  ? new Running(window.count(counted(tokens), false), tokens)
                  : known.call(),
              until));
    }
  }

  void endsElsewhere(AttemptId attempt, Spent spent, Instant latest) {
    Elsewhere other = elsewhere.remove(attempt);
    if (other != null) {
      settle(other.call(), spent, latest);
    }
  }

  /// Counts a call that another worker made.
  void wasMadeElsewhere(long tokens, Spent spent, Instant latest) {
    settle(new Running(window.count(counted(tokens), false), tokens), spent, latest);
  }

  private void settle(Running call, Spent spent, Instant latest) {
    Long tokens = spent.tokens();
    if (!spent.called()) {
      window.forget(call.part());
      return;
    }
    if (tokens != null) {
      window.spent(call.part(), tokens);
      overrun.learn(call.estimated(), tokens);
    }
    window.arrived(call.part(), latest);
  }

  /// Forgets what other workers do and did.
  void forgetOthers() {
    elsewhere.values().forEach(other -> window.forget(other.call().part()));
    elsewhere.clear();
    window.forgetOthers();
  }

  boolean unused() {
    return here.isEmpty() && leaving.isEmpty() && elsewhere.isEmpty() && window.isEmpty();
  }

  int running() {
    return here.size();
  }
}
