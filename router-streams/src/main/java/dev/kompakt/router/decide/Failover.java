package dev.kompakt.router.decide;

import dev.kompakt.bootstrap.route.Pause;
import dev.kompakt.schemas.record.Mode;
import dev.kompakt.schemas.record.Outcome;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What an attempt's outcome means for its job and its account; the table of docs/failover.md.
///
/// An account is worse off only for what it said of itself. What is upstream's trouble, ours or the
/// client's costs it nothing.
sealed interface Failover {
  Duration LONGEST_RETRY_AFTER = Duration.ofMinutes(5);
  Duration LONGEST_RATE_LIMIT = Duration.ofHours(1);
  Duration LONGEST_QUOTA = Duration.ofDays(7);
  Duration REFUSED = Duration.ofMinutes(10);
  Duration LEAST_REST = Duration.ofMillis(500);

  /// How long an account is passed over whose lane had no room and could not say until when: as
  /// long as it takes to ask some others.
  Duration NO_ROOM = Duration.ofSeconds(30);

  /// The result is kept.
  record Keep(Outcome.Succeeded result) implements Failover {}

  /// The account rests so long, or as its backoff for rate limits in a row says, if that is longer.
  /// The job goes to another at once, or waits; it has spent nothing.
  record Rest(Pause.Cause cause, Duration rest) implements Failover {}

  /// The account rests. The job goes to another at once, and has spent an attempt.
  record Refused(Duration rest) implements Failover {}

  /// To another account, which is asked at once; where all have been, it stays with one of them.
  /// Nothing is spent.
  ///
  /// @param until when the lane may have room
  record NoRoom(Instant until) implements Failover {}

  /// Again after its backoff, or `least` if that is longer, at another account if there is one. An
  /// attempt is spent.
  record Again(Duration least) implements Failover {}

  /// To another account at once if it came back for the first time, else again after its backoff.
  /// Nothing is spent.
  record Later() implements Failover {}

  /// At once in mode [Mode#SUMMARIZE], for the provider has no endpoint of its own. Nothing is
  /// spent.
  record OtherMode() implements Failover {}

  /// At once without the history's thoughts, for the account did not make them. Nothing is spent.
  record WithoutThoughts() implements Failover {}

  /// In smaller pieces.
  record Smaller(Outcome.TooLarge refusal) implements Failover {}

  /// Never again: no account would take it, or no worker outlives it. A merge is given up,
  /// everything else has failed.
  record GiveUp() implements Failover {}

  /// The compaction has failed, and the same request starts anew.
  record StartAnew() implements Failover {}

  /// How the attempt was made.
  ///
  /// @param account whether it used an account; one that did not has none to rest
  /// @param stayed whether it was to wait on its lane however long that took
  /// @param thoughts whether it took thoughts along that may be left out
  record Sent(Mode mode, boolean account, boolean stayed, boolean thoughts) {}

  /// What follows from an outcome.
  static Failover of(Outcome outcome, Sent sent, Instant now) {
    boolean account = sent.account();
    return switch (outcome) {
      case Outcome.Succeeded succeeded -> new Keep(succeeded);
      case Outcome.TooLarge refusal -> new Smaller(refusal);
      case Outcome.RateLimited(Duration retryAfter) ->
          rest(Pause.Cause.RATE_LIMITED, clamp(retryAfter, LONGEST_RATE_LIMIT), account);
      case Outcome.QuotaExhausted(Instant resetsAt) ->
          rest(
              Pause.Cause.QUOTA_EXHAUSTED,
              resetsAt == null
                  ? Pause.UNKNOWN_QUOTA
                  : clamp(Duration.between(now, resetsAt), LONGEST_QUOTA),
              account);
      case Outcome.Unauthorized _ -> account ? new Refused(REFUSED) : new Again(Duration.ZERO);
      case Outcome.Unsupported _ -> sent.mode() == Mode.NATIVE ? new OtherMode() : new GiveUp();
      case Outcome.Transient(_, _, Duration retryAfter) ->
          new Again(retryAfter == null ? Duration.ZERO : clamp(retryAfter, LONGEST_RETRY_AFTER));
      case Outcome.Malformed _ -> new Again(Duration.ZERO);
      case Outcome.Rejected rejected ->
          rejected.unreadable() && sent.thoughts() ? new WithoutThoughts() : new GiveUp();
      case Outcome.WorkerLost _ -> new GiveUp();
      case Outcome.Declined(Instant until) ->
          account && !sent.stayed() ? new NoRoom(room(until, now)) : new Later();
      case Outcome.Cancelled _ -> new Later();
      case Outcome.PayloadLost _ -> new StartAnew();
    };
  }

  private static Failover rest(Pause.Cause cause, Duration rest, boolean account) {
    return account ? new Rest(cause, rest) : new Again(Duration.ZERO);
  }

  private static Instant room(@Nullable Instant until, Instant now) {
    Instant latest = now.plus(LONGEST_RATE_LIMIT);
    if (until == null) {
      return now.plus(NO_ROOM);
    }
    return until.isAfter(latest) ? latest : until;
  }

  private static Duration clamp(Duration duration, Duration longest) {
    if (duration.compareTo(LEAST_REST) < 0) {
      return LEAST_REST;
    }
    return duration.compareTo(longest) > 0 ? longest : duration;
  }
}
